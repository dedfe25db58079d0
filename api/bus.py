"""How one process hears that the feed has grown: the Bus port, and PostgreSQL's NOTIFY behind it.

A bus carries no facts, only "look again"; every listener also looks on its own, so a lost notification costs one poll.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

import psycopg
import structlog

CHANNEL = "ledger_feed"
_RECONNECT_S = 0.5
_log = structlog.get_logger("api.bus")


class Bus(Protocol):
    """Wakes its one listener."""

    async def wait(self, timeout_s: float) -> None:
        """Return when something may be new, or after the timeout."""
        ...


class PostgresBus:
    """LISTEN on a connection of its own, made again whenever it is lost."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._news = asyncio.Event()

    async def wait(self, timeout_s: float) -> None:
        try:
            async with asyncio.timeout(timeout_s):
                await self._news.wait()
        except TimeoutError:
            return
        self._news.clear()

    async def listen(self) -> None:
        """Listen until cancelled."""
        while True:
            try:
                await self._listen_once()
            except psycopg.Error as error:
                _log.warning("bus_lost", error=str(error))
                await asyncio.sleep(_RECONNECT_S)

    async def _listen_once(self) -> None:
        connection = await psycopg.AsyncConnection.connect(
            self._dsn, autocommit=True, connect_timeout=2, application_name="sealbook-api-bus"
        )
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            self._news.set()
            async for _ in connection.notifies():
                self._news.set()
