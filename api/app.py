"""Wires one API application from its ports; reads no environment and opens no connection before `startup`.

`create` is called by `__main__` and by the tests.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psycopg
import psycopg_pool
from litestar import Litestar, Response
from litestar.config.cors import CORSConfig
from litestar.di import Provide
from litestar.types import ASGIApp

from . import openapi, problems
from .bus import PostgresBus
from .cache import Cache
from .edge import Edge, EdgePolicy
from .intake import Intake
from .limiter import Limiter, LimitPolicy
from .queries.feed import FeedReader
from .queries.read import Freshness, Pool, Reader
from .routes import HANDLERS
from .routes.pages import Web, content_policy
from .schemas.wire import BODY_BYTES_MAX, Answer, Listing
from .settings import Settings
from .streams import Hub

CONNECT_TIMEOUT_S = 2
POOL_WAIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Service:
    """One process' API: what serves, and what it serves from."""

    app: ASGIApp
    litestar: Litestar
    pool: Pool
    hub: Hub
    settings: Settings


def create(settings: Settings) -> Service:
    """The whole service; its pool opens and its hub runs within Litestar's lifespan."""
    pool = _pool(settings)
    reader = Reader(pool, Freshness(age_s_max=settings.stale_after_s, slots_max=settings.stale_slots_max))
    bus = PostgresBus(settings.database_url)
    hub = Hub(FeedReader(reader), bus, settings.feed_poll_ms / 1000)
    limiter = Limiter(_limits(settings), settings.limits_url)

    @contextlib.asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        await pool.open(wait=False)
        tasks = [asyncio.create_task(bus.listen()), asyncio.create_task(hub.run())]
        try:
            yield
        finally:
            hub.stop()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await pool.close(timeout=1)

    given = {"reader": reader, "hub": hub, "limiter": limiter, "settings": settings}
    dependencies = {name: _given(value) for name, value in given.items()}
    document = openapi.document(HANDLERS, {**dependencies, "web": _given(None)})
    dependencies["web"] = _given(Web(document, dev_wallet=settings.dev_wallet))
    litestar = Litestar(
        HANDLERS,
        dependencies=dependencies,
        before_request=Intake(document),
        exception_handlers={Exception: problems.handle, 404: problems.handle, 405: problems.handle},
        after_request=_mark,
        lifespan=[lifespan],
        request_max_body_size=BODY_BYTES_MAX,
        cors_config=_cors(settings),
        openapi_config=None,
        logging_config=None,
    )
    edge = Edge(litestar, _edge_policy(settings), limiter, Cache(), lambda: hub.seq)
    return Service(edge, litestar, pool, hub, settings)


def _given(value: object) -> Provide:
    """A dependency that is always this value."""

    def give() -> Any:
        return value

    return Provide(give, sync_to_thread=False)


async def _mark(response: Response) -> Response:
    """Tell the edge at which feed seq a public read was made."""
    content = response.content
    if isinstance(content, Answer | Listing):
        response.headers["x-feed-seq"] = f"{content.feed_seq}-{int(content.stale)}"
    return response


def _pool(settings: Settings) -> Pool:
    async def prepare(connection: psycopg.AsyncConnection) -> None:
        await connection.execute(
            "SELECT set_config('statement_timeout', %s, false)", (f"{settings.statement_timeout_ms}ms",)
        )
        await connection.commit()

    return psycopg_pool.AsyncConnectionPool(
        settings.database_url,
        min_size=settings.pool_min,
        max_size=settings.pool_max,
        open=False,
        timeout=POOL_WAIT_S,
        configure=prepare,
        check=psycopg_pool.AsyncConnectionPool.check_connection,
        kwargs={"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "sealbook-api"},
    )


def _limits(settings: Settings) -> LimitPolicy:
    return LimitPolicy(
        ip_per_minute=settings.ip_per_minute,
        ip_per_hour=settings.ip_per_hour,
        create_per_minute=settings.create_per_minute,
        sockets_per_ip=settings.sockets_per_ip,
        sockets_new_per_minute=settings.sockets_new_per_minute,
    )


def _edge_policy(settings: Settings) -> EdgePolicy:
    headers = [
        (b"content-security-policy", content_policy(settings).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
    ]
    if settings.hsts:
        headers.append((b"strict-transport-security", b"max-age=63072000; includeSubDomains"))
    hosts = {*_names(settings.allowed_hosts), urlsplit(settings.base_url).hostname or settings.host}
    proxies = frozenset(_names(settings.trusted_proxies))
    return EdgePolicy(hosts=frozenset(hosts), headers=tuple(headers), proxies=proxies)


def _cors(settings: Settings) -> CORSConfig | None:
    origins = _names(settings.cors_origins)
    if not origins:
        return None
    return CORSConfig(
        allow_origins=origins,
        allow_methods=["GET", "POST", "PUT"],
        allow_headers=["content-type", "idempotency-key", "last-event-id"],
        expose_headers=["etag", "x-request-id"],
    )


def _names(text: str) -> list[str]:
    return [name.strip().lower() for name in text.split(",") if name.strip()]
