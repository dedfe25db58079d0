"""Sends deliveries over HTTP, beside the chain and never in its way.

Helius' rule: an answer within 1 s; 3 further attempts, 1 s apart, after anything but success or 403; then lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import httpx

from localnet.chain.hooks.book import Hooks
from localnet.chain.hooks.model import Attempt, Delivery
from localnet.chain.hooks.sign import headers, nonce

RETRIES_MAX = 3
IN_FLIGHT_MAX = 64


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
        self._free = asyncio.Semaphore(IN_FLIGHT_MAX)
        self._sending: set[asyncio.Task[None]] = set()
        self._loop: asyncio.Task[None] | None = None
        self._client = httpx.AsyncClient(trust_env=False, timeout=self._budget_s)

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
        await self._client.aclose()

    async def _run(self) -> None:
        """Begin deliveries in their order; how they end does not hold the next one up."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._hooks.ready:
                await self._free.acquire()
                task = asyncio.create_task(self._deliver(self._hooks.ready.popleft()))
                self._sending.add(task)
                task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._free.release()
        if not task.cancelled():
            task.result()

    async def _deliver(self, delivery: Delivery) -> None:
        for number in range(1 + RETRIES_MAX):
            if number:
                await asyncio.sleep(self._gap_s)
            attempt = await self._attempt(delivery, number)
            self._hooks.tried(delivery, attempt)
            if attempt.final:
                break
        self._hooks.lost(delivery)

    async def _attempt(self, delivery: Delivery, number: int) -> Attempt:
        """One POST; whatever goes wrong with it is what the attempt was."""
        sent = headers(delivery, nonce(self._hooks.seed, delivery, number), int(self._clock()))
        try:
            async with asyncio.timeout(self._budget_s):
                reply = await self._client.post(delivery.hook.asked.url, content=delivery.body, headers=sent)
        except (TimeoutError, httpx.TimeoutException):
            return Attempt(status=None, error="timeout")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Attempt(status=None, error=type(error).__name__)
        return Attempt(status=reply.status_code)
