"""One subscriber's stream: its filters, its pings, and a queue of updates between the chain and the socket.

A subscriber that reads too slowly is cut off when its queue is full, in updates or in bytes, and what waits is
forgotten; the chain never waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import grpc

from localnet.chain.geyser import filters
from localnet.chain.geyser.errors import BadFilter, OutOfWindow
from localnet.chain.geyser.feed import Feed, Piece
from localnet.chain.geyser.items import body

QUEUE_UPDATES_MAX = 100_000
QUEUE_BYTES_MAX = 64 * 1024 * 1024
PING_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The stream ends with this status."""

    code: grpc.StatusCode
    details: str


class Session:
    """A subscriber. Nothing passes before its first request."""

    def __init__(
        self, feed: Feed, *, queue_updates_max: int = QUEUE_UPDATES_MAX, queue_bytes_max: int = QUEUE_BYTES_MAX
    ) -> None:
        self._feed = feed
        self._wanted = filters.Wanted()
        self._queue: asyncio.Queue[bytes | End] = asyncio.Queue()
        self._updates_max = queue_updates_max
        self._bytes_max = queue_bytes_max
        self.queued_bytes = 0
        self.has_lagged = asyncio.Event()
        self._has_ended = False
        self._leave = feed.listen(self._hear)

    async def updates(self) -> AsyncIterator[bytes | End]:
        """What is to be sent, in order; an End is the last."""
        while True:
            one = await self._queue.get()
            if isinstance(one, End):
                yield one
                return
            self.queued_bytes -= len(one)
            yield one

    def ask(self, request: Any) -> None:
        """Take a request: a ping is answered, anything else replaces the filters and may replay old slots.

        Pongs and replays are let in whole, but only onto a queue that is not full."""
        if self._is_full():
            return
        try:
            wanted = filters.read(request)
            if request.HasField("ping"):
                self._put([body("pong", {"id": request.ping.id}, self._feed.unix_time)])
                return
            self._wanted = wanted
            if request.HasField("from_slot"):
                for item in self._feed.replay(request.from_slot, wanted.level):
                    self._put(wanted.frames(item))
        except BadFilter as error:
            self.end(grpc.StatusCode.INVALID_ARGUMENT, f"failed to create filter: {error}")
        except OutOfWindow as error:
            self.end(grpc.StatusCode.OUT_OF_RANGE, str(error))

    def ping(self) -> None:
        """Show that the stream lives."""
        if not self._is_full():
            self._put([body("ping", {}, self._feed.unix_time)])

    def end(self, code: grpc.StatusCode, details: str) -> None:
        """Send what waits, then end the stream with a status."""
        self._leave()
        self._has_ended = True
        self._queue.put_nowait(End(code=code, details=details))

    def give_up(self) -> None:
        """Too slow: what waits is forgotten, and the stream ends."""
        while not self._queue.empty():
            self._queue.get_nowait()
        self.queued_bytes = 0
        self.end(grpc.StatusCode.INTERNAL, "lagged to send an update")
        self.has_lagged.set()

    def close(self) -> None:
        """Hear no more."""
        self._leave()

    def _hear(self, pieces: list[Piece]) -> None:
        wanted = self._wanted
        for level, item in pieces:
            if (level is None or level == wanted.level) and not self._is_full():
                self._put(wanted.frames(item))
        self._is_full()

    def _is_full(self) -> bool:
        """Whether nothing more may be sent; ends the stream of one who reads too slowly."""
        is_full = self._queue.qsize() > self._updates_max or self.queued_bytes > self._bytes_max
        if is_full and not self._has_ended:
            self.give_up()
        return self._has_ended

    def _put(self, frames: Any) -> None:
        for one in frames:
            self.queued_bytes += len(one)
            self._queue.put_nowait(one)


async def read_requests(session: Session, requests: AsyncIterator[Any]) -> None:
    """Hand every request to the session; a client that sends no more keeps its stream.

    None is a request that could not be read."""
    async for request in requests:
        if request is None:
            session.end(grpc.StatusCode.INTERNAL, "failed to decode Protobuf message")
            return
        session.ask(request)


async def keep_pinging(session: Session, every_s: float) -> None:
    """A ping at once and then every so many seconds."""
    while True:
        session.ping()
        await asyncio.sleep(every_s)
