"""All 145 real markets and 39,086 real ticks through the programs, and the mirror of it proven complete."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest

from idl import addresses
from idl.enums import State
from idl.maths.parimutuel import Payout, payout, settle_amount, void_payout
from idl.program import EVENT_IX_TAG, MARKET_ID
from localnet import programs, wallets
from localnet.chain.model import ChainOptions
from localnet.chain.node import Chain
from localnet.chain.serve import Running
from localnet.database import ROOT, Database
from tests.e2e import calls, real
from tests.e2e.driver import Driver
from tests.e2e.real_scene import Open, Scene

pytestmark = pytest.mark.e2e
SEED: Final = 20260724
BEFORE_S: Final = 300
BUDGET_S: Final = 90.0
FINALITY_BLOCKS: Final = 40
# No tick in the strike's window, but for the second, whose close's window is empty.
VOID: Final = frozenset({1784850900, 1784890500, 1784890800, 1784891100})
_MIRROR_S: Final = 60.0


def test_all_real_markets(database: Database, tmp_path: Path) -> None:
    """141 official outcomes reproduced, none wrong, 4 void and refunded; every vault empty, the mirror proven."""
    began = time.monotonic()
    markets, prices = real.read_markets(), real.read_prices()
    assert (len(markets), len(prices.ticks)) == (145, 39_086)
    options = ChainOptions(
        slot_ms=0,
        rpc_port=0,
        pubsub_port=0,
        deploy=programs.DEPLOY,
        genesis_time=markets[0].start - BEFORE_S,
    )

    async def scene() -> None:
        async with Running(options) as running:
            follower = follow(running, database, tmp_path / "indexer.log")
            try:
                played = Scene(Driver(running.chain), prices, random.Random(SEED))
                opened = await play(played, markets)
                check_chain(running.chain, opened)
                await played.driver.empty(FINALITY_BLOCKS)
                await mirrored(running, database)
            finally:
                follower.terminate()
                follower.wait(10)
            await proven(running, database, opened)

    asyncio.run(scene())
    taken = time.monotonic() - began
    print(f"{taken:.1f} s")
    assert taken < BUDGET_S


async def play(played: Scene, markets: list[real.RealMarket]) -> list[Open]:
    """One market after the other in real time order; what waits for a later price is decided once it is posted."""
    await played.prepare()
    opened: list[Open] = []
    waiting: list[Open] = []
    for market in markets:
        await played.driver.clock(market.start)
        opened.append(await played.open(market))
        waiting.append(opened[-1])
        await played.driver.clock(market.end + real.WINDOW_S + 1)
        await played.post_until(market.end + real.WINDOW_S + 1)
        waiting = [one for one in waiting if not await settled(played, one)]
    await played.driver.clock(prices_end := played.prices.times[-1] + 1)
    await played.post_until(prices_end)
    assert played.posted == len(played.prices.ticks)
    assert all([await settled(played, one) for one in waiting])
    await played.close(opened)
    return opened


async def settled(played: Scene, one: Open) -> bool:
    """Decide a market if its prices are there, check its outcome against the official one, and pay."""
    if not await played.decide(one):
        return False
    market = played.read(one.address)
    assert market.state == (State.Void if one.real.start in VOID else State.Finalized), one.real
    assert (market.mask, market.num, market.den) == wanted(one)[:3], one.real
    await played.settle(one)
    return True


def check_chain(chain: Chain, opened: list[Open]) -> None:
    """Every market, vault and position is gone, so every vault ended empty; four were void."""
    for one in opened:
        owners = [wallets.address(who) for who in one.shares]
        gone = [one.address, addresses.vault(one.address).address, addresses.resolution(one.address).address]
        gone += [addresses.position(one.address, owner).address for owner in owners]
        assert [str(key) for key in gone if chain.account(key) is not None] == [], one.real
    assert sum(one.real.start in VOID for one in opened) == 4


def events_on(chain: Chain) -> int:
    """How many events the programs emitted, counted in the blocks themselves."""
    return sum(
        landed.outcome.keys[call.program_index] == MARKET_ID and call.data.startswith(EVENT_IX_TAG)
        for slot in range(chain.tip.slot + 1)
        if (block := chain.ledger.block(slot)) is not None
        for landed in block.transactions
        for calls_of_one in landed.outcome.inner or ()
        for call in calls_of_one
    )


def indexer_settings(running: Running, database: Database) -> dict[str, str]:
    """What the indexer needs to follow this chain from its first block."""
    return {
        **os.environ,
        "INDEXER_DATABASE_URL": database.dsn("indexer"),
        "INDEXER_RPC_URLS": running.rpc_url,
        "INDEXER_WITNESSES_MIN": "1",
        "INDEXER_POLL_MS": "20",
        "INDEXER_PRIVATE_PORT": "0",
        "INDEXER_ANCHOR_SLOT": "0",
    }


def follow(running: Running, database: Database, log: Path) -> subprocess.Popen[bytes]:
    """The indexer as a process of its own."""
    with log.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "indexer", "follow"],
            cwd=ROOT,
            env=indexer_settings(running, database),
            stdout=out,
            stderr=subprocess.STDOUT,
        )


async def mirrored(running: Running, database: Database) -> None:
    """Wait until all that was played is final in the mirror."""
    wanted = running.chain.at("finalized").slot
    deadline = time.monotonic() + _MIRROR_S
    while True:
        with database.connect() as connection:
            row = connection.execute("SELECT final_slot FROM ledger.head").fetchone()
        if row is not None and row[0] >= wanted:
            return
        assert time.monotonic() < deadline, (row, wanted)
        await asyncio.sleep(0.05)


async def proven(running: Running, database: Database, opened: list[Open]) -> None:
    """The mirror's own proof holds, it has every event, and it paid everybody what the arithmetic says."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "indexer", "prove"),
        cwd=ROOT,
        env=indexer_settings(running, database),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    with database.connect() as connection:
        count = connection.execute("SELECT count(*) FROM chain.event").fetchone()
        paid = connection.execute("SELECT market, owner, amount FROM chain.payout WHERE state = 'paid'").fetchall()
        states = connection.execute("SELECT market, state FROM chain.v1_market").fetchall()
    assert count == (events_on(running.chain),)
    assert {(market, state) for market, state in states} == {(str(one.address), "closed") for one in opened}
    assert {(m, o): int(a) for m, o, a in paid if a} == {
        (str(one.address), str(wallets.address(who))): amount
        for one in opened
        for who, amount in amounts(one).items()
        if amount
    }


def amounts(one: Open) -> dict[str, int]:
    """What each wallet must have got: its part of the pool, or its stakes back."""
    decided = wanted(one)
    return {who: settle_amount(held, *decided[:3], 0) for who, held in one.shares.items()}


def wanted(one: Open) -> Payout:
    """The payout that the official outcome and the stakes give."""
    supply = [sum(column) for column in zip(*one.shares.values(), strict=True)]
    if one.real.start in VOID:
        return void_payout(2)
    return payout(supply, 0 if one.real.outcome == "UP" else 1, sum(calls.FEES))
