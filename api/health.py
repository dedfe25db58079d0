"""The private port: is the process alive, is it ready, what does it measure. Never reachable from outside."""

from __future__ import annotations

import time
from typing import Literal

import msgspec
import psycopg
import psycopg_pool
from litestar import Litestar, Response, get
from litestar.di import NamedDependency, Provide
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from . import metrics, problems
from .app import Service

READY_TIMEOUT_S = 2.0


class Check(msgspec.Struct, frozen=True):
    """One thing that was looked at."""

    name: str
    status: Literal["ok", "degraded", "unhealthy"]
    ms: float
    detail: str


class Health(msgspec.Struct, frozen=True):
    """How the process is."""

    status: Literal["ok", "degraded", "unhealthy"]
    version: str
    uptime_s: int
    checks: list[Check]


class Probe:
    """Looks at what the API depends on."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._started = time.monotonic()

    async def ready(self) -> Health:
        """Unhealthy without a database; degraded, but serving, while the mirror is late or empty."""
        started = time.perf_counter()
        try:
            async with self._service.pool.connection(timeout=READY_TIMEOUT_S) as connection:
                cursor = await connection.execute(
                    "SELECT tip_slot - sealed_slot, extract(epoch FROM clock_timestamp() - updated_at)::bigint,"
                    " (SELECT count(*) FROM app.metadata WHERE false) FROM chain.v1_head"
                )
                row = await cursor.fetchone()
        except (psycopg.Error, psycopg_pool.PoolTimeout, psycopg_pool.PoolClosed) as error:
            return self._health([Check("database", "unhealthy", _ms(started), str(error).splitlines()[0])])
        checks = [Check("database", "ok", _ms(started), "")]
        late = row is None or row[0] > self._service.settings.stale_slots_max
        late = late or (row is not None and row[1] > self._service.settings.stale_after_s)
        detail = "no head yet" if row is None else f"{row[0]} slots behind, written {row[1]} s ago"
        checks.append(Check("mirror", "degraded" if late else "ok", 0.0, detail))
        return self._health(checks)

    def alive(self) -> Health:
        return self._health([])

    def pool(self) -> dict[str, int]:
        return self._service.pool.get_stats()

    def _health(self, checks: list[Check]) -> Health:
        words = {check.status for check in checks}
        status = "unhealthy" if "unhealthy" in words else "degraded" if "degraded" in words else "ok"
        return Health(status, metrics.package_version(), int(time.monotonic() - self._started), checks)


@get("/livez", sync_to_thread=False)
def livez(probe: NamedDependency[Probe]) -> Health:
    """Touches nothing outside the process."""
    return probe.alive()


@get(["/readyz", "/startupz"])
async def readyz(probe: NamedDependency[Probe]) -> Response[Health]:
    """503 only without a database: a late mirror is said in every answer instead."""
    health = await probe.ready()
    return Response(health, status_code=503 if health.status == "unhealthy" else 200)


@get("/metrics", sync_to_thread=False)
def metrics_page(probe: NamedDependency[Probe]) -> Response[bytes]:
    """Prometheus text."""
    stats = probe.pool()
    metrics.pool_size.set(stats.get("pool_size", 0))
    metrics.pool_waiting.set(stats.get("requests_waiting", 0))
    return Response(generate_latest(metrics.REGISTRY), headers={"content-type": CONTENT_TYPE_LATEST})


def create(service: Service) -> Litestar:
    """The application of the private port."""
    probe = Probe(service)

    def give() -> Probe:
        return probe

    return Litestar(
        [livez, readyz, metrics_page],
        dependencies={"probe": Provide(give, sync_to_thread=False)},
        exception_handlers={Exception: problems.handle},
        openapi_config=None,
        logging_config=None,
    )


def _ms(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
