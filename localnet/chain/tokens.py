"""Reading SPL token accounts out of raw account bytes (Token and Token-2022 share the base layout). Pure."""

from __future__ import annotations

from collections.abc import Callable

from solders.account import Account
from solders.pubkey import Pubkey

from localnet.chain.model import TokenBalance

TOKEN = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
TOKEN_2022 = Pubkey.from_string("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb")
TOKEN_PROGRAMS = frozenset({TOKEN, TOKEN_2022})
NATIVE_MINT = Pubkey.from_string("So11111111111111111111111111111111111111112")
ACCOUNT_BYTES = 165
MINT_BYTES = 82
MULTISIG_BYTES = 355
_KIND_AT = 165
_KIND_MINT, _KIND_ACCOUNT = 1, 2
_STATE_AT = 108


def is_token_account(account: Account | None) -> bool:
    """Whether it is an initialized token account of one of the token programs."""
    if account is None or account.owner not in TOKEN_PROGRAMS:
        return False
    data = account.data
    sized = len(data) == ACCOUNT_BYTES or _is_extended(data, _KIND_ACCOUNT)
    return sized and data[_STATE_AT] != 0


def is_mint(account: Account | None) -> bool:
    """Whether it is an initialized mint of one of the token programs."""
    if account is None or account.owner not in TOKEN_PROGRAMS:
        return False
    data = account.data
    sized = len(data) == MINT_BYTES or (_is_extended(data, _KIND_MINT) and not any(data[MINT_BYTES:_KIND_AT]))
    return sized and data[45] == 1


def _is_extended(data: bytes, kind: int) -> bool:
    """Whether extensions may follow a byte that tells the kind; a multisig never has any, and its length says so."""
    return len(data) > ACCOUNT_BYTES and len(data) != MULTISIG_BYTES and data[_KIND_AT] == kind


def mint_of(data: bytes) -> Pubkey:
    """The mint of a token account."""
    return Pubkey(data[0:32])


def owner_of(data: bytes) -> Pubkey:
    """The wallet that owns a token account."""
    return Pubkey(data[32:64])


def delegate_of(data: bytes) -> Pubkey | None:
    """The wallet that may spend from a token account besides its owner."""
    return Pubkey(data[76:108]) if data[72] == 1 else None


def amount_of(data: bytes) -> int:
    """The base units in a token account."""
    return int.from_bytes(data[64:72], "little")


def supply_of(data: bytes) -> int:
    """The supply of a mint in base units."""
    return int.from_bytes(data[36:44], "little")


def decimals_of(data: bytes) -> int:
    """The decimals of a mint."""
    return data[44]


def balance(index: int, account: Account | None, read: Callable[[Pubkey], Account | None]) -> TokenBalance | None:
    """The token balance of key `index`, None when the account is no token account; `read` finds the mint."""
    if account is None or not is_token_account(account):
        return None
    data = account.data
    mint = mint_of(data)
    found = read(mint)
    return TokenBalance(
        account_index=index,
        mint=mint,
        owner=owner_of(data),
        program=account.owner,
        amount=amount_of(data),
        decimals=decimals_of(found.data) if found is not None and is_mint(found) else 0,
    )


def ui_string(amount: int, decimals: int) -> str:
    """The amount as a decimal string without trailing zeros, as Agave prints it."""
    if decimals == 0:
        return str(amount)
    whole, part = divmod(amount, 10**decimals)
    tail = str(part).zfill(decimals).rstrip("0")
    return f"{whole}.{tail}" if tail else str(whole)
