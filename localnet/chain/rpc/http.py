"""HTTP/1.1 for JSON-RPC: POST and CORS as Agave answers them, on h11. One connection can harm only itself.

What a peer can hold is bounded: the size of a request, the time it may take to send it and to read its answer, how long
the others wait for it, and, by its crowd, how many connections there are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus

import h11

from localnet.chain.crowd import Crowd
from localnet.chain.errors import HttpFault, ReplyLost

# Between two requests, or with an answer that is not read.
IDLE_S_MAX = 120.0
# How long a peer that was refused may go on sending before it is hung up on.
LINGER_S = 2.0
# How long one connection's requests are answered before the others have their turn.
TURN_S = 0.02
# Heads of answers that are kept.
HEADS_MAX = 1024
_JSON = ("content-type", "application/json; charset=utf-8")
_PLAIN = ("content-type", "text/plain; charset=utf-8")
_NOT_ALLOWED = b"Used HTTP Method is not allowed. POST or OPTIONS is required\n"
_TOO_LARGE = b"request body size exceeds allowed maximum"
_BAD_TYPE = b"Supplied content type is not allowed. Content-Type: application/json is required\n"

# The answer to a body, in pieces: between two of them others may have their turn.
Answer = Callable[[bytes], Iterator[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What clients may take: the bytes of a body, seconds from a request's first byte to its last, connections."""

    body_bytes_max: int
    request_s_max: float
    connections_max: int


class Connection(asyncio.Protocol):
    """One client connection."""

    def __init__(self, answer: Answer, health: Callable[[], bytes], limits: Limits, crowd: Crowd) -> None:
        self._answer = answer
        self._health = health
        self._limits = limits
        self._crowd = crowd
        self._loop = asyncio.get_running_loop()
        self._since = self._loop.time()
        self._is_asking = True
        self._http = h11.Connection(h11.SERVER)
        self._request: h11.Request | None = None
        self._body: list[bytes] = []
        self._size = 0
        self._transport: asyncio.Transport | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._reading = True
        self._refused = False
        self._pieces: Iterator[bytes] | None = None
        self._parts: list[bytes] = []
        self._has_more = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client came."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._watch = self._loop.call_later(self._limits.request_s_max, self._look)
        self._crowd.join(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._transport = None
        self._crowd.leave(self)
        if self._watch is not None:
            self._watch.cancel()

    def pause_writing(self) -> None:
        """A client that does not read its answers may not ask more."""
        self._reading = False
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """It reads again."""
        self._reading = True
        if self._transport is not None and not self._transport.is_closing() and self._pieces is None:
            self._transport.resume_reading()
        self._turn()

    def data_received(self, data: bytes) -> None:
        """Bytes came: read on."""
        if self._refused:
            return
        if not self._is_asking:
            self._is_asking, self._since = True, self._loop.time()
        self._http.receive_data(data)
        self._turn()

    def eof_received(self) -> bool:
        """The client will send no more; the connection stays while it is answered."""
        if not self._refused:
            self._http.receive_data(b"")
            self._turn()
        return self._pieces is not None or self._has_more

    def evict(self) -> None:
        """Hang up at once."""
        if self._transport is not None:
            self._transport.abort()

    def _look(self) -> None:
        """See whether the peer takes too long, now and again; cheaper than a timer a request."""
        may_s = self._limits.request_s_max if self._is_asking and self._reading else IDLE_S_MAX
        left_s = self._since + may_s - self._loop.time()
        if left_s > 0 or self._pieces is not None:
            left_s = max(left_s, TURN_S)
            self._watch = self._loop.call_later(min(left_s, self._limits.request_s_max), self._look)
        elif self._is_asking and self._reading and not self._refused:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.evict()

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _turn(self) -> None:
        """Handle every event that is complete, or as many as others can wait for; nothing amid a long answer."""
        self._has_more = False
        if self._pieces is not None:
            return
        end = self._loop.time() + TURN_S
        while self._transport is not None and not self._transport.is_closing() and self._reading and not self._refused:
            try:
                event = self._http.next_event()
            except h11.RemoteProtocolError as error:
                self._refuse(error.error_status_hint)
                return
            if event is h11.NEED_DATA or event is h11.PAUSED or not self._event(event):
                return
            if self._loop.time() > end:
                self._yield()
                return

    def _yield(self) -> None:
        """Let others have their turn, then go on with what came."""
        assert self._transport is not None
        self._has_more = True
        self._transport.pause_reading()
        self._loop.call_soon(self.resume_writing if self._reading else self._turn)

    def _event(self, event: object) -> bool:
        match event:
            case h11.Request():
                self._request, self._body, self._size = event, [], 0
                if self._is_large(event):
                    self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _TOO_LARGE)
                    return False
                if self._http.they_are_waiting_for_100_continue:
                    self._write(h11.InformationalResponse(status_code=100, headers=[]))
            case h11.Data():
                self._size += len(event.data)
                if self._size > self._limits.body_bytes_max:
                    self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _TOO_LARGE)
                    return False
                self._body.append(bytes(event.data))
            case h11.EndOfMessage():
                return self._respond()
            case h11.ConnectionClosed():
                self._close()
                return False
        return True

    def _is_large(self, request: h11.Request) -> bool:
        """Whether a request says that its body is larger than is taken; h11 has checked the number."""
        return any(
            name == b"content-length" and int(value) > self._limits.body_bytes_max for name, value in request.headers
        )

    def _respond(self) -> bool:
        """Answer the request that has been read; False when the connection ends with it."""
        request = self._request
        assert request is not None
        headers = dict(request.headers)
        match request.method:
            case _ if request.target.partition(b"?")[0] == b"/health":
                self._reply(200, self._health(), {}, [])
            case b"OPTIONS":
                self._reply(200, b"", headers, [_JSON, ("allow", "OPTIONS, POST"), ("accept", "application/json")])
            case b"POST":
                return self._post(headers)
            case _:
                self._reply(405, _NOT_ALLOWED, headers, [_PLAIN])
        return self._next()

    def _post(self, headers: dict[bytes, bytes]) -> bool:
        if headers.get(b"content-type", b"").lower().partition(b";")[0] != b"application/json":
            self._reply(415, _BAD_TYPE, headers, [_PLAIN])
            return self._next()
        self._pieces, self._parts = self._answer(b"".join(self._body)), []
        return self._go_on(headers)

    def _go_on(self, headers: dict[bytes, bytes]) -> bool:
        """Answer on while others can wait; False when that is not the end of it, or the end of the connection."""
        assert self._pieces is not None
        end = self._loop.time() + TURN_S
        try:
            for piece in self._pieces:
                self._parts.append(piece)
                if self._loop.time() > end:
                    self._later(headers)
                    return False
        except ReplyLost:
            self._close()
            return False
        except HttpFault as fault:
            wait = [] if fault.retry_after_s is None else [("retry-after", str(fault.retry_after_s))]
            self._reply(fault.status, fault.sentence.encode(), headers, [_PLAIN, *wait])
        except Exception:
            self.evict()  # a defect of ours: the loop logs it, and nobody waits for an answer that will not come
            raise
        else:
            self._reply(200, b"".join(self._parts), headers, [_JSON])
        self._pieces, self._parts = None, []
        return self._next()

    def _later(self, headers: dict[bytes, bytes]) -> None:
        """Let others have their turn, then answer on; until then nothing more is read."""

        def resume() -> None:
            if self._transport is not None and not self._transport.is_closing() and self._go_on(headers):
                self._go_back()

        if self._transport is not None:
            self._transport.pause_reading()
        self._loop.call_soon(resume)

    def _go_back(self) -> None:
        """Read again what comes after a long answer, unless the client must read it first."""
        if self._reading:
            self.resume_writing()

    def _next(self) -> bool:
        if self._http.our_state is h11.MUST_CLOSE:
            self._close()
            return False
        self._http.start_next_cycle()
        self._is_asking, self._since = bool(self._http.trailing_data[0]), self._loop.time()
        self._crowd.asked(self)
        return True

    def _reply(self, status: int, body: bytes, request: dict[bytes, bytes], headers: list[tuple[str, str]]) -> None:
        origin = request.get(b"origin")
        if origin is not None:
            wanted = request.get(b"access-control-request-headers", b"").decode("latin-1")
            headers = [
                *headers,
                ("vary", "origin"),
                ("access-control-allow-methods", "OPTIONS, POST"),
                ("access-control-allow-origin", origin.decode("latin-1")),
                ("access-control-max-age", "86400"),
            ]
            if wanted:
                listed = ", ".join(name.strip() for name in wanted.split(","))
                headers.append(("access-control-allow-headers", listed))
        head = self._http.send(_head(status, len(body), *headers)) or b""
        is_shown = self._request is None or self._request.method != b"HEAD"
        data = self._http.send(h11.Data(data=body)) if body and is_shown else b""
        self._http.send(_END)
        if self._transport is not None:
            self._transport.write(head + (data or b""))

    def _refuse(self, status: int, body: bytes = b"") -> None:
        """Say why and hang up; a peer that speaks no HTTP may not understand."""
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._reply(status, body, {}, [*([_PLAIN] if body else []), ("connection", "close")])
        if self._transport is None:
            return
        # closing now, with bytes unread, would reset the connection before the peer has read why
        self._refused = True
        if self._transport.can_write_eof():
            self._transport.write_eof()
        self._transport.resume_reading()
        self._loop.call_later(LINGER_S, self.evict)

    def _write(self, event: h11.InformationalResponse) -> None:
        if self._transport is not None:
            self._transport.write(self._http.send(event) or b"")


_REASONS = {one.value: one.phrase.encode() for one in HTTPStatus}
_END = h11.EndOfMessage()


@lru_cache(HEADS_MAX)
def _head(status: int, length: int, *headers: tuple[str, str]) -> h11.Response:
    """The head of an answer; most answers have one of a few, and h11 checks every header of each it is to make."""
    fields = [*headers, ("content-length", str(length))]
    return h11.Response(status_code=status, reason=_REASONS.get(status, b""), headers=fields)


async def listen(host: str, port: int, answer: Answer, health: Callable[[], bytes], limits: Limits) -> asyncio.Server:
    """Listen; OSError when the port is taken."""
    loop, crowd = asyncio.get_running_loop(), Crowd(limits.connections_max)
    return await loop.create_server(lambda: Connection(answer, health, limits, crowd), host, port, backlog=1024)
