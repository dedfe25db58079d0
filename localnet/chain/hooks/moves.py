"""Which instructions of the system and token programs move value, and how much. Pure.

System: CreateAccount 0, Transfer 2, CreateAccountWithSeed 3, TransferWithSeed 11 (u32 tag). Token: Transfer 3,
TransferChecked 12 (u8 tag), with a fee 26 1. All numbers little endian."""

from __future__ import annotations

from dataclasses import dataclass

from localnet.chain.tokens import TOKEN, TOKEN_2022
from localnet.chain.wire import SYSTEM

_TOKENS = frozenset({str(TOKEN), str(TOKEN_2022)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Lamports, or base units of a token, from one account to another."""

    source: str
    target: str
    amount: int
    token: bool


def move_of(program: str, accounts: tuple[str, ...], data: bytes) -> Move | None:
    """What an instruction moves; None when it moves nothing or is cut short."""
    places = _system(data) if program == str(SYSTEM) else _token(data) if program in _TOKENS else None
    if places is None:
        return None
    source, target, amount = places
    if max(source, target) >= len(accounts) or not amount:
        return None
    return Move(source=accounts[source], target=accounts[target], amount=amount, token=program in _TOKENS)


def _system(data: bytes) -> tuple[int, int, int] | None:
    """Indexes of the two accounts, and lamports."""
    match int.from_bytes(data[:4], "little") if len(data) >= 12 else None:
        case 0 | 2:
            return 0, 1, _u64(data, 4)
        case 3 if len(data) >= 44:
            seed = _u64(data, 36)
            return 0, 1, _u64(data, 44 + seed)
        case 11:
            return 0, 2, _u64(data, 4)
    return None


def _token(data: bytes) -> tuple[int, int, int] | None:
    """Indexes of the two token accounts, and base units."""
    match data[0] if len(data) >= 9 else None:
        case 3:
            return 0, 1, _u64(data, 1)
        case 12:
            return 0, 2, _u64(data, 1)
        case 26 if data[1] == 1 and len(data) >= 10:
            return 0, 2, _u64(data, 2)
    return None


def _u64(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 8], "little")
