"""Instructions of the programs whose instructions are shown parsed, as many kinds as there are, well formed or not."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from hashlib import sha256
from random import Random

from solders.pubkey import Pubkey

from localnet.chain.rpc.parsed.instruction import ATA_PROGRAM, MEMO_4
from localnet.chain.rpc.parsed.stake import STAKE
from localnet.chain.tokens import TOKEN, TOKEN_2022
from localnet.chain.wire import SYSTEM

Call = tuple[Pubkey, bytes, int]
_random = Random("token calls")


def _some(size: int) -> bytes:
    return _random.randbytes(size)


def _u64(value: int) -> bytes:
    return value.to_bytes(8, "little")


def _text(value: str) -> bytes:
    return struct.pack("<I", len(value.encode())) + value.encode()


def _long_text(value: str) -> bytes:
    return _u64(len(value)) + value.encode()


def _id(name: str) -> bytes:
    return sha256(name.encode()).digest()[:8]


K, NO_KEY, NONE = _some(32), bytes(32), b"\0"
SOME = b"\1" + K
FIVE = _u64(5)
_AES, _TWO_ELGAMAL = _some(36), _some(128)
_GROUP, _METADATA = "spl_token_group_interface:", "spl_token_metadata_interface:"


def _offsets(count: int) -> tuple[bytes, ...]:
    """Where proofs are: all in accounts, all elsewhere, some of both."""
    return bytes(count), b"\xff" * count, b"\1" + bytes(count - 1), bytes(count - 1) + b"\x02"


# Data and the number of accounts that are needed.
TOKEN_CALLS: list[tuple[bytes, int]] = [
    (b"\0\6" + K + SOME, 2),
    (b"\0\6" + K + NONE, 2),
    (b"\1", 4),
    (b"\2\2", 3),
    *((bytes([kind]) + FIVE, 3) for kind in (3, 4, 7, 8)),
    (b"\5", 2),
    *((bytes([6, kind]) + SOME, 2) for kind in range(19)),
    (b"\6\0\0", 2),
    *((bytes([kind]), 3) for kind in (9, 10, 11)),
    *((bytes([kind]) + FIVE + b"\3", 4 if kind < 14 else 3) for kind in (12, 13, 14, 15)),
    (b"\x0c" + FIVE + b"\xff", 4),
    (b"\x10" + K, 3),
    (b"\x11", 1),
    (b"\x12" + K, 2),
    (b"\x13\1", 2),
    (b"\x14\6" + K + SOME, 1),
    (b"\x15", 1),
    (b"\x15" + b"".join(bytes([kind, 0]) for kind in range(29)), 1),
    (b"\x15\x1d\0", 1),
    (b"\x16", 1),
    (b"\x17" + FIVE, 1),
    (b"\x181.5", 1),
    (b"\x18\xff", 1),
    (b"\x19" + SOME, 1),
    (b"\x1a\0" + SOME + SOME + b"\x10\x27" + FIVE, 1),
    (b"\x1a\0" + NONE + NONE + b"\x10\x27" + _u64(2**64 - 1), 1),
    (b"\x1a\1" + FIVE + b"\2" + _u64(1), 4),
    (b"\x1a\2", 3),
    (b"\x1a\3\2", 5),
    (b"\x1a\4", 1),
    (b"\x1a\5\x01\0" + FIVE, 2),
    (b"\x1a\6", 3),
    (b"\x1b\0" + K + b"\1" + _some(32), 1),
    (b"\x1b\0" + NO_KEY + b"\0" + NO_KEY, 1),
    (b"\x1b\1\x02" + _some(32), 2),
    (b"\x1b\1\x00" + NO_KEY, 2),
    *((b"\x1b\2" + _AES + FIVE + at, 4) for at in (b"\0", b"\1", b"\xff")),
    (b"\x1b\3", 3),
    *((b"\x1b\4" + at, 3) for at in (b"\0", b"\1")),
    (b"\x1b\5" + FIVE + b"\6", 3),
    *((b"\x1b\6" + FIVE + b"\6" + _AES + at, 4) for at in _offsets(2)),
    *((b"\x1b\7" + _AES + _TWO_ELGAMAL + at, 4) for at in _offsets(3)),
    (b"\x1b\x08" + FIVE + _AES, 2),
    *((bytes([27, kind]), 2) for kind in (9, 10, 11, 12)),
    *((b"\x1b\x0d" + _AES + _TWO_ELGAMAL + at, 4) for at in _offsets(5)),
    (b"\x1b\x0e", 3),
    (b"\x1b\x0f", 3),
    *((bytes([28, kind, state]), 1 + kind) for kind in (0, 1) for state in range(4)),
    (b"\x1c\2\0", 2),
    (b"\x1d" + b"\x08\0\x0b\0", 4),
    (b"\x1d", 4),
    *((bytes([family, kind]), 2) for family in (30, 34) for kind in (0, 1, 2)),
    (b"\x1f", 3),
    (b"\x20", 1),
    (b"\x21\0" + K + b"\xff\xff", 1),
    (b"\x21\0" + NO_KEY + b"\x01\0", 1),
    (b"\x21\1\x01\x80", 2),
    (b"\x23" + K, 1),
    *((bytes([family, 0]) + K + K, 1) for family in (36, 39, 40, 41)),
    *((bytes([family, 0]) + NO_KEY + NO_KEY, 1) for family in (36, 39, 40, 41)),
    *((bytes([family, 1]) + K, 2) for family in (36, 39, 40, 41)),
    *((bytes([family, 1]) + NO_KEY, 2) for family in (36, 39, 40, 41)),
    (b"\x25\0" + K + _some(32), 1),
    (b"\x25\0" + NO_KEY + NO_KEY, 1),
    *((b"\x25\1" + at + _AES, 4) for at in (b"\0", b"\1")),
    *((b"\x25\2\1" + at + _AES, 5) for at in (b"\0", b"\1")),
    (b"\x25\3", 1),
    (b"\x25\4", 2),
    (b"\x25\5", 2),
    (b"\x26", 3),
    (b"\x2a\0" + K + _AES, 1),
    *((b"\x2a\1" + K + at, 3) for at in (b"\0", b"\1")),
    (b"\x2a\2" + _AES, 2),
    *((bytes([42, kind]) + _AES + _TWO_ELGAMAL + at, 3) for kind in (3, 4) for at in _offsets(3)),
    (b"\x2a\5", 2),
    *((b"\x2b\0" + K + struct.pack("<d", value), 1) for value in (1.0, 0.1, -0.0, 1e300, 5e-324, float("inf"))),
    (b"\x2b\0" + NO_KEY + struct.pack("<d", float("nan")), 1),
    (b"\x2b\1" + struct.pack("<dq", 123456789.125, -1), 2),
    (b"\x2c\0" + K, 1),
    (b"\x2c\0" + NO_KEY, 1),
    *((bytes([44, kind]), 2) for kind in (1, 2)),
    (b"\x2d\0", 3),
    (b"\x2d\1" + FIVE, 3),
    (b"\x2e\0" + NO_KEY, 1),
    (b"\x2e\1" + FIVE, 4),
    (b"\x2e\2" + FIVE + b"\2", 4),
    *((b"\x2e\3" + _AES + _TWO_ELGAMAL + at, 4) for at in _offsets(3)),
    (b"\x2f", 1),
    (b"\xff" + bytes([3, 9]) + b"\3" + FIVE + bytes([2, 2]) + b"\x22\0", 5),
    (b"\xff\1\1\xff", 1),
    (_id(_GROUP + "initialize_token_group") + K + FIVE, 3),
    (_id(_GROUP + "initialize_token_group") + NO_KEY + FIVE, 3),
    (_id(_GROUP + "update_group_max_size") + FIVE, 2),
    (_id(_GROUP + "update_authority") + NO_KEY, 2),
    (_id(_GROUP + "initialize_member"), 5),
    (_id(_METADATA + "initialize_account") + _text("Näme") + _text("S") + _text(""), 4),
    (_id(_METADATA + "updating_field") + b"\0" + _text("v"), 2),
    (_id(_METADATA + "updating_field") + b"\2" + _text("v"), 2),
    (_id(_METADATA + "updating_field") + b"\3" + _text("key") + _text("v"), 2),
    (_id(_METADATA + "updating_field") + b"\4" + _text("v"), 2),
    (_id(_METADATA + "remove_key_ix") + b"\1" + _text("key"), 2),
    (_id(_METADATA + "remove_key_ix") + b"\2" + _text("key"), 2),
    (_id(_METADATA + "update_the_authority") + K, 2),
    (_id(_METADATA + "emitter") + NONE + b"\1" + FIVE, 1),
    (_id(_METADATA + "emitter") + NONE + NONE, 1),
]
_NUMBERS = FIVE + _u64(7)
SYSTEM_CALLS: list[tuple[bytes, int]] = [
    (bytes([0, 0, 0, 0]) + _NUMBERS + K, 2),
    (bytes([1, 0, 0, 0]) + K, 1),
    (bytes([2, 0, 0, 0]) + FIVE, 2),
    (bytes([3, 0, 0, 0]) + K + _long_text("seed") + _NUMBERS + K, 2),
    (bytes([4, 0, 0, 0]), 3),
    (bytes([5, 0, 0, 0]) + FIVE, 5),
    (bytes([6, 0, 0, 0]) + K, 3),
    (bytes([7, 0, 0, 0]) + K, 2),
    (bytes([8, 0, 0, 0]) + FIVE, 1),
    (bytes([9, 0, 0, 0]) + K + _long_text("seed") + FIVE + K, 2),
    (bytes([10, 0, 0, 0]) + K + _long_text("seed") + K, 2),
    (bytes([11, 0, 0, 0]) + FIVE + _long_text("seed") + K, 3),
    (bytes([12, 0, 0, 0]), 1),
    (bytes([13, 0, 0, 0]) + _NUMBERS + K, 2),
    (bytes([13, 0, 0, 0]) + _u64(0) + FIVE + K, 1),
    (bytes([14, 0, 0, 0]), 1),
]
_LOCKUP = _u64(9) + _u64(8) + K
STAKE_CALLS: list[tuple[bytes, int]] = [
    (bytes([0, 0, 0, 0]) + K + K + _LOCKUP, 2),
    *((bytes([1, 0, 0, 0]) + K + bytes([kind, 0, 0, 0]), 3) for kind in range(3)),
    (bytes([2, 0, 0, 0]), 6),
    (bytes([3, 0, 0, 0]) + FIVE, 3),
    (bytes([4, 0, 0, 0]) + FIVE, 5),
    (bytes([5, 0, 0, 0]), 3),
    (bytes([6, 0, 0, 0]) + b"\1" + FIVE + b"\1" + FIVE + SOME, 2),
    (bytes([6, 0, 0, 0]) + NONE * 3, 2),
    (bytes([7, 0, 0, 0]), 5),
    (bytes([8, 0, 0, 0]) + K + bytes(4) + _long_text("seed") + K, 2),
    (bytes([9, 0, 0, 0]), 4),
    (bytes([10, 0, 0, 0]) + bytes([1, 0, 0, 0]), 4),
    (bytes([11, 0, 0, 0]) + bytes(4) + _long_text("seed") + K, 4),
    (bytes([12, 0, 0, 0]) + b"\1" + FIVE + NONE, 2),
    (bytes([13, 0, 0, 0]), 1),
    (bytes([14, 0, 0, 0]), 3),
    (bytes([15, 0, 0, 0]), 5),
    (bytes([16, 0, 0, 0]) + FIVE, 3),
    (bytes([17, 0, 0, 0]) + FIVE, 3),
    (bytes([18, 0, 0, 0]), 3),
]
OTHER_CALLS: list[Call] = [
    *((ATA_PROGRAM, data, 6) for data in (b"", b"\0", b"\1")),
    (ATA_PROGRAM, b"\2", 7),
    (ATA_PROGRAM, b"\3", 7),
    *((MEMO_4, data, 0) for data in (b"hello", b"\xff")),
]


def calls() -> Iterator[Call]:
    """Every call: with as many accounts as needed, one less, one and three more; its data as it is, cut, and longer."""
    found: list[Call] = [*((TOKEN_2022, *one) for one in TOKEN_CALLS), *((SYSTEM, *one) for one in SYSTEM_CALLS)]
    found += [(STAKE, *one) for one in STAKE_CALLS]
    found += [*OTHER_CALLS, (TOKEN, b"\3" + FIVE, 3), (TOKEN, b"\x21\1\x01\x80", 2)]
    for program, data, needs in found:
        for count in (needs - 1, needs, needs + 1, needs + 3):
            yield program, data, max(count, 0)
        yield program, data[:-1], needs
        yield program, data + b"\0", needs
