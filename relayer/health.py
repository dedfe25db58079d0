"""The private port: /livez, /readyz, /startupz and /metrics over plain HTTP/1.1. Never faces a user.

/livez touches nothing; /readyz asks the checks that the process gives. Called by __main__.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import h11
import msgspec

from relayer.errors import BadSetting, Transient
from relayer.metrics import VERSION, Metrics

READ_MAX_BYTES = 8_192
REQUEST_TIMEOUT_S = 5.0

Check = Callable[[], Awaitable[str]]


class Result(msgspec.Struct, frozen=True):
    """One check's answer."""

    name: str
    status: str
    ms: int
    detail: str


class Body(msgspec.Struct, frozen=True):
    """What /readyz says."""

    status: str
    version: str
    uptime_s: int
    checks: tuple[Result, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The private server's parts; checks return a detail or raise Transient."""

    metrics: Metrics
    checks: Mapping[str, Check]
    started: float

    async def serve(self, host: str, port: int) -> asyncio.Server:
        """Start listening; BadSetting names a taken port."""
        try:
            return await asyncio.start_server(self._talk, host, port, limit=READ_MAX_BYTES)
        except OSError as error:
            raise BadSetting(f"private port {host}:{port} cannot be opened: {error.strerror or error}") from error

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT_S):
                await self._answer(reader, writer)
        except (TimeoutError, ConnectionError, h11.RemoteProtocolError):
            # A caller that went away or speaks no HTTP: there is nobody to answer.
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER)
        event = connection.next_event()
        while event is h11.NEED_DATA:
            connection.receive_data(await reader.read(READ_MAX_BYTES))
            event = connection.next_event()
        if not isinstance(event, h11.Request):
            return
        status, kind, body = await self._page(event.target.decode().split("?")[0])
        headers = [("content-type", kind), ("content-length", str(len(body))), ("connection", "close")]
        writer.write(connection.send(h11.Response(status_code=status, headers=headers)) or b"")
        writer.write(connection.send(h11.Data(data=body)) or b"")
        writer.write(connection.send(h11.EndOfMessage()) or b"")
        await writer.drain()

    async def _page(self, path: str) -> tuple[int, str, bytes]:
        match path:
            case "/metrics":
                return 200, "text/plain; version=0.0.4; charset=utf-8", self.metrics.text()
            case "/livez" | "/startupz":
                return 200, "application/json", msgspec.json.encode(self._body(()))
            case "/readyz":
                body = self._body(tuple([await _run(name, check) for name, check in self.checks.items()]))
                return (200 if body.status == "ok" else 503), "application/json", msgspec.json.encode(body)
            case _:
                return 404, "application/json", b'{"status":"not found"}'

    def _body(self, results: tuple[Result, ...]) -> Body:
        bad = any(r.status != "ok" for r in results)
        uptime = int(time.monotonic() - self.started)
        return Body(status="unhealthy" if bad else "ok", version=VERSION, uptime_s=uptime, checks=results)


async def _run(name: str, check: Check) -> Result:
    started = time.monotonic()
    try:
        detail, status = await check(), "ok"
    except Transient as error:
        detail, status = str(error), "unhealthy"
    return Result(name=name, status=status, ms=int((time.monotonic() - started) * 1000), detail=detail)
