"""The hub between the feed and the sockets: one reader of the feed, each frame encoded once, bounded queues.

A member joins a channel first and reads its snapshot or replay afterwards; frames at or below the seq of that opening
are dropped, so nothing is missed and nothing comes twice. Called by `routes.stream`; driven by `run` until cancelled.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import psycopg
import psycopg_pool
import structlog

from . import metrics
from .bus import Bus
from .errors import MirrorNotReady
from .frames import Frame, Step

QUEUE_MAX: Final = 64
REPLAY_STEPS_MAX: Final = 5_000
_log = structlog.get_logger("api.streams")


@dataclass(frozen=True, slots=True)
class Chunk:
    """All frames of one feed seq for one member, in order, with the channel of each; empty means the stream ends."""

    seq: int
    frames: tuple[Frame, ...]


DROPPED: Final = Chunk(-1, ())
STOPPED: Final = Chunk(-2, ())


@dataclass(frozen=True, slots=True)
class Replay:
    """What a cursor has missed up to `seq`; `reset` when it is older than what is kept or from another world."""

    seq: int
    steps: tuple[Step, ...]
    reset: bool


class Feed(Protocol):
    """Where the hub reads; implemented by `queries.feed`."""

    async def position(self) -> int:
        """The newest seq."""
        ...

    async def steps(self, after: int, limit: int) -> Sequence[Step]:
        """The next rows of the feed with their frames, in order."""
        ...

    async def replay(self, channel: str, after: int, steps_max: int) -> Replay:
        """One channel's frames after a cursor, without those that a fork has undone."""
        ...

    async def snapshot(self, channel: str) -> tuple[int, bytes]:
        """(seq, JSON) of what the channel shows now."""
        ...


@dataclass(eq=False, slots=True)
class Member:
    """One socket: its queue, its channels with the seq each has been opened at."""

    queue: asyncio.Queue[Chunk] = field(default_factory=lambda: asyncio.Queue(QUEUE_MAX))
    floors: dict[str, int] = field(default_factory=dict)
    seq: int = 0

    def wants(self, channel: str, seq: int) -> bool:
        """Whether the opening of this channel has not shown this seq yet."""
        return seq > self.floors.get(channel, seq)


class Hub:
    """All members of this process by channel, and the one loop that feeds them."""

    def __init__(self, feed: Feed, bus: Bus, poll_s: float) -> None:
        self.feed = feed
        self.seq = -1
        self._bus = bus
        self._poll_s = poll_s
        self._members: defaultdict[str, set[Member]] = defaultdict(set)

    def join(self, member: Member, channel: str) -> None:
        """From now on the member gets this channel's frames; raises MirrorNotReady before the first look."""
        if self.seq < 0:
            raise MirrorNotReady
        member.floors[channel] = 2**63
        self._members[channel].add(member)

    def leave(self, member: Member, channel: str | None = None) -> None:
        """Out of one channel, or of all."""
        for name in [channel] if channel else list(member.floors):
            member.floors.pop(name, None)
            self._members[name].discard(member)
            if not self._members[name]:
                del self._members[name]

    def stop(self) -> None:
        """End every stream."""
        for member in self._everyone():
            self._end(member, STOPPED)

    async def run(self) -> None:
        """Follow the feed until cancelled; the database being away only delays it."""
        while True:
            try:
                await self._advance()
            except (psycopg.OperationalError, psycopg_pool.PoolTimeout) as error:
                _log.warning("feed_unreadable", error=str(error))
            await self._bus.wait(self._poll_s)

    async def _advance(self) -> None:
        if not self._members:
            # Nobody listens: only the position matters, for the cache. Whoever joined while it was read may need the
            # rows before it, so then the position stays and the rows are read below.
            position = await self.feed.position()
            if not self._members:
                self.seq = position
                metrics.feed_seq.set(position)
                return
        while steps := await self.feed.steps(self.seq, QUEUE_MAX):
            for step in steps:
                self._deliver(step)
                self.seq = step.seq
            metrics.feed_seq.set(self.seq)

    def _deliver(self, step: Step) -> None:
        if step.undo:
            for member in self._everyone():
                frames = tuple(step.undone(channel) for channel in member.floors)
                self._push(member, Chunk(step.seq, frames))
            return
        wanted: defaultdict[Member, list[Frame]] = defaultdict(list)
        for frame in step.frames:
            for member in self._members.get(frame.channel, ()):
                wanted[member].append(frame)
        for member, frames in wanted.items():
            self._push(member, Chunk(step.seq, tuple(frames)))

    def _push(self, member: Member, chunk: Chunk) -> None:
        try:
            member.queue.put_nowait(chunk)
        except asyncio.QueueFull:
            metrics.dropped.inc()
            self._end(member, DROPPED)

    def _end(self, member: Member, last: Chunk) -> None:
        self.leave(member)
        while not member.queue.empty():
            member.queue.get_nowait()
        member.queue.put_nowait(last)

    def _everyone(self) -> set[Member]:
        return {member for members in self._members.values() for member in members}
