"""Sends deliveries over HTTP, beside the chain and never in its way.

Helius' rule: an answer within 1 s; 3 further attempts, 1 s apart, after anything but success or 403; then lost.
Each webhook has a line of its own: a receiver that never answers holds up nobody else's deliveries."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from localnet.chain.hooks.book import Hooks
from localnet.chain.hooks.model import Delivery
from localnet.chain.hooks.sign import headers, nonce

if TYPE_CHECKING:
    from localnet.chain.hooks.post import Poster

RETRIES_MAX = 3
IN_FLIGHT_MAX = 16
WAITING_MAX = 10_000


@dataclass(slots=True)
class _Line:
    """The deliveries of one webhook: those that wait, in their order, and how many are on their way."""

    waiting: deque[Delivery] = field(default_factory=deque)
    sending: int = 0


class Deliverer:
    """The sender of a chain's webhooks; an async context manager."""

    def __init__(
        self, hooks: Hooks, *, budget_ms: int = 1000, gap_ms: int = 1000, clock: Callable[[], float] = time.time
    ) -> None:
        self._hooks = hooks
        self._budget_s = budget_ms / 1000
        self._gap_s = gap_ms / 1000
        self._clock = clock
        self._wake = asyncio.Event()
        self._lines: dict[str, _Line] = {}
        self._sending: set[asyncio.Task[None]] = set()
        self._loop: asyncio.Task[None] | None = None
        self._poster: Poster | None = None

    async def __aenter__(self) -> Deliverer:
        self._hooks.on_ready.append(self._wake.set)
        self._loop = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._hooks.on_ready.remove(self._wake.set)
        tasks = [*self._sending] + ([self._loop] if self._loop is not None else [])
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        if self._poster is not None:
            await self._poster.close()

    async def _run(self) -> None:
        """Put every delivery into its webhook's line."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._hooks.ready:
                self._queue(self._hooks.ready.popleft())

    def _queue(self, delivery: Delivery) -> None:
        """Send it when its turn comes; it is lost where its webhook's share of what may wait is used up."""
        line = self._lines.setdefault(delivery.hook.id, _Line())
        if len(line.waiting) >= WAITING_MAX // len(self._lines):
            self._hooks.lost(delivery)
            return
        line.waiting.append(delivery)
        self._send(delivery.hook.id, line)

    def _send(self, hook: str, line: _Line) -> None:
        """Begin what a line has places for; a line without deliveries is no more."""
        while line.waiting and line.sending < IN_FLIGHT_MAX:
            line.sending += 1
            task = asyncio.create_task(self._deliver(line.waiting.popleft()))
            self._sending.add(task)
            task.add_done_callback(partial(self._done, hook, line))
        if not line.sending:
            del self._lines[hook]

    def _done(self, hook: str, line: _Line, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        line.sending -= 1
        if not task.cancelled():
            self._send(hook, line)
            task.result()

    async def _deliver(self, delivery: Delivery) -> None:
        poster = self._open()
        for number in range(1 + RETRIES_MAX):
            if number:
                await asyncio.sleep(self._gap_s)
            sent = headers(delivery, nonce(self._hooks.seed, delivery, number), int(self._clock()))
            attempt = await poster.post(delivery.hook.asked.url, delivery.body, sent)
            self._hooks.tried(delivery, attempt)
            if attempt.final:
                break
        self._hooks.lost(delivery)

    def _open(self) -> Poster:
        """The HTTP client, made by the first delivery: most chains send none, and loading it takes 0.2 s of a start."""
        if self._poster is None:
            from localnet.chain.hooks.post import Poster

            self._poster = Poster(self._budget_s)
        return self._poster
