"""The real source and loop against the embedded chain, over real sockets, while every fault plays that RPC can meet."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, LiteralString

import httpx
import pytest
from solders.keypair import Keypair

from idl.instructions import init_config, set_pause
from idl.program import MARKET_ID
from indexer.errors import WrongGenesis
from indexer.follow import Follower
from indexer.model import Limits, Mark
from indexer.sources.blocks import Blocks
from indexer.sources.rpc import named
from indexer.store.mirror import Mirror
from localnet import programs, wallets
from localnet.chain.model import ChainOptions
from localnet.chain.node import Chain
from localnet.chain.serve import Running
from localnet.database import Database
from tests.localnet.chain.people import fund, signed
from tests.programs.world import TERMS

WAIT_S = 120.0
SLOTS = 150
LOOKS_MAX = 10
SEEDS = (1, 2)
# What the second endpoint says may be false, but not which chain it is of: that ends a follower, and it should. The
# first one fails now and then, and says what is true.
STORM = """
every 9..17 slots fork 1..4
every 25..40 slots fork 2..5 shorter
every 30..50 slots fork 1..3 losing
every 11..19 slots skip 1..4
every 13..23 slots dead 1..2
every 20..30 slots stall 1..4
every 60..90 slots http 500..504 on main
every 40..70 slots error -32005 * on main
every 10..20 slots error -32004 getBlock times 2 on fault
every 20..30 slots error -32007 getBlock on fault
every 40..60 slots http 500..504 on fault
every 60..90 slots limit 20 per 2 slots on fault
every 10..20 slots lag 0..10
every 30..40 slots truncate 0..20
every 9..14 slots lie blockhash times 1
every 11..16 slots lie gap times 1
every 13..18 slots lie inner times 1
every 15..20 slots lie tip times 1
every 17..22 slots lie skipped times 1
"""


def authority() -> Keypair:
    """Who may set the pause bits."""
    return wallets.wallet("authority")


def options(**more: Any) -> ChainOptions:
    """A chain with our programs and two endpoints, which makes blocks when told."""
    free: dict[str, Any] = {"rpc_port": 0, "pubsub_port": 0, "fault_rpc_port": 0, "slot_ms": 0}
    return ChainOptions(**free, deploy=programs.DEPLOY, genesis_time=1_790_000_000, **more)


def begin(chain: Chain) -> None:
    """The first event."""
    me = authority()
    fund(chain, me)
    made = init_config(admin=me.pubkey(), terms=TERMS, payer=me.pubkey())
    chain.submit(signed(chain, me, [made]))
    chain.produce(2)


def change(chain: Chain, number: int) -> None:
    """One event: other pause bits than before."""
    one = set_pause(pause=number % 31, authority=authority().pubkey())
    chain.submit(signed(chain, authority(), [one]))


@contextlib.asynccontextmanager
async def following(running: Running, database: Database) -> AsyncIterator[tuple[Follower, asyncio.Task[None]]]:
    """A follower of both endpoints, from genesis on, that runs beside."""
    chain, store = running.chain, Mirror(database.dsn("indexer"))
    genesis = chain.bank.genesis
    await store.open(genesis=genesis.blockhash, anchor=Mark(genesis.slot, genesis.blockhash, genesis.height))
    async with httpx.AsyncClient(timeout=60) as client:
        source = Blocks(named([running.rpc_url, running.fault_rpc_url], client), genesis=genesis.blockhash)
        loop = Follower(source, store, limits=Limits(slots_per_page_max=8, witnesses_min=1), poll_s=0.01)
        task = asyncio.create_task(loop.run())
        try:
            yield loop, task
        finally:
            task.cancel()
            await asyncio.wait([task])
            await store.close()


async def play(running: Running, script: str) -> None:
    """Give the chain a script as anybody does."""
    body = {"jsonrpc": "2.0", "id": 1, "method": "localnet_fault", "params": [script]}
    async with httpx.AsyncClient(timeout=60) as client:
        reply = await client.post(running.rpc_url, json=body)
    assert "result" in reply.json(), reply.text


async def seen(follower: Follower, chain: Chain) -> None:
    """Return when the follower has the confirmed tip, or soon: it may just be kept from it."""
    for _ in range(LOOKS_MAX):
        if follower.progress.sealed_slot == chain.at("confirmed").slot:
            return
        await asyncio.sleep(0.005)


async def sealed(task: asyncio.Task[None], database: Database, slot: int) -> None:
    """Return when a slot is sealed and final; raise what ended the follower."""
    while True:
        if task.done():
            task.result()
        with database.connect() as connection:
            row = connection.execute("SELECT final_slot FROM ledger.head").fetchone()
        if row is not None and (row[0] or 0) >= slot:
            return
        await asyncio.sleep(0.05)


async def reached(database: Database, query: LiteralString, *values: int) -> None:
    """Return when a query finds something; within a time that no honest machine needs."""
    async with asyncio.timeout(WAIT_S):
        while True:
            with database.connect() as connection:
                if connection.execute(query, values).fetchone():
                    return
            await asyncio.sleep(0.05)


def landed(chain: Chain) -> list[tuple[int, str]]:
    """Slot and signature of each transaction of the programs that succeeded, in the chain's order."""
    blocks = (chain.ledger.block(slot) for slot in chain.ledger.slots(0, chain.at("finalized").slot))
    return [
        (one.slot, one.wire.signature)
        for block in blocks
        if block is not None
        for one in block.transactions
        if MARKET_ID in one.outcome.keys and one.outcome.error is None
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_missing_after_a_storm(seed: int, mirror: Database) -> None:
    """Whatever the chain and its endpoints do meanwhile, in the end each event is there, once, in its order."""

    async def run() -> list[tuple[int, str]]:
        async with (
            Running(options(seed=seed, fault_script=STORM)) as running,
            following(running, mirror) as (follower, task),
        ):
            chain = running.chain
            begin(chain)
            for number in range(SLOTS):
                change(chain, number)
                chain.tick()
                await seen(follower, chain)
            chain.director.forget()
            await play(running, "clear\nlag 0\ntruncate 0")
            chain.resume()
            chain.produce()
            await reached(mirror, "SELECT 1 FROM ledger.head WHERE sealed_slot >= %s", chain.at("confirmed").slot)
            await play(running, "fork 4")  # of it three blocks are sealed: however slow this is, one fork was followed
            chain.produce()
            last = chain.tip.slot
            for _ in range(40):
                chain.produce()
            await asyncio.wait_for(sealed(task, mirror, last), WAIT_S)
            return [one for one in landed(chain) if one[0] <= last]

    expected = asyncio.run(run())
    with mirror.connect() as connection:
        found = connection.execute("SELECT slot, signature FROM ledger.transaction ORDER BY slot, tx_index").fetchall()
        seqs = connection.execute("SELECT seq FROM chain.event WHERE slot <= %s ORDER BY seq", (expected[-1][0],))
        numbers = [seq for (seq,) in seqs.fetchall()]
        (dead,) = connection.execute("SELECT count(*) FROM ledger.slot WHERE status = 'dead'").fetchone() or (0,)
    last = expected[-1][0]
    assert [one for one in found if one[0] <= last] == expected
    assert numbers == list(range(1, len(expected) + 1))
    print(f"seed {seed}: {len(expected)} events, {dead} blocks were sealed that a fork dropped")
    assert len(expected) > SLOTS / 4
    assert dead > 0


def test_a_transaction_kept_back_is_noticed(mirror: Database) -> None:
    """Where all endpoints leave an event out of a block, the next one shows the hole: nothing is sealed beyond it."""

    async def run() -> tuple[int, int]:
        async with Running(options()) as running, following(running, mirror) as (follower, _):
            chain = running.chain
            begin(chain)
            await reached(mirror, "SELECT 1 FROM chain.event")
            await play(running, "lie transactions on both forever")
            change(chain, 1)
            chain.produce(2)
            hidden = chain.tip.slot
            await reached(mirror, "SELECT 1 FROM ledger.head WHERE sealed_slot >= %s", hidden - 1)
            await play(running, "clear")
            change(chain, 2)
            chain.produce(2)
            await reached(mirror, "SELECT 1 FROM ledger.incident WHERE kind = 'sequence_gap'")
            return follower.progress.sealed_slot, hidden

    found, hidden = asyncio.run(run())
    assert found <= hidden


def test_another_chain_ends_the_follower(mirror: Database) -> None:
    """An endpoint that names another genesis is never read."""

    async def run() -> None:
        async with Running(options()) as running:
            await play(running, "lie genesis on both forever")
            async with following(running, mirror) as (_, task):
                await asyncio.wait_for(task, WAIT_S)

    with pytest.raises(WrongGenesis):
        asyncio.run(run())
