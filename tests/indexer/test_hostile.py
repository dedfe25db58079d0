"""What anybody may do to us: words of a market that no table holds, blocks that the tables refuse, answers of junk."""

import asyncio
from typing import Any

import httpx
import msgspec
import pytest

from indexer.errors import BlockIncomplete, SourceUnavailable
from indexer.model import Fetch, Mark, Purpose, Seen
from indexer.sources.blocks import Blocks
from indexer.sources.rpc import Endpoint
from localnet.database import Database
from tests.indexer.fakes import FakeChain, Node, View, carrying, source
from tests.indexer.lives import act
from tests.indexer.mirrors import catch_up, dump, opened

HONEST: dict[str, Any] = {"getGenesisHash": "g", "getSlot": 5, "getBlocks": [1, 2, 3, 4, 5]}
HASH = "11111111111111111111111111111111"
BLOCK = {"blockhash": HASH, "previousBlockhash": HASH, "parentSlot": 0, "transactions": []}
PAGE = Fetch(1, 5, Purpose.PAGE)


def follow(database: Database, root: Node, tip: Node) -> int:
    """Follow to a tip; the slot sealed."""

    async def go() -> int:
        store = await opened(database, root)
        try:
            blocks = source(View(tip=tip, final=root))
            await blocks.genesis()
            return (await catch_up(blocks, store)).sealed.slot
        finally:
            await store.close()

    return asyncio.run(go())


def child(chain: FakeChain, parent: Node, *transactions: Any) -> Node:
    """A block with these transactions."""
    grown = chain.grow(parent, transactions=0)
    return Node(
        slot=grown.slot, blockhash=grown.blockhash, parent=parent, height=grown.height, transactions=transactions,
        world=parent.world,
    )  # fmt: skip


def test_zero_characters_stop_nobody(mirror: Database) -> None:
    """A market with a zero character in its question is mirrored, and taken back by a fork, as any other."""
    chain = FakeChain(3)
    world, happened = act(chain.root.world, chain.rng, 1)
    base = child(chain, chain.root, carrying(happened, seed=b"config"))
    _, (made, *_) = act(world, chain.rng, 2)
    bad = msgspec.structs.replace(made, question="is \0 a word?", uri="\0")
    assert follow(mirror, chain.root, child(chain, base, carrying([bad], seed=b"bad"))) == 2
    with mirror.connect() as connection:
        assert connection.execute("SELECT question FROM chain.market").fetchall() == [("is \ufffd a word?",)]
    other = chain.line(base, 2, transactions=0)
    follow(mirror, chain.root, other)
    assert "market" not in dump(mirror)


def test_a_block_that_the_tables_refuse_is_passing(mirror: Database) -> None:
    """A signature that was sealed cannot come again: another endpoint is to give the block, and nothing is written."""
    chain = FakeChain(4)
    _, happened = act(chain.root.world, chain.rng, 1)
    first = child(chain, chain.root, carrying(happened, seed=b"same"))
    assert follow(mirror, chain.root, first) == 1
    before = dump(mirror)
    with pytest.raises(BlockIncomplete):
        follow(mirror, chain.root, child(chain, first, carrying([], seed=b"same")))
    assert dump(mirror) == before


def saying(answers: dict[str, Any]) -> Blocks:
    """A source whose only endpoint gives these results, honest ones beside; an Exception stands for an error's code."""

    def reply(call: dict[str, Any]) -> dict[str, Any]:
        value = (HONEST | answers).get(call["method"])
        said = (
            {"error": {"code": value.args[0], "message": "no"}} if isinstance(value, Exception) else {"result": value}
        )
        return {"jsonrpc": "2.0", "id": call["id"], **said}

    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=[reply(call) for call in msgspec.json.decode(request.content)])

    client = httpx.AsyncClient(transport=httpx.MockTransport(handle))
    return Blocks([Endpoint("http://one", client, name="one")], genesis="g")


JUNK = {
    "nothing": None, "a number": 7, "a word": "x", "an object": {"a": 1}, "a list": ["x"], "below zero": -1,
    "not yet": Exception(-32004), "cleaned up": Exception(-32001), "unknown": Exception(-1),
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in JUNK if name != "a word"])
def test_a_genesis_of_junk(name: str) -> None:
    """What is no genesis hash leaves the endpoint unknown."""
    with pytest.raises(SourceUnavailable):
        asyncio.run(saying({"getGenesisHash": JUNK[name]}).genesis())


@pytest.mark.parametrize("name", [name for name in JUNK if name != "a number"])
def test_slots_of_junk(name: str) -> None:
    """What is no slot moves no tip."""
    with pytest.raises(SourceUnavailable):
        asyncio.run(saying({"getSlot": JUNK[name]}).look())


async def read(blocks: Blocks) -> Seen:
    """A page."""
    await blocks.look()
    return await blocks.read(PAGE)


@pytest.mark.parametrize("name", JUNK)
def test_a_listing_of_junk(name: str) -> None:
    """What is no listing is passing: it skips no slot."""
    with pytest.raises(SourceUnavailable):
        asyncio.run(read(saying({"getBlocks": JUNK[name]})))


BLOCKS = {name: value for name, value in JUNK.items() if name not in ("cleaned up", "unknown")} | {
    "no blockhash": {key: value for key, value in BLOCK.items() if key != "blockhash"},
    "a blockhash that is none": BLOCK | {"blockhash": "0OIl"},
    "its own parent": BLOCK | {"parentSlot": 1},
    "a parent above it": BLOCK | {"parentSlot": 9},
    "a parent below zero": BLOCK | {"parentSlot": -1},
    "a time that is none": BLOCK | {"blockTime": 10**18},
    "transactions of junk": BLOCK | {"transactions": 3},
}


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_of_junk(name: str) -> None:
    """What is no block is neither a skipped slot nor a missing one: the page ends before it."""
    seen = asyncio.run(read(saying({"getBlock": BLOCKS[name]})))
    assert (seen.page, seen.stop, seen.read_to, seen.missing) == ((), 1, 0, frozenset())


@pytest.mark.parametrize("name", JUNK)
def test_junk_bears_no_witness(name: str) -> None:
    """What is no block neither confirms a fork nor moves the watermark."""

    async def go(blocks: Blocks) -> tuple[int, Mark | None]:
        await blocks.look()
        return await blocks.witnesses(Mark(3, HASH)), await blocks.finalized(3)

    assert asyncio.run(go(saying({"getBlock": JUNK[name]}))) == (0, None)
