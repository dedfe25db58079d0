"""The ASGI shell around the application: host check, request id, limits, security headers, cache by feed seq, metrics.

Everything that holds for every answer is here and nowhere else; it reads no body and knows no route.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from . import metrics, problems
from .cache import Cache, Entry
from .errors import ApiError, InvalidHost
from .limiter import Limiter, Window

CACHED = b"public, max-age=1, stale-while-revalidate=5"
PRIVATE = b"no-store"
_QUIET = ("/assets/",)


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgePolicy:
    """What the shell enforces: host names, security headers, who is a trusted proxy."""

    hosts: frozenset[str]
    headers: tuple[tuple[bytes, bytes], ...]
    proxies: frozenset[str]


class Edge:
    """One ASGI application around another."""

    def __init__(
        self, app: ASGIApp, policy: EdgePolicy, limiter: Limiter, cache: Cache, feed_seq: Callable[[], int]
    ) -> None:
        self.app = app
        self._policy = policy
        self._limiter = limiter
        self._cache = cache
        self._feed_seq = feed_seq

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        scope["request_id"] = secrets.token_hex(8)  # type: ignore[typeddict-unknown-key]
        scope["client_ip"] = self._client(scope, headers)  # type: ignore[typeddict-unknown-key]
        answer = _Answer(self, scope, send, headers)
        try:
            self._check_host(headers)
            if not scope["path"].startswith(_QUIET):
                answer.window = await self._limiter.admit(scope["client_ip"])  # type: ignore[typeddict-item]
        except ApiError as error:
            await answer.refuse(error)
            return
        if scope["type"] == "websocket":
            await self.app(scope, receive, send)
        elif not await answer.from_cache():
            await self.app(scope, receive, answer.send)

    def _check_host(self, headers: dict[bytes, bytes]) -> None:
        host = headers.get(b"host", b"").decode("latin-1").lower()
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if "*" not in self._policy.hosts and name not in self._policy.hosts:
            raise InvalidHost

    def _client(self, scope: Scope, headers: dict[bytes, bytes]) -> str:
        """The peer, or the last hop before our own proxies."""
        peer = scope["client"][0] if scope["client"] else ""
        hops = [hop.strip() for hop in headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",") if hop.strip()]
        while peer in self._policy.proxies and hops:
            peer = hops.pop()
        return peer


class _Answer:
    """One HTTP answer on its way out: headers added, public bodies kept for the next asker."""

    def __init__(self, edge: Edge, scope: Scope, send: Send, headers: dict[bytes, bytes]) -> None:
        self._edge, self._scope, self._send, self._request = edge, scope, send, headers
        self._method = str(scope.get("method", ""))
        self._started = time.perf_counter()
        self._key = scope["path"].encode() + b"?" + scope.get("query_string", b"")
        self._held: Message | None = None
        self._body = b""
        self.window: Window | None = None

    async def refuse(self, error: ApiError) -> None:
        """Answer with a problem; a socket is closed instead."""
        if self._scope["type"] == "websocket":
            await self._send({"type": "websocket.close", "code": 4000 + error.status, "reason": error.code})
            return
        value, extra = problems.of_error(error, problems.request_id_of(self._scope))
        headers = [(b"content-type", problems.MEDIA_TYPE.encode())]
        headers += [(k.encode(), v.encode()) for k, v in extra.items()]
        await self.send({"type": "http.response.start", "status": value.status, "headers": headers})
        await self.send({"type": "http.response.body", "body": problems.encode(value), "more_body": False})

    async def from_cache(self) -> bool:
        """Answer a public read that is still true, without the application."""
        if self._method != "GET":
            return False
        entry = self._edge._cache.get(self._key, self._edge._feed_seq())
        if entry is None:
            return False
        await self._reply(entry, [(b"content-type", b"application/json")])
        return True

    async def send(self, message: Message) -> None:
        """Pass a message on; hold one that carries an ETag until its whole body is known."""
        if message["type"] == "http.response.start":
            headers = dict(message["headers"])
            if message["status"] == 200 and b"x-feed-seq" in headers:
                self._held = message
                return
            await self._start(message["status"], list(message["headers"]))
        elif message["type"] == "http.response.body" and self._held is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish(self._held)
        else:
            await self._send(message)

    async def _finish(self, held: Message) -> None:
        headers = dict(held["headers"])  # type: ignore[typeddict-item]
        seq, stale = headers.pop(b"x-feed-seq").decode().split("-")
        entry = Entry(seq=int(seq), tag=self._tag(seq, stale), body=self._body, at=time.monotonic())
        self._edge._cache.put(self._key, entry)
        await self._reply(entry, [(k, v) for k, v in headers.items() if k not in (b"content-length", b"cache-control")])

    def _tag(self, seq: str, stale: str) -> bytes:
        query = hashlib.blake2b(self._key, digest_size=6).hexdigest()
        return f'W/"{seq}-{query}{"-s" if stale == "1" else ""}"'.encode()

    async def _reply(self, entry: Entry, headers: list[tuple[bytes, bytes]]) -> None:
        known = [tag.strip() for tag in self._request.get(b"if-none-match", b"").split(b",")]
        fresh = entry.tag in known or b"*" in known
        headers = [*headers, (b"etag", entry.tag), (b"cache-control", CACHED)]
        body = b"" if fresh or self._method == "HEAD" else entry.body
        if not fresh:
            headers.append((b"content-length", str(len(entry.body)).encode()))
        await self._start(304 if fresh else 200, headers)
        await self._send({"type": "http.response.body", "body": body, "more_body": False})

    async def _start(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        names = {name for name, _ in headers}
        headers = [*headers, *self._edge._policy.headers]
        headers.append((b"x-request-id", problems.request_id_of(self._scope).encode()))
        if b"cache-control" not in names:
            headers.append((b"cache-control", PRIVATE))
        if self.window is not None:
            headers += self.window.headers()
        self._measure(status)
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    def _measure(self, status: int) -> None:
        handler = self._scope.get("route_handler")
        route = next(iter(sorted(handler.paths)), "?") if handler is not None else "?"
        metrics.http_requests.labels(self._method, route, str(status)).inc()
        metrics.http_seconds.labels(self._method, route).observe(time.perf_counter() - self._started)
