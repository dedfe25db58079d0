"""Tokens of the story: a mint of six decimals, accounts with money in them, and SOL in and out of its wrapped form.

Instructions of the token program only. Called by the story.
"""

from __future__ import annotations

from typing import Final

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from solders.system_program import CreateAccountParams, TransferParams, create_account, transfer
from spl.token.instructions import (
    close_account,
    create_idempotent_associated_token_account,
    initialize_mint2,
    mint_to,
    sync_native,
)
from spl.token.models import CloseAccountParams, InitializeMint2Params, MintToParams, SyncNativeParams

from idl import addresses
from idl.program import TOKEN_PROGRAM, WSOL_MINT

DECIMALS: Final = 6
MINT_BYTES: Final = 82
# Rent exemption of 82 bytes: (82 + 128) bytes * 3480 lamports * 2 years.
MINT_RENT_LAMPORTS: Final = 1_461_600


def make_mint(mint: Pubkey, authority: Pubkey, payer: Pubkey) -> list[Instruction]:
    """A new mint; its own key signs with the payer."""
    account = CreateAccountParams(
        from_pubkey=payer, to_pubkey=mint, lamports=MINT_RENT_LAMPORTS, space=MINT_BYTES, owner=TOKEN_PROGRAM
    )
    terms = InitializeMint2Params(
        decimals=DECIMALS, program_id=TOKEN_PROGRAM, mint=mint, mint_authority=authority, freeze_authority=None
    )
    return [create_account(account), initialize_mint2(terms)]


def give(mint: Pubkey, owner: Pubkey, amount: int, *, authority: Pubkey, payer: Pubkey) -> list[Instruction]:
    """The owner's canonical account, with `amount` base units minted into it."""
    made = create_idempotent_associated_token_account(payer, owner, mint)
    if not amount:
        return [made]
    terms = MintToParams(
        program_id=TOKEN_PROGRAM,
        mint=mint,
        dest=addresses.ata(owner, mint).address,
        mint_authority=authority,
        amount=amount,
    )
    return [made, mint_to(terms)]


def wrap(owner: Pubkey, lamports: int) -> list[Instruction]:
    """Lamports of the owner's into their wrapped form."""
    account = addresses.ata(owner, WSOL_MINT).address
    return [
        create_idempotent_associated_token_account(owner, owner, WSOL_MINT),
        transfer(TransferParams(from_pubkey=owner, to_pubkey=account, lamports=lamports)),
        sync_native(SyncNativeParams(program_id=TOKEN_PROGRAM, account=account)),
    ]


def unwrap(owner: Pubkey) -> list[Instruction]:
    """What is left in the wrapped account, and its rent, back to the owner."""
    account = addresses.ata(owner, WSOL_MINT).address
    return [close_account(CloseAccountParams(program_id=TOKEN_PROGRAM, account=account, dest=owner, owner=owner))]
