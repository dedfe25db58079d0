"""Golden bytes: one of each event, account and instruction is checked in, so that no layout changes unseen.

`UPDATE_SNAPSHOTS=1` writes the file anew; what is stored on a chain does not change with it.
"""

import json
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest
from solders.pubkey import Pubkey

from idl import accounts, codec, events
from idl.borsh import Book
from idl.call import BOOKS, call
from idl.instructions import ARGS
from idl.program import CREATOR_ID, MARKET_ID, POSTER_ID
from idl.schema import INTEGERS, Array, Defined, Option, Prim, Type, Vec, load

FILE = Path(__file__).with_name("golden.jsonl")
PROGRAMS = {"market": MARKET_ID, "creator": CREATOR_ID, "poster": POSTER_ID}


class Golden(msgspec.Struct, frozen=True):
    """One line of the file: bytes in hexadecimal and the value that they are."""

    program: str
    kind: str
    name: str
    hex: str
    value: Any


def counted(book: Book, kind: Type, numbers: Iterator[int]) -> Any:
    """A value whose every scalar is another number, so that no two fields can change places unseen."""
    match kind:
        case Prim(name) if name in INTEGERS:
            return next(numbers) % 251 + 1 if INTEGERS[name][0] == 1 else next(numbers)
        case Prim("bool"):
            return True
        case Prim("pubkey"):
            return next(numbers).to_bytes(32, "little")
        case Prim("string"):
            return f"text {next(numbers)}"
        case Array(Prim("u8"), length):
            return next(numbers).to_bytes(length, "little")
        case Prim("bytes") | Vec(Prim("u8")):
            return next(numbers).to_bytes(3, "little")
        case Array(item, length):
            return tuple(counted(book, item, numbers) for _ in range(length))
        case Vec(item):
            return tuple(counted(book, item, numbers) for _ in range(2))
        case Option(item):
            return counted(book, item, numbers)
        case Defined(name):
            definition = book.idl.types[name]
            return book.classes[name](*(counted(book, field.type, numbers) for field in definition.fields))
    raise AssertionError(kind)


def made() -> Iterator[Golden]:
    """One of each, from the layouts as they are now."""
    for program, address in PROGRAMS.items():
        idl = load(program)
        book = Book(idl, vars(events) | vars(accounts))
        for kind, named in (("event", idl.events), ("account", idl.accounts)):
            for one in named:
                value = counted(book, Defined(one.name), count(1))
                data = codec.encode_event(value) if kind == "event" else codec.encode_account(value)
                yield Golden(program, kind, one.name, data.hex(), msgspec.to_builtins(value))
        for one in idl.instructions:
            numbers = count(1)
            args = ARGS[program][one.name](*(counted(BOOKS[address], arg.type, numbers) for arg in one.args))
            data = bytes(call(address, one.name, args, (), ()).data)
            yield Golden(program, "instruction", one.name, data.hex(), msgspec.to_builtins(args))


def golden() -> list[Golden]:
    """What is checked in."""
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        FILE.write_text("".join(msgspec.json.encode(one).decode() + "\n" for one in made()))
    return [msgspec.json.decode(line, type=Golden) for line in FILE.read_text().splitlines()]


GOLDEN = golden()


@pytest.mark.parametrize("one", GOLDEN, ids=lambda one: f"{one.program} {one.name}")
def test_golden_bytes(one: Golden) -> None:
    """The bytes are still read as the same value of the same fields."""
    program, data = PROGRAMS[one.program], bytes.fromhex(one.hex)
    value: Any
    match one.kind:
        case "event":
            value = codec.decode_event(program, data)
            assert codec.encode_event(value) == data
        case "account":
            value = codec.decode_account(data)
            assert codec.encode_account(value) == data
        case _:
            value = codec.decode_instruction(program, data)
            name = "".join(part.capitalize() for part in one.name.split("_"))
            assert type(value).__name__ == f"{name}Args"
    assert json.loads(msgspec.json.encode(value)) == one.value


def test_every_kind_has_golden_bytes() -> None:
    """Each event, account and instruction of every IDL has its line, and no line speaks of anything else."""
    ours = {(program, "event", one.name) for program in PROGRAMS for one in load(program).events}
    ours |= {(program, "account", one.name) for program in PROGRAMS for one in load(program).accounts}
    ours |= {(program, "instruction", one.name) for program in PROGRAMS for one in load(program).instructions}
    assert {(one.program, one.kind, one.name) for one in GOLDEN} == ours


def test_a_swap_is_seen() -> None:
    """Golden bytes read with two fields of equal size changed are another value."""
    one = next(one for one in GOLDEN if one.name == "Staked")
    data = bytearray.fromhex(one.hex)
    at = 8 + 88 + 1
    data[at : at + 16] = data[at + 8 : at + 16] + data[at : at + 8]
    value = codec.decode_event(Pubkey.from_string(str(MARKET_ID)), bytes(data))
    assert json.loads(msgspec.json.encode(value)) != one.value
