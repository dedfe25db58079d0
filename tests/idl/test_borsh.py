"""Every type that a layout can have, also those that today's programs do not use."""

import random
from enum import IntEnum

import msgspec
import pytest

from idl.borsh import Book
from idl.errors import BadValue, Truncated
from idl.schema import Array, Defined, Option, Prim, Type, Vec, parse
from tests.idl.samples import sample


class Side(IntEnum):
    """An enum without content."""

    Left = 0
    Right = 1
    Middle = 2


class Inner(msgspec.Struct, frozen=True, gc=False):
    """A struct inside others."""

    side: Side
    note: str | None


class Outer(msgspec.Struct, frozen=True, gc=False):
    """Everything at once."""

    first: bool
    inner: Inner
    many: tuple[Inner, ...]
    wide: int
    grid: tuple[tuple[int, ...], ...]
    raw: bytes


FIXTURE = {
    "address": "11111111111111111111111111111111",
    "metadata": {"name": "fixture", "version": "0.1.0", "spec": "0.1.0"},
    "instructions": [],
    "types": [
        {"name": "a::Side", "type": {"kind": "enum", "variants": [{"name": n} for n in ("Left", "Right", "Middle")]}},
        {
            "name": "Inner",
            "type": {
                "kind": "struct",
                "fields": [
                    {"name": "side", "type": {"defined": {"name": "a::Side"}}},
                    {"name": "note", "type": {"option": "string"}},
                ],
            },
        },
        {
            "name": "Outer",
            "type": {
                "kind": "struct",
                "fields": [
                    {"name": "first", "type": "bool"},
                    {"name": "inner", "type": {"defined": {"name": "Inner"}}},
                    {"name": "many", "type": {"vec": {"defined": {"name": "Inner"}}}},
                    {"name": "wide", "type": "i128"},
                    {"name": "grid", "type": {"array": [{"array": ["u16", 2]}, 20]}},
                    {"name": "raw", "type": "bytes"},
                ],
            },
        },
    ],
}
BOOK = Book(parse(msgspec.json.encode(FIXTURE)), {"Side": Side, "Inner": Inner, "Outer": Outer})
KINDS: list[Type] = [
    *(Prim(name) for name in ("bool", "u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "u128", "i128")),
    *(Prim(name) for name in ("pubkey", "string", "bytes")),
    Option(Prim("u128")), Option(Vec(Prim("string"))), Vec(Option(Prim("bool"))), Vec(Prim("i64")), Vec(Prim("u8")),
    Array(Prim("bool"), 3), Array(Prim("string"), 2), Array(Prim("u8"), 5), Array(Defined("Inner"), 17),
    Vec(Prim("pubkey")), Vec(Vec(Prim("u8"))), Defined("Side"), Defined("Outer"),
]  # fmt: skip


def written(kind: Type, value: object) -> bytes:
    """The bytes of one value."""
    out = bytearray()
    BOOK.write(kind, value, out)
    return bytes(out)


@pytest.mark.parametrize("kind", KINDS, ids=repr)
def test_there_and_back(kind: Type) -> None:
    """What was written is read back from any position, and reading ends where writing did."""
    for seed in range(60):
        value = sample(BOOK, kind, random.Random(seed))
        data = b"xyz" + written(kind, value) + b"tail"
        assert BOOK.reader(kind)(data, 3) == (value, len(data) - 4)


@pytest.mark.parametrize(
    ("kind", "value", "data"),
    [
        (Prim("u64"), 258, "0201000000000000"),
        (Prim("i128"), -2, "fe" + "ff" * 15),
        (Prim("u128"), 1 << 64, "00" * 8 + "01" + "00" * 7),
        (Prim("string"), "é", "02000000c3a9"),
        (Option(Prim("u8")), None, "00"),
        (Option(Prim("u8")), 7, "0107"),
        (Vec(Prim("u16")), (1, 2), "0200000001000200"),
        (Array(Prim("u16"), 2), (1, 2), "01000200"),
        (Defined("Inner"), Inner(Side.Middle, "a"), "02010100000061"),
    ],
)
def test_borsh(kind: Type, value: object, data: str) -> None:
    """The bytes are those of the Borsh specification."""
    assert written(kind, value).hex() == data
    assert BOOK.reader(kind)(bytes.fromhex(data), 0)[0] == value


@pytest.mark.parametrize(
    ("kind", "data"),
    [(Prim("bool"), "02"), (Defined("Side"), "03"), (Option(Prim("u8")), "0207"), (Prim("string"), "01000000ff")],
    ids=repr,
)
def test_other_forms_are_refused(kind: Type, data: str) -> None:
    """A byte outside its type is refused."""
    with pytest.raises(BadValue):
        BOOK.reader(kind)(bytes.fromhex(data), 0)


@pytest.mark.parametrize("kind", [Option(Prim("u8")), Vec(Prim("u8")), Prim("string"), Vec(Vec(Prim("u8")))], ids=repr)
def test_counts_beyond_the_data(kind: Type) -> None:
    """A value that promises more than there is is refused before room is made for it."""
    with pytest.raises(Truncated):
        BOOK.reader(kind)(b"" if isinstance(kind, Option) else b"\xff\xff\xff\xff\0", 0)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Prim("u8"), 256), (Prim("i8"), -129), (Prim("u128"), -1), (Prim("i128"), 1 << 127), (Prim("u64"), None),
        (Prim("pubkey"), bytes(31)), (Prim("string"), b"x"), (Array(Prim("u8"), 2), b"abc"), (Defined("Side"), 3),
        (Array(Prim("u16"), 2), (1,)), (Defined("Inner"), Side.Left),
    ],
    ids=repr,
)  # fmt: skip
def test_unwritable(kind: Type, value: object) -> None:
    """A value outside its type is never written."""
    with pytest.raises(BadValue):
        written(kind, value)
