"""The hub alone, on a feed that the test writes: bounds, races, ends."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from api.errors import MirrorNotReady
from api.frames import Frame, Step
from api.streams import DROPPED, QUEUE_MAX, STOPPED, Chunk, Hub, Member, Replay


class WrittenFeed:
    """A feed in memory; `gate` holds the answer to `position` until the test lets it go."""

    def __init__(self) -> None:
        self.rows: list[Step] = []
        self.gate: asyncio.Event | None = None

    def write(self, channel: str, *, undo: bool = False) -> None:
        seq = len(self.rows) + 1
        frames = () if undo else (Frame(channel, f"{seq}".encode()),)
        self.rows.append(Step(seq, seq, undo, frames))

    async def position(self) -> int:
        seq = len(self.rows)
        if self.gate is not None:
            await self.gate.wait()
        return seq

    async def steps(self, after: int, limit: int) -> Sequence[Step]:
        return self.rows[after : after + limit]

    async def replay(self, channel: str, after: int, steps_max: int) -> Replay:
        return Replay(len(self.rows), tuple(self.rows[after:]), reset=False)

    async def snapshot(self, channel: str) -> tuple[int, bytes]:
        return len(self.rows), b"{}"


class Nudge:
    """A bus that the test rings."""

    def __init__(self) -> None:
        self.news = asyncio.Event()

    async def wait(self, timeout_s: float) -> None:
        await self.news.wait()
        self.news.clear()


class Running:
    """A hub whose loop runs, on a written feed."""

    def __init__(self) -> None:
        self.feed, self.bus = WrittenFeed(), Nudge()
        self.hub = Hub(self.feed, self.bus, 60)

    async def __aenter__(self) -> Running:
        self.task = asyncio.create_task(self.hub.run())
        await self.settle()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def settle(self) -> None:
        """Let the loop see everything that was written."""
        self.bus.news.set()
        for _ in range(20):
            await asyncio.sleep(0)


def join(hub: Hub, channel: str, floor: int) -> Member:
    """A member whose opening showed everything up to `floor`."""
    member = Member()
    hub.join(member, channel)
    member.floors[channel] = floor
    return member


def bodies(member: Member) -> list[bytes]:
    """What lies in a member's queue, its opening taken into account."""
    found = []
    while not member.queue.empty():
        chunk = member.queue.get_nowait()
        found += [frame.body for frame in chunk.frames if member.wants(frame.channel, chunk.seq)]
    return found


def test_each_gets_its_own_channel() -> None:
    """Frames go to the members of their channel and nobody else."""

    async def play() -> tuple[list[bytes], list[bytes]]:
        async with Running() as run:
            a, b = join(run.hub, "a", 0), join(run.hub, "b", 0)
            for channel in "abba":
                run.feed.write(channel)
            await run.settle()
            return bodies(a), bodies(b)

    assert asyncio.run(play()) == ([b"1", b"4"], [b"2", b"3"])


def test_nothing_at_or_below_the_opening() -> None:
    """What the snapshot already showed is not sent again."""

    async def play() -> list[bytes]:
        async with Running() as run:
            member = join(run.hub, "a", 2)
            for _ in range(4):
                run.feed.write("a")
            await run.settle()
            return bodies(member)

    assert asyncio.run(play()) == [b"3", b"4"]


def test_joining_while_the_position_is_read() -> None:
    """Rows between a late position and an early snapshot are not lost."""

    async def play() -> list[bytes]:
        async with Running() as run:
            run.feed.gate = asyncio.Event()
            await run.settle()
            member = join(run.hub, "a", 0)
            run.feed.write("a")
            run.feed.gate.set()
            await run.settle()
            await run.settle()
            return bodies(member)

    assert asyncio.run(play()) == [b"1"]


def test_joining_before_the_first_look() -> None:
    """Until the hub knows where the feed is, nobody can join."""
    with pytest.raises(MirrorNotReady):
        join(Hub(WrittenFeed(), Nudge(), 1), "a", 0)


def test_a_slow_member_is_dropped() -> None:
    """A full queue ends with one notice; the others go on."""

    async def play() -> tuple[list[Chunk], int]:
        async with Running() as run:
            slow, quick = join(run.hub, "a", 0), join(run.hub, "a", 0)
            got = 0
            for _ in range(QUEUE_MAX + 1):
                run.feed.write("a")
                await run.settle()
                got += len(bodies(quick))
            run.feed.write("a")
            await run.settle()
            return [slow.queue.get_nowait() for _ in range(slow.queue.qsize())], got + len(bodies(quick))

    assert asyncio.run(play()) == ([DROPPED], QUEUE_MAX + 2)


def test_an_undo_reaches_every_channel_once() -> None:
    """An undo is one frame a channel of each member."""

    async def play() -> list[bytes]:
        async with Running() as run:
            member = join(run.hub, "a", 0)
            run.hub.join(member, "b")
            member.floors["b"] = 0
            run.feed.write("a", undo=True)
            await run.settle()
            return bodies(member)

    found = asyncio.run(play())
    assert len(found) == 2
    assert all(b'"type":"undo"' in body for body in found)


def test_stop() -> None:
    """Stopping ends every stream."""

    async def play() -> Chunk:
        async with Running() as run:
            member = join(run.hub, "a", 0)
            run.hub.stop()
            return member.queue.get_nowait()

    assert asyncio.run(play()) is STOPPED
