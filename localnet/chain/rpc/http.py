"""HTTP/1.1 for JSON-RPC: POST and CORS as Agave answers them, on h11. One connection can harm only itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import h11

from localnet.chain.errors import HttpFault, ReplyLost

IDLE_S_MAX = 120.0
LINGER_S = 1.0
_JSON = ("content-type", "application/json; charset=utf-8")
_PLAIN = ("content-type", "text/plain; charset=utf-8")
_NOT_ALLOWED = b"Used HTTP Method is not allowed. POST or OPTIONS is required\n"
_BAD_TYPE = b"Supplied content type is not allowed. Content-Type: application/json is required\n"

Answer = Callable[[bytes], bytes]


class Connection(asyncio.Protocol):
    """One client connection."""

    def __init__(self, answer: Answer, health: Callable[[], bytes], body_bytes_max: int) -> None:
        self._answer = answer
        self._health = health
        self._body_bytes_max = body_bytes_max
        self._http = h11.Connection(h11.SERVER)
        self._request: h11.Request | None = None
        self._body: list[bytes] = []
        self._size = 0
        self._transport: asyncio.Transport | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._reading = True
        self._refused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client came."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._rest()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._transport = None
        if self._idle is not None:
            self._idle.cancel()

    def pause_writing(self) -> None:
        """A client that does not read its answers may not ask more."""
        self._reading = False
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """It reads again."""
        self._reading = True
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()
        self._turn()

    def data_received(self, data: bytes) -> None:
        """Bytes came: read on."""
        if self._refused:
            return
        self._http.receive_data(data)
        self._turn()
        self._rest()

    def eof_received(self) -> None:
        """The client will send no more."""
        if not self._refused:
            self._http.receive_data(b"")
            self._turn()

    def _rest(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        if self._transport is not None:
            self._idle = asyncio.get_running_loop().call_later(IDLE_S_MAX, self._close)

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _turn(self) -> None:
        """Handle every event that is complete."""
        while self._transport is not None and not self._transport.is_closing() and self._reading and not self._refused:
            try:
                event = self._http.next_event()
            except h11.RemoteProtocolError as error:
                self._refuse(error.error_status_hint, b"Bad request\n")
                return
            if event is h11.NEED_DATA or event is h11.PAUSED:
                return
            if not self._event(event):
                return

    def _event(self, event: object) -> bool:
        match event:
            case h11.Request():
                self._request, self._body, self._size = event, [], 0
                if self._http.they_are_waiting_for_100_continue:
                    self._write(h11.InformationalResponse(status_code=100, headers=[]))
            case h11.Data():
                self._size += len(event.data)
                if self._size > self._body_bytes_max:
                    self._refuse(413, b"Request body is too large\n")
                    return False
                self._body.append(bytes(event.data))
            case h11.EndOfMessage():
                return self._respond()
            case h11.ConnectionClosed():
                self._close()
                return False
        return True

    def _respond(self) -> bool:
        """Answer the request that has been read; False when the connection ends with it."""
        request = self._request
        assert request is not None
        headers = dict(request.headers)
        match request.method:
            case b"OPTIONS":
                self._reply(200, b"", headers, [_JSON, ("allow", "OPTIONS, POST"), ("accept", "application/json")])
            case b"GET" if request.target == b"/health":
                self._reply(200, self._health(), headers, [_PLAIN])
            case b"POST":
                if not self._post(headers):
                    return False
            case _:
                self._reply(405, _NOT_ALLOWED, headers, [_PLAIN])
        return self._next()

    def _post(self, headers: dict[bytes, bytes]) -> bool:
        if not headers.get(b"content-type", b"").lower().startswith(b"application/json"):
            self._reply(415, _BAD_TYPE, headers, [_PLAIN])
            return True
        try:
            body = self._answer(b"".join(self._body))
        except ReplyLost:
            self._close()
            return False
        except HttpFault as fault:
            wait = [] if fault.retry_after_s is None else [("retry-after", str(fault.retry_after_s))]
            self._reply(fault.status, b"%d\n" % fault.status, headers, [_PLAIN, *wait])
            return True
        self._reply(200, body, headers, [_JSON])
        return True

    def _next(self) -> bool:
        if self._http.our_state is h11.MUST_CLOSE:
            self._close()
            return False
        self._http.start_next_cycle()
        return True

    def _reply(self, status: int, body: bytes, request: dict[bytes, bytes], headers: list[tuple[str, str]]) -> None:
        origin = request.get(b"origin")
        if origin is not None:
            wanted = request.get(b"access-control-request-headers", b"content-type").decode("latin-1")
            headers = [
                *headers,
                ("vary", "origin"),
                ("access-control-allow-methods", "OPTIONS, POST"),
                ("access-control-allow-origin", origin.decode("latin-1")),
                ("access-control-max-age", "86400"),
                ("access-control-allow-headers", wanted),
            ]
        length = ("content-length", str(len(body)))
        response = h11.Response(status_code=status, headers=[*headers, length])
        head = self._http.send(response) or b""
        data = self._http.send(h11.Data(data=body)) if body else b""
        self._http.send(h11.EndOfMessage())
        if self._transport is not None:
            self._transport.write(head + (data or b""))

    def _refuse(self, status: int, body: bytes) -> None:
        """Say why and hang up; a peer that speaks no HTTP may not understand."""
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._reply(status, body, {}, [_PLAIN, ("connection", "close")])
        if self._transport is None:
            return
        # closing now, with bytes unread, would reset the connection before the peer has read why
        self._refused = True
        if self._transport.can_write_eof():
            self._transport.write_eof()
        asyncio.get_running_loop().call_later(LINGER_S, self._close)

    def _write(self, event: h11.InformationalResponse) -> None:
        if self._transport is not None:
            self._transport.write(self._http.send(event) or b"")


async def listen(
    host: str, port: int, answer: Answer, health: Callable[[], bytes], body_bytes_max: int
) -> asyncio.Server:
    """Listen; OSError when the port is taken."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: Connection(answer, health, body_bytes_max), host, port, backlog=1024)
