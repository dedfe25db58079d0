"""Arguments to instruction data: what the generated builders share. Nothing else calls it."""

from collections.abc import Sequence
from functools import cache
from typing import Final

import msgspec
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from idl import types
from idl.borsh import Book
from idl.program import CREATOR_ID, MARKET_ID, POSTER_ID
from idl.schema import InstructionDef, load

# The books of argument types: enough for instructions, which hold no events and no accounts.
BOOKS: Final = {
    MARKET_ID: Book(load("market"), vars(types)),
    CREATOR_ID: Book(load("creator"), vars(types)),
    POSTER_ID: Book(load("poster"), vars(types)),
}


def derived(program: Pubkey, *seeds: bytes) -> Pubkey:
    """The address of constant seeds."""
    return Pubkey.find_program_address(list(seeds), program)[0]


@cache
def _defs(program: Pubkey) -> dict[str, InstructionDef]:
    return {one.name: one for one in BOOKS[program].idl.instructions}


def meta(program: Pubkey, key: Pubkey | None, *, signer: bool, writable: bool) -> AccountMeta:
    """An account of an instruction; one that may be left out and is, is named by the program's own id."""
    return AccountMeta(program, False, False) if key is None else AccountMeta(key, signer, writable)


def call(
    program: Pubkey, name: str, args: msgspec.Struct, metas: Sequence[AccountMeta], remaining: Sequence[AccountMeta]
) -> Instruction:
    """The instruction `name` with its arguments in Borsh; raises BadValue where an argument does not fit."""
    book, definition = BOOKS[program], _defs(program)[name]
    data = bytearray(definition.discriminator)
    for field, argument in zip(args.__struct_fields__, definition.args, strict=True):
        book.write(argument.type, getattr(args, field), data)
    return Instruction(program, bytes(data), [*metas, *remaining])
