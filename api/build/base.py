"""What every built transaction has: its anchor, nonce, rent, steps around the call, and the message. Pure."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.message import Message
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from solders.transaction import Transaction

from idl import addresses
from idl.errors import program_error
from idl.limits import NONCE_WINDOW
from idl.program import ATA_PROGRAM, MARKET_ID, SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM, WSOL_MINT

from ..errors import NonceUsed
from ..schemas.transactions import Built, Expected, ProgramFault

BLOCKHASH_BLOCKS: Final = 150
VALID_SLOTS: Final = 150
UNITS: Final = {
    "stake": 150_000, "claim": 120_000, "create_market": 100_000, "activate": 200_000, "trade": 200_000,
    "order": 300_000, "decide": 200_000, "pool": 250_000,
}  # fmt: skip
TOKEN_PROGRAMS: Final = {"token": TOKEN_PROGRAM, "token-2022": TOKEN_2022_PROGRAM}
POSITION_BASE_BYTES: Final = 144
TOKEN_ACCOUNT_BYTES: Final = 165
MARKET_BYTES: Final = 568
BOOK_BYTES: Final = 9_120
PAUSED, HALTED, NOT_OPEN = 6007, 6117, 6206


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What a message is pinned to: a sealed block, who pays, the price of a compute unit in microlamports."""

    blockhash: str
    height: int
    slot: int
    now: int
    payer: Pubkey
    unit_price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Nonces:
    """A position's window of used nonces, and the highest one that an open intent holds."""

    last: int
    bits: int
    open: int

    def next(self) -> int:
        return max(self.last, self.open) + 1

    def check(self, nonce: int) -> int:
        """The nonce, if it can still act; raises NonceUsed."""
        behind = self.last - nonce
        if nonce == 0 or behind >= NONCE_WINDOW or (behind >= 0 and self.bits >> behind & 1):
            raise NonceUsed(field="nonce")
        return nonce


def rent(size: int) -> int:
    """Rent-exempt lamports of an account of `size` bytes (two years at 3,480 a byte and year, 128 bytes overhead)."""
    return (size + 128) * 6_960


def program_fault(code: int) -> ProgramFault:
    known = program_error(MARKET_ID, code)
    return ProgramFault(code=code, name=known.name, message=known.sentence)


def built(
    kind: str, steps: Sequence[Instruction], anchor: Anchor, market: str, expected: Expected, *,
    nonce: int | None = None, error: ProgramFault | None = None,
) -> Built:  # fmt: skip
    budget = [set_compute_unit_limit(UNITS[kind])]
    if anchor.unit_price:
        budget.append(set_compute_unit_price(anchor.unit_price))
    message = Message.new_with_blockhash([*budget, *steps], anchor.payer, Hash.from_string(anchor.blockhash))
    return Built(
        transaction=base64.b64encode(bytes(Transaction.new_unsigned(message))).decode(),
        message_hash=hashlib.sha256(bytes(message)).hexdigest(),
        blockhash=anchor.blockhash,
        last_valid_block_height=anchor.height + BLOCKHASH_BLOCKS,
        blocks_left=BLOCKHASH_BLOCKS,
        nonce=None if nonce is None else str(nonce),
        expected=expected,
        error=error,
        market=market,
    )


def wrapped(wallet: Pubkey, amount: int, call: Instruction) -> list[Instruction]:
    """SOL into the wallet's own wrapped account, the call, and whatever is left back as SOL."""
    account = addresses.ata(wallet, WSOL_MINT).address
    writable = AccountMeta(account, False, True)
    back = [writable, AccountMeta(wallet, False, True), AccountMeta(wallet, True, False)]
    return [
        create_ata(wallet, WSOL_MINT, TOKEN_PROGRAM),
        transfer(TransferParams(from_pubkey=wallet, to_pubkey=account, lamports=amount)),
        Instruction(TOKEN_PROGRAM, b"\x11", [writable]),
        call,
        Instruction(TOKEN_PROGRAM, b"\x09", back),
    ]


def filled(wallet: Pubkey, amount: int, call: Instruction) -> list[Instruction]:
    """SOL into the wallet's own wrapped account and the call; the account stays, for what will come back to it."""
    return wrapped(wallet, amount, call)[:-1]


def create_ata(wallet: Pubkey, mint: Pubkey, token_program: Pubkey) -> Instruction:
    account = addresses.ata(wallet, mint, token_program).address
    keys = [
        AccountMeta(wallet, True, True),
        AccountMeta(account, False, True),
        AccountMeta(wallet, False, False),
        AccountMeta(mint, False, False),
        AccountMeta(SYSTEM_PROGRAM, False, False),
        AccountMeta(token_program, False, False),
    ]
    return Instruction(ATA_PROGRAM, b"\x01", keys)


def unwrapped(wallet: Pubkey, call: Instruction) -> list[Instruction]:
    """The call with the wallet's own wrapped account before it and all that is in it back as SOL after it."""
    account = addresses.ata(wallet, WSOL_MINT).address
    back = [AccountMeta(account, False, True), AccountMeta(wallet, False, True), AccountMeta(wallet, True, False)]
    return [create_ata(wallet, WSOL_MINT, TOKEN_PROGRAM), call, Instruction(TOKEN_PROGRAM, b"\x09", back)]


def with_account(wallet: Pubkey, mint: Pubkey, token_program: Pubkey, call: Instruction) -> list[Instruction]:
    """The call with the wallet's own token account made before it."""
    return [create_ata(wallet, mint, token_program), call]


def millionths(part: int) -> str:
    """Millionths as a decimal string."""
    return f"{part // 10**6}.{part % 10**6:06d}"
