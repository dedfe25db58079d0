"""One subscriber's stream: its filters, its pings, and a queue of updates between the chain and the socket.

A subscriber that reads too slowly is cut off when its queue is full; the chain never waits for it."""

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
PING_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The stream ends with this status."""

    code: grpc.StatusCode
    details: str


class Session:
    """A subscriber. Nothing passes before its first request."""

    def __init__(self, feed: Feed, *, queue_updates_max: int = QUEUE_UPDATES_MAX) -> None:
        self._feed = feed
        self._wanted = filters.Wanted()
        self._queue: asyncio.Queue[bytes | End] = asyncio.Queue()
        self._updates_max = queue_updates_max
        self._has_ended = False
        self._leave = feed.listen(self._hear)

    async def updates(self) -> AsyncIterator[bytes | End]:
        """What is to be sent, in order; an End is the last."""
        while True:
            one = await self._queue.get()
            yield one
            if isinstance(one, End):
                return

    def ask(self, request: Any) -> None:
        """Take a request: a ping is answered, anything else replaces the filters and may replay old slots.

        Pongs and replays are let in whole, but only onto a queue that is not full."""
        if self._is_full():
            return
        try:
            wanted = filters.read(request)
            if request.HasField("ping"):
                self._queue.put_nowait(body("pong", {"id": request.ping.id}, self._feed.unix_time))
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
        self._queue.put_nowait(body("ping", {}, self._feed.unix_time))

    def end(self, code: grpc.StatusCode, details: str) -> None:
        """Send what waits, then end the stream with a status."""
        self._leave()
        self._has_ended = True
        self._queue.put_nowait(End(code=code, details=details))

    def close(self) -> None:
        """Hear no more."""
        self._leave()

    def _hear(self, pieces: list[Piece]) -> None:
        wanted = self._wanted
        for level, item in pieces:
            if level is None or level == wanted.level:
                self._put(wanted.frames(item))
        self._is_full()

    def _is_full(self) -> bool:
        """Whether nothing more may be sent; ends the stream of one who reads too slowly."""
        if not self._has_ended and self._queue.qsize() > self._updates_max:
            self.end(grpc.StatusCode.INTERNAL, "lagged to send an update")
        return self._has_ended

    def _put(self, frames: Any) -> None:
        for one in frames:
            self._queue.put_nowait(one)


async def read_requests(session: Session, requests: AsyncIterator[Any]) -> None:
    """Hand every request to the session; a client that sends no more keeps its stream."""
    async for request in requests:
        session.ask(request)


async def keep_pinging(session: Session, every_s: float) -> None:
    """A ping at once and then every so many seconds."""
    while True:
        session.ping()
        await asyncio.sleep(every_s)
