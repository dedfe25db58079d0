"""Reads accounts at finalized, each answer with the slot that it is true of. Used by prove."""

import base64
from collections.abc import Sequence

import base58
import msgspec
from solders.pubkey import Pubkey

from idl.program import CREATOR_ID, MARKET_ID
from idl.schema import load
from indexer.errors import SourceUnavailable
from indexer.sources.rpc import Call, Endpoint, Shape, Unanswered

KEYS_PER_CALL_MAX = 100
TOKEN_AMOUNT_AT = 64


class Account(msgspec.Struct, frozen=True, gc=False):
    """One account as the chain has it."""

    lamports: int
    data: bytes

    @property
    def tokens(self) -> int:
        """The amount of a token account, base units."""
        return int.from_bytes(self.data[TOKEN_AMOUNT_AT : TOKEN_AMOUNT_AT + 8], "little")


class Snapshot(msgspec.Struct, frozen=True, gc=False):
    """Accounts at one slot; an address that is not there has no account."""

    slot: int
    accounts: dict[str, Account]
    asked: frozenset[str]


class _Context(msgspec.Struct, frozen=True):
    slot: int


class _Value(msgspec.Struct, frozen=True):
    lamports: int
    data: tuple[str, str]


class _Multiple(msgspec.Struct, frozen=True):
    context: _Context
    value: list[_Value | None]


class _Named(msgspec.Struct, frozen=True):
    pubkey: str


class _Program(msgspec.Struct, frozen=True):
    context: _Context
    value: list[_Named]


_multiple = msgspec.json.Decoder(_Multiple)
_program = msgspec.json.Decoder(_Program)


async def snapshot(endpoints: Sequence[Endpoint], keys: Sequence[str]) -> Snapshot:
    """Up to 100 accounts at one slot. Raises SourceUnavailable."""
    options = {"encoding": "base64", "commitment": "finalized"}
    answer = await ask(endpoints, Call("getMultipleAccounts", (list(keys), options)), _multiple)
    if len(answer.value) != len(keys):
        raise SourceUnavailable(f"getMultipleAccounts: {len(answer.value)} accounts for {len(keys)} addresses")
    found = {
        key: Account(value.lamports, base64.b64decode(value.data[0]))
        for key, value in zip(keys, answer.value, strict=True)
        if value is not None
    }
    return Snapshot(answer.context.slot, found, frozenset(keys))


async def markets(endpoints: Sequence[Endpoint]) -> tuple[int, frozenset[str]]:
    """The slot and the addresses of all Market accounts."""
    return await _all(endpoints, MARKET_ID, "market", "Market")


async def pools(endpoints: Sequence[Endpoint]) -> tuple[int, frozenset[str]]:
    """The slot and the addresses of all Pool accounts."""
    return await _all(endpoints, CREATOR_ID, "creator", "Pool")


async def _all(endpoints: Sequence[Endpoint], program: Pubkey, idl: str, name: str) -> tuple[int, frozenset[str]]:
    """The slot and the addresses of all accounts of one kind."""
    (discriminator,) = (one.discriminator for one in load(idl).accounts if one.name == name)
    options = {
        "encoding": "base64", "commitment": "finalized", "withContext": True, "dataSlice": {"offset": 0, "length": 0},
        "filters": [{"memcmp": {"offset": 0, "bytes": base58.b58encode(discriminator).decode()}}],
    }  # fmt: skip
    answer = await ask(endpoints, Call("getProgramAccounts", (str(program), options)), _program)
    return answer.context.slot, frozenset(one.pubkey for one in answer.value)


async def ask(endpoints: Sequence[Endpoint], call: Call, decoder: msgspec.json.Decoder[Shape]) -> Shape:
    """The first endpoint's answer that has the shape asked for. Raises SourceUnavailable."""
    reason = "no endpoint"
    for endpoint in endpoints:
        try:
            (result,) = await endpoint.ask([call])
            return endpoint.shaped(result, decoder)
        except Unanswered as error:
            reason = f"{call.method}: {error}"
    raise SourceUnavailable(reason)
