"""Bytes to values and back: events, accounts and instructions of our programs, dispatched by discriminator.

Never guesses: data that no IDL here describes, that is too short, too long or not in its one canonical form raises a
DecodeError. The indexer reads chain data with it, the audit reads accounts, the relayer's policy reads instructions.
"""

import struct
from collections.abc import Mapping
from inspect import getmembers, isclass
from itertools import chain
from types import ModuleType
from typing import Any, cast

import msgspec
from solders.pubkey import Pubkey

from idl import accounts, events, types
from idl.accounts import Account
from idl.borsh import Book, Reader
from idl.errors import BadValue, DecodeError, TrailingBytes, Truncated, UnknownDiscriminator
from idl.events import Event, Header
from idl.instructions import ARGS
from idl.program import CREATOR_ID, MARKET_ID, POSTER_ID
from idl.schema import Defined, load

DISCRIMINATOR_BYTES = 8
HEADER_END = DISCRIMINATOR_BYTES + 88
_HEADER = struct.Struct("<32sQQq32s")


def _classes(*modules: ModuleType) -> Mapping[str, type]:
    return dict(chain.from_iterable(getmembers(module, isclass) for module in modules))


_CLASSES = _classes(types, events, accounts)
_BOOKS = {MARKET_ID: Book(load("market"), _CLASSES), CREATOR_ID: Book(load("creator"), _CLASSES)}


def _readers(book: Book, named: tuple[Any, ...]) -> dict[bytes, Reader]:
    return {one.discriminator: book.reader(Defined(one.name)) for one in named}


_EVENTS = {program: _readers(book, book.idl.events) for program, book in _BOOKS.items()}
# By discriminator alone: no two programs of ours have accounts of one name.
_ACCOUNTS = {key: read for book in _BOOKS.values() for key, read in _readers(book, book.idl.accounts).items()}
_PREFIX = {
    book.classes[one.name]: (book, one) for book in _BOOKS.values() for one in (*book.idl.events, *book.idl.accounts)
}
_INSTRUCTIONS = {
    program: {
        one.discriminator: (cast(type, ARGS[name][one.name]), tuple(book.reader(arg.type) for arg in one.args))
        for one in book.idl.instructions
    }
    for program, name, book in (
        (MARKET_ID, "market", _BOOKS[MARKET_ID]),
        (CREATOR_ID, "creator", _BOOKS[CREATOR_ID]),
        (POSTER_ID, "poster", Book(load("poster"), {})),
    )
}


def _read(reader: Reader, data: bytes) -> Any:
    """One whole value behind its discriminator."""
    try:
        value, end = reader(data, DISCRIMINATOR_BYTES)
    except struct.error as error:
        raise Truncated(f"data ends after {len(data)} bytes") from error
    if end != len(data):
        raise TrailingBytes(f"{len(data) - end} bytes after the value")
    return value


def decode_event(program: Pubkey, data: bytes) -> Event:
    """An event of one of our programs, from its discriminator on (without EVENT_IX_TAG); raises DecodeError."""
    known = _EVENTS.get(program)
    reader = known.get(data[:DISCRIMINATOR_BYTES]) if known else None
    if reader is None:
        raise UnknownDiscriminator(f"no event {data[:DISCRIMINATOR_BYTES].hex()} of {program}")
    return _read(reader, data)


def decode_header(data: bytes) -> Header:
    """The header of any event of ours, known or not: it always comes first behind the discriminator."""
    if len(data) < HEADER_END:
        raise Truncated(f"a header ends at {HEADER_END}, the data at {len(data)}")
    return Header(*_HEADER.unpack_from(data, DISCRIMINATOR_BYTES))


def decode_account(data: bytes) -> Account:
    """An account of the market or the creator program from its whole data; raises DecodeError."""
    reader = _ACCOUNTS.get(data[:DISCRIMINATOR_BYTES])
    if reader is None:
        raise UnknownDiscriminator(f"no account {data[:DISCRIMINATOR_BYTES].hex()}")
    return _read(reader, data)


def _encode(value: msgspec.Struct) -> bytes:
    known = _PREFIX.get(type(value))
    if known is None:
        raise BadValue(f"{type(value).__name__} has no discriminator")
    book, named = known
    out = bytearray(named.discriminator)
    book.write(Defined(named.name), value, out)
    return bytes(out)


def encode_event(event: Event) -> bytes:
    """The bytes of an event from its discriminator on; raises BadValue where a field does not fit."""
    return _encode(event)


def encode_account(account: Account) -> bytes:
    """The whole data of an account; raises BadValue where a field does not fit."""
    return _encode(account)


def decode_instruction(program: Pubkey, data: bytes) -> msgspec.Struct:
    """The arguments of an instruction of one of our programs or the poster (`StakeArgs(...)`); raises DecodeError."""
    known = _INSTRUCTIONS.get(program, {}).get(bytes(data[:DISCRIMINATOR_BYTES]))
    if known is None:
        raise UnknownDiscriminator(f"no instruction {data[:DISCRIMINATOR_BYTES].hex()} of {program}")
    args, readers = known
    values, position = [], DISCRIMINATOR_BYTES
    try:
        for reader in readers:
            value, position = reader(data, position)
            values.append(value)
    except struct.error as error:
        raise Truncated(f"data ends after {len(data)} bytes") from error
    if position != len(data):
        raise TrailingBytes(f"{len(data) - position} bytes after the arguments")
    return args(*values)


__all__ = [
    "DecodeError",
    "decode_account",
    "decode_event",
    "decode_header",
    "decode_instruction",
    "encode_account",
    "encode_event",
]
