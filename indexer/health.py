"""The private port: /livez, /readyz, /startupz and /metrics. Reads what the loop says of itself; changes nothing.

Called by __main__.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from importlib.metadata import PackageNotFoundError, version

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from indexer.errors import IndexerError
from indexer.follow import Progress
from indexer.metrics import BUILD, LAG_SECONDS, REGISTRY

LAG_SLOTS_MAX = 20
TURN_AGE_MAX_S = 15.0
REQUEST_BYTES_MAX = 8192
REQUEST_TIMEOUT_S = 5.0
REASONS = {200: "OK", 404: "Not Found", 503: "Service Unavailable"}


class Check(msgspec.Struct, frozen=True):
    """One thing that was looked at."""

    name: str
    status: str
    ms: float
    detail: str


class Body(msgspec.Struct, frozen=True):
    """What a probe is told."""

    status: str
    version: str
    uptime_s: float
    checks: list[Check]


class Health:
    """Serves the probes of one process."""

    def __init__(self, progress: Progress, ping: Callable[[], Awaitable[None]]) -> None:
        self._progress = progress
        self._ping = ping
        self._started_s = time.monotonic()
        self._version = _version()
        BUILD.labels(self._version).set(1)

    async def serve(self, host: str, port: int) -> asyncio.Server:
        """Listen; port 0 picks one. OSError where the port is taken."""
        return await asyncio.start_server(self._answer, host, port, limit=REQUEST_BYTES_MAX)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer, closed."""
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT_S):
                head = await reader.readuntil(b"\r\n\r\n")
                words = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
                status, kind, body = await self._respond(words[1] if len(words) > 1 else "")
                writer.write(
                    f"HTTP/1.1 {status} {REASONS[status]}\r\ncontent-type: {kind}\r\n"
                    f"content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode()
                )
                writer.write(body)
                await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            return  # a probe that does not speak HTTP is not answered
        finally:
            writer.close()

    async def _respond(self, path: str) -> tuple[int, str, bytes]:
        """Status, content type and body of a path."""
        match path.split("?")[0]:
            case "/metrics":
                self._measure()
                return 200, CONTENT_TYPE_LATEST, generate_latest(REGISTRY)
            case "/livez":
                return self._verdict([])
            case "/startupz":
                begun = self._progress.sealed_slot >= 0
                return self._verdict([Check("begun", "ok" if begun else "unhealthy", 0.0, "first turn of the loop")])
            case "/readyz":
                return self._verdict([await self._database(), self._loop(), self._lag()])
            case _:
                return 404, "text/plain", b"not found\n"

    def _verdict(self, checks: list[Check]) -> tuple[int, str, bytes]:
        """200 where no check is unhealthy, else 503."""
        states = {check.status for check in checks}
        status = next((name for name in ("unhealthy", "degraded") if name in states), "ok")
        body = Body(status, self._version, round(time.monotonic() - self._started_s, 3), checks)
        return (503 if status == "unhealthy" else 200), "application/json", msgspec.json.encode(body)

    async def _database(self) -> Check:
        """Whether the database answers and has our schema."""
        started_s = time.monotonic()
        try:
            await self._ping()
        except IndexerError as error:
            return Check("database", "unhealthy", _ms(started_s), str(error))
        return Check("database", "ok", _ms(started_s), "")

    def _loop(self) -> Check:
        """Whether the loop turns."""
        age_s = time.monotonic() - self._progress.turned_at_s
        if self._progress.failure is not None:
            return Check("loop", "unhealthy", 0.0, self._progress.failure)
        fresh = self._progress.sealed_slot >= 0 and age_s <= TURN_AGE_MAX_S
        return Check("loop", "ok" if fresh else "unhealthy", 0.0, f"turned {age_s:.1f} s ago")

    def _lag(self) -> Check:
        """How far the mirror is behind the chain."""
        lag = max(0, self._progress.tip_slot - self._progress.sealed_slot)
        missing = self._progress.missing_slot
        if missing is not None:
            return Check("lag", "unhealthy", 0.0, f"waiting for slot {missing}")
        return Check("lag", "ok" if lag <= LAG_SLOTS_MAX else "unhealthy", 0.0, f"{lag} slots")

    def _measure(self) -> None:
        """Figures that grow with time alone."""
        if self._progress.sealed_time_s is not None:
            LAG_SECONDS.set(max(0.0, time.time() - self._progress.sealed_time_s))


def _ms(started_s: float) -> float:
    """Milliseconds since a moment."""
    return round((time.monotonic() - started_s) * 1000, 3)


def _version() -> str:
    """The installed version; 0 where the tree runs uninstalled."""
    try:
        return version("sealbook")
    except PackageNotFoundError:
        return "0"
