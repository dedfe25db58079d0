"""A chain that is a tree of blocks, spoken to by JSON-RPC over a transport that is a function. No network, no clock.

Each endpoint sees the tree through its own `View`, which may lag, lie, be limited or be away. The indexer's own source
reads it, so what is tested is what runs.
"""

import hashlib
import random
from base64 import standard_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field

import base58
import httpx
import msgspec
from solders.hash import Hash
from solders.signature import Signature

from idl import codec
from idl.events import Event
from idl.program import EVENT_IX_TAG, MARKET_ID
from idl.schema import load
from indexer.decode import (
    AUTHORITIES,
    WireHeader,
    WireInner,
    WireInstruction,
    WireLoaded,
    WireMessage,
    WireMeta,
    WireSigned,
    WireTransaction,
)  # fmt: skip
from indexer.sources.blocks import Blocks
from indexer.sources.rpc import Endpoint
from tests.indexer.lives import World, act

(MARKET_KIND,) = (one.discriminator for one in load("market").accounts if one.name == "Market")
PROGRAM = str(MARKET_ID)
AUTHORITY = AUTHORITIES[PROGRAM]
GENESIS = str(Hash(hashlib.sha256(b"genesis").digest()))
PAYER = "4uQeVj5tqViQh7yWWGStvkEG1Zmhx6uasJtWCJziofM"
FOREIGN = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"
NULL = msgspec.Raw(b"null")


def self_call(raw: bytes, *, height: int = 2, accounts: tuple[int, ...] = (1,), program: int = 2) -> WireInstruction:
    """An inner instruction that carries an event's bytes; keys are payer, authority, our program, a foreign one."""
    data = base58.b58encode(EVENT_IX_TAG + raw).decode()
    return WireInstruction(program, accounts, data, height)


def transaction(
    inner: Sequence[WireInstruction], *, seed: bytes, err: bytes = b"null", outer: int = 2, version: int | str = 0
) -> WireTransaction:
    """One transaction with one outer instruction, by default of our program, and these inner ones."""
    signature = str(Signature(hashlib.sha512(seed).digest()))
    message = WireMessage(
        account_keys=(PAYER, AUTHORITY, PROGRAM, FOREIGN),
        header=WireHeader(1, 0, 3),
        instructions=(WireInstruction(outer, (0,), "3Bxs4h24hBtQy9rw", 1),),
        recent_blockhash=GENESIS,
    )
    meta = WireMeta(msgspec.Raw(err), 5000, 1234, (WireInner(0, tuple(inner)),), WireLoaded())
    return WireTransaction(WireSigned(message, (signature,)), meta, version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One block of the tree."""

    slot: int
    blockhash: str
    parent: "Node | None"
    height: int
    transactions: tuple[WireTransaction, ...]
    world: World

    def answer(self, *, full: bool) -> dict[str, object]:
        """The getBlock answer."""
        parent = self.parent
        shown: dict[str, object] = {
            "blockhash": self.blockhash,
            "previousBlockhash": parent.blockhash if parent else str(Hash.default()),
            "parentSlot": parent.slot if parent else 0,
            "blockHeight": self.height,
            "blockTime": 1_700_000_000 + self.slot,
        }
        return shown | {"transactions": self.transactions} if full else shown

    def line(self) -> dict[int, "Node"]:
        """This block and its ancestors by slot."""
        found: dict[int, Node] = {}
        node: Node | None = self
        while node is not None:
            found[node.slot] = node
            node = node.parent
        return found


@dataclass(slots=True)
class View:
    """What one endpoint sees and how it answers: tip and final block, errors by slot, its genesis."""

    tip: Node
    final: Node
    errors: dict[int, int] = field(default_factory=dict)
    replaced: dict[int, Node] = field(default_factory=dict)
    unlisted: set[int] = field(default_factory=set)
    status: int = 200
    away: bool = False
    genesis: str = GENESIS
    asked: list[str] = field(default_factory=list)
    accounts: dict[str, bytes] = field(default_factory=dict)
    lamports: dict[str, int] = field(default_factory=dict)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """The answer to one batch."""
        if self.away:
            raise httpx.ConnectError("refused")
        if self.status != 200:
            return httpx.Response(self.status)
        replies = [self._reply(call) for call in msgspec.json.decode(request.content)]
        return httpx.Response(200, content=msgspec.json.encode(replies))

    def _reply(self, call: dict) -> dict[str, object]:
        self.asked.append(call["method"])
        found = getattr(self, f"_{call['method']}")(*call["params"])
        key = "error" if isinstance(found, Fault) else "result"
        value = {"code": found.code, "message": "said no"} if isinstance(found, Fault) else found
        return {"jsonrpc": "2.0", "id": call["id"], key: value}

    def _at(self, options: dict[str, str]) -> Node:
        return self.final if options.get("commitment") == "finalized" else self.tip

    def _getGenesisHash(self) -> str:
        return self.genesis

    def _getSlot(self, options: dict[str, str]) -> int:
        return self._at(options).slot

    def _getMultipleAccounts(self, keys: list[str], options: dict[str, str]) -> dict[str, object]:
        value = [
            {"lamports": self.lamports.get(key, 1), "data": [b64encode(self.accounts[key]), "base64"]}
            if key in self.accounts
            else None
            for key in keys
        ]
        return {"context": {"slot": self._at(options).slot}, "value": value}

    def _getProgramAccounts(self, program: str, options: dict[str, str]) -> dict[str, object]:
        ours = program == str(MARKET_ID)
        found = [{"pubkey": key} for key, data in self.accounts.items() if ours and data.startswith(MARKET_KIND)]
        return {"context": {"slot": self._at(options).slot}, "value": found}

    def _getFirstAvailableBlock(self) -> int:
        return 0

    def _getBlocks(self, first: int, last: int, options: dict[str, str]) -> list[int]:
        return sorted(slot for slot in self._at(options).line() if first <= slot <= last and slot not in self.unlisted)

    def _getBlock(self, slot: int, options: dict[str, str]) -> "dict[str, object] | Fault":
        if slot in self.errors:
            return Fault(self.errors[slot])
        head = self._at(options)
        node = self.replaced.get(slot) or head.line().get(slot)
        if node is None:
            return Fault(-32004 if slot > head.slot else -32009)
        return node.answer(full=options["transactionDetails"] == "full")


@dataclass(frozen=True, slots=True)
class Fault:
    """A JSON-RPC error."""

    code: int


class FakeChain:
    """A tree that grows. Every block's transactions are the next of its own branch's life."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.root = Node(slot=0, blockhash=self._hash(), parent=None, height=0, transactions=(), world=World())

    def grow(self, parent: Node, *, transactions: int | None = None, skip: int = 0) -> Node:
        """A child with some transactions of its branch, after skipped slots."""
        slot, world = parent.slot + 1 + skip, parent.world
        made: list[WireTransaction] = []
        for _ in range(self.rng.randrange(4) if transactions is None else transactions):
            world, happened = act(world, self.rng, slot)
            made.append(carrying(happened, seed=self.rng.randbytes(8)))
        made.insert(self.rng.randrange(len(made) + 1), self._foreign())
        return Node(
            slot=slot, blockhash=self._hash(), parent=parent, height=parent.height + 1, transactions=tuple(made),
            world=world,
        )  # fmt: skip

    def line(self, parent: Node, length: int, **how: int) -> Node:
        """A chain of children."""
        for _ in range(length):
            parent = self.grow(parent, **how)
        return parent

    def _hash(self) -> str:
        return str(Hash(self.rng.randbytes(32)))

    def _foreign(self) -> WireTransaction:
        made = transaction((), seed=self.rng.randbytes(8), outer=3)
        keys = (PAYER, AUTHORITY, PAYER, FOREIGN)
        message = msgspec.structs.replace(made.transaction.message, account_keys=keys)
        return msgspec.structs.replace(made, transaction=msgspec.structs.replace(made.transaction, message=message))


def carrying(happened: Sequence[Event], *, seed: bytes) -> WireTransaction:
    """A transaction whose inner instructions carry these events."""
    return transaction([self_call(codec.encode_event(event)) for event in happened], seed=seed)


def b64encode(data: bytes) -> str:
    """Base64 as RPC answers have it."""
    return standard_b64encode(data).decode()


def endpoints_of(*views: View) -> list[Endpoint]:
    """The indexer's own endpoints over these views."""
    endpoints = []
    for n, view in enumerate(views):
        client = httpx.AsyncClient(transport=httpx.MockTransport(view.handle))
        endpoints.append(Endpoint(f"http://endpoint-{n}", client, name=f"endpoint-{n}"))
    return endpoints


def source(*views: View, genesis: str | None = None) -> Blocks:
    """The indexer's own source over these endpoints."""
    return Blocks(endpoints_of(*views), genesis=genesis)
