"""Forks against a real database: whatever the tree did, the tables are those of the winning chain alone."""

import asyncio
import random

import pytest

from localnet.database import Database
from tests.indexer.fakes import FakeChain, Node, View, source
from tests.indexer.mirrors import catch_up, dump, opened

SEEDS = (1, 2, 3, 4, 5, 6)
TURNS = 14
DEPTH_MAX = 6


async def mirror_of(database: Database, root: Node, views: list[tuple[Node, Node]]) -> None:
    """Follow one endpoint that shows these (tip, final) one after the other."""
    store = await opened(database, root)
    view = View(tip=root, final=root)
    blocks = source(view)
    await blocks.genesis()
    for view.tip, view.final in views:
        await catch_up(blocks, store)
    await store.close()


def wander(chain: FakeChain, rng: random.Random) -> list[tuple[Node, Node]]:
    """A random walk over forks: each turn grows the tip, or leaves it for a branch above the final block."""
    tip = final = chain.root
    shown = []
    for _ in range(TURNS):
        line = tip.line()
        back = sorted(slot for slot in line if slot >= final.slot)[-1 - rng.randrange(DEPTH_MAX) :][:1]
        base = line[back[0]] if back and rng.random() < 0.5 else tip
        before = tip.slot
        tip = chain.line(base, 1 + rng.randrange(4), skip=rng.randrange(2))
        while tip.slot <= before:
            tip = chain.grow(tip)
        line = tip.line()
        if rng.random() < 0.5:
            final = line[rng.choice([slot for slot in line if final.slot <= slot <= max(final.slot, tip.slot - 8)])]
        shown.append((tip, final))
    return shown


@pytest.mark.parametrize("seed", SEEDS)
def test_random_trees_equal_the_winning_chain(seed: int, mirror: Database, other_mirror: Database) -> None:
    """After any walk over forks the tables equal those of a mirror that only saw the winner."""
    print(f"seed {seed}")
    chain = FakeChain(seed)
    shown = wander(chain, random.Random(seed))
    asyncio.run(mirror_of(mirror, chain.root, shown))
    asyncio.run(mirror_of(other_mirror, chain.root, shown[-1:]))

    with mirror.connect() as connection:
        undone = connection.execute("SELECT count(*) FROM ledger.feed WHERE kind = 'undo'").fetchone()
    assert undone is not None
    assert undone[0] > 0, "this walk saw no fork"
    assert dump(mirror) == dump(other_mirror)
