"""Token accounts and mints as bytes, so that a test can put any of them in place. Layouts: spl-token `state.rs`."""

import struct
from typing import Final

from solders.account import Account
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey

from idl.addresses import ata
from idl.program import TOKEN_PROGRAM, WSOL_MINT

ACCOUNT_BYTES: Final = 165
TOKEN_RENT: Final = 2_039_280
MINT_RENT: Final = 1_461_600
INITIALIZED, FROZEN = 1, 2
IMMUTABLE_OWNER: Final = bytes([2, 7, 0, 0, 0])


def mint_data(*, decimals: int, authority: Pubkey) -> bytes:
    """An initialized mint without freeze authority."""
    return struct.pack("<I32sQBB36s", 1, bytes(authority), 10**18, decimals, 1, bytes(36))


def account_data(*, mint: Pubkey, owner: Pubkey, amount: int, state: int = INITIALIZED) -> bytes:
    """A token account; that of wrapped SOL holds its rent beside the amount."""
    native = struct.pack("<IQ", 1, TOKEN_RENT) if mint == WSOL_MINT else bytes(12)
    head = bytes(mint) + bytes(owner) + struct.pack("<Q36sB", amount, bytes(36), state)
    return head + native + bytes(8 + 36)


def put(svm: LiteSVM, key: Pubkey, data: bytes, owner: Pubkey, lamports: int) -> None:
    """Place an account as it is."""
    svm.set_account(key, Account(lamports, data, owner))


def put_mint(svm: LiteSVM, mint: Pubkey, *, decimals: int, authority: Pubkey, program: Pubkey = TOKEN_PROGRAM) -> None:
    """Place a mint."""
    put(svm, mint, mint_data(decimals=decimals, authority=authority), program, MINT_RENT)


def put_tokens(
    svm: LiteSVM,
    owner: Pubkey,
    mint: Pubkey,
    amount: int,
    *,
    at: Pubkey | None = None,
    program: Pubkey = TOKEN_PROGRAM,
    state: int = INITIALIZED,
    extra: bytes = b"",
) -> Pubkey:
    """Place a token account, the owner's associated one unless `at` is given; returns its address."""
    key = at or ata(owner, mint, program).address
    lamports = TOKEN_RENT + (amount if mint == WSOL_MINT else 0)
    data = account_data(mint=mint, owner=owner, amount=amount, state=state) + extra
    put(svm, key, data, program, max(lamports, svm.minimum_balance_for_rent_exemption(len(data))))
    return key


def amount(svm: LiteSVM, key: Pubkey) -> int:
    """The tokens in an account, 0 where there is none."""
    account = svm.get_account(key)
    return struct.unpack_from("<Q", account.data, 64)[0] if account and len(account.data) >= ACCOUNT_BYTES else 0
