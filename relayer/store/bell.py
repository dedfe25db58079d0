"""Wakes a loop when PostgreSQL notifies, at the latest after a pause: a lost notice costs a second, never a fact."""

import asyncio

import psycopg
import structlog

from relayer.errors import Transient
from relayer.store.pool import Database

RETRY_S = 0.5
LISTEN_S = 5.0

_log = structlog.get_logger()


class Bell:
    """Rings on these channels; `run` listens for ever and reconnects."""

    def __init__(self, database: Database, *channels: str) -> None:
        self._database = database
        self._channels = channels
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake the waiter."""
        self._rung.set()

    async def wait(self, pause_s: float) -> None:
        """Until it rings, or the pause is over. What rang while nobody waited counts."""
        try:
            async with asyncio.timeout(pause_s):
                await self._rung.wait()
        except TimeoutError:
            # The usual end of a quiet pause.
            return
        finally:
            self._rung.clear()

    async def run(self) -> None:
        """Listen, ring, reconnect."""
        while True:
            try:
                connection = await self._database.listen(*self._channels)
                async with connection:
                    while True:
                        async for _ in connection.notifies(timeout=LISTEN_S, stop_after=1):
                            self.ring()
                        await connection.execute("SELECT 1")
            except (psycopg.Error, Transient) as error:
                _log.warning("listen_failed", error=str(error).splitlines()[0] if str(error) else "")
                await asyncio.sleep(RETRY_S)
