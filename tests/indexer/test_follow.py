"""The loop against a real database: crashes, lying endpoints, gaps, rivals. Every promise of follow and store."""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from typing import Any

from msgspec.structs import replace

from indexer.fold import fold
from indexer.model import Decoded, Head, Mark
from indexer.store import mirror as mirror_module
from indexer.store import pages
from indexer.store.mirror import Mirror
from localnet.database import Database
from tests.indexer.conftest import empty
from tests.indexer.fakes import GENESIS, FakeChain, Node, View, source
from tests.indexer.mirrors import anchor, catch_up, dump

CUTS_MAX = 600


class Cut(BaseException):
    """The process is gone: nothing catches this."""


class Until:
    """An awaitable that runs another one and dies at its n-th suspension: from there on nothing is waited for."""

    def __init__(self, work: Awaitable[Any], cut_at: int) -> None:
        self._work = work
        self._cut_at = cut_at
        self._awaits = 0

    def __await__(self) -> Generator[Any, Any, Any]:
        steps = self._work.__await__()
        while True:
            try:
                waited_for = next(steps)
                self._awaits += 1
                while self._awaits >= self._cut_at:
                    # Clean-up that waits dies too: a dead process tells its database nothing.
                    steps.throw(Cut())
            except StopIteration as stop:
                return stop.value
            yield waited_for


def life(chain: FakeChain) -> list[tuple[Node, Node]]:
    """A short life with a fork and a watermark: (tip, final) one after the other."""
    base = chain.grow(chain.root, transactions=6)
    lost = chain.grow(base, transactions=3)
    kept = chain.grow(base, transactions=3, skip=1)
    return [(lost, chain.root), (kept, base)]


async def play(database: Database, root: Node, shown: list[tuple[Node, Node]], store: Mirror | None = None) -> None:
    """Follow from wherever the database is to the end of what is shown."""
    mirror = store or Mirror(database.dsn("indexer"))
    try:
        await mirror.open(genesis=GENESIS, anchor=anchor(root))
        view = View(tip=root, final=root)
        blocks = source(view)
        await blocks.genesis()
        for view.tip, view.final in shown:
            await catch_up(blocks, mirror)
    finally:
        hang_up(mirror)


def hang_up(mirror: Mirror) -> None:
    """Drop the connection as the end of a process does."""
    connection = mirror._session._connection
    if connection is not None:
        connection.pgconn.finish()


class Recorded(Mirror):
    """A mirror that remembers what was committed after each of its deeds."""

    def __init__(self, database: Database) -> None:
        super().__init__(database.dsn("indexer"))
        self.states: list[dict[str, list[str]]] = [dump(database)]
        self._database = database

    async def open(self, *, genesis: str, anchor: Mark | None) -> Head | None:
        head = await super().open(genesis=genesis, anchor=anchor)
        self.states.append(dump(self._database))
        return head

    async def apply(self, head: Head, page: tuple[Decoded, ...], *, final: bool, tip: int) -> Head:
        head = await super().apply(head, page, final=final, tip=tip)
        self.states.append(dump(self._database))
        return head

    async def rollback(self, head: Head, to: Mark) -> Head:
        head = await super().rollback(head, to)
        self.states.append(dump(self._database))
        return head

    async def finalize(self, head: Head, mark: Mark) -> Head:
        head = await super().finalize(head, mark)
        self.states.append(dump(self._database))
        return head


class CursorApart(Mirror):
    """A store with the classic mistake, kept to show that the checker sees it: rows first, the cursor after them."""

    async def apply(self, head: Head, page: tuple[Decoded, ...], *, final: bool, tip: int) -> Head:
        hashes = mirror_module.state_hashes(head.state_hash, page)
        marks = tuple(decoded.block.mark for decoded in page)
        recent = marks[-1:] if final else head.recent + marks
        moved = replace(head, recent=recent, feed_seq=head.feed_seq + len(page), state_hash=hashes[-1])
        async with self._session.transaction() as connection:
            changes = fold(await self._known(connection, page), page, final_slot=moved.final.slot)
            await pages.write_page(connection, head, page, hashes, changes)
        async with self._session.transaction() as connection:
            await pages.move_head(connection, moved, tip=tip, time_s=page[-1].block.block_time)
        self._kept.clear()
        return moved


def killed_everywhere(
    database: Database, root: Node, shown: list[tuple[Node, Node]], make: Callable[[Database], Mirror], step: int = 1
) -> list[int]:
    """Kill a run at each of its awaits; those after which the tables are at no point of an undisturbed run.

    From a point of the undisturbed run a new process goes on as that one did: it knows nothing but the tables.
    """
    empty(database)
    good = Recorded(database)
    asyncio.run(play(database, root, shown, good))
    wrong = []
    for cut_at in range(1, CUTS_MAX, step):
        empty(database)
        if not asyncio.run(cut(Until(play(database, root, shown, make(database)), cut_at))):
            print(f"{cut_at} awaits, {len(good.states)} states")
            return wrong
        if dump(database) not in good.states:
            wrong.append(cut_at)
    raise AssertionError("the run has more awaits than expected")


async def cut(run: Until) -> bool:
    """Whether the run was killed before its end."""
    try:
        await run
    except Cut:
        return True
    return False


def test_killed_at_every_await(mirror: Database) -> None:
    """Wherever the process dies, the tables are at a point of a run that was never disturbed."""
    chain = FakeChain(21)
    assert killed_everywhere(mirror, chain.root, life(chain), lambda one: Mirror(one.dsn("indexer"))) == []


def test_a_cursor_apart_is_caught(mirror: Database) -> None:
    """The same check on a store that commits its cursor apart from the rows finds awaits that leave a hole."""
    chain = FakeChain(21)
    assert killed_everywhere(mirror, chain.root, life(chain), lambda one: CursorApart(one.dsn("indexer")), 3) != []
