"""The API's Prometheus metrics, in a registry of their own; labels are routes and names, never a wallet."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10)

http_requests = Counter("http_requests", "requests answered", ["method", "route", "status"], registry=REGISTRY)
http_seconds = Histogram(
    "http_request_duration_seconds", "time to answer", ["method", "route"], buckets=SECONDS, registry=REGISTRY
)
sockets = Gauge("ws_connections", "streams open, by kind", ["kind"], registry=REGISTRY)
messages = Counter("ws_messages", "stream chunks sent", ["kind"], registry=REGISTRY)
dropped = Counter("ws_dropped", "streams dropped because their queue was full", registry=REGISTRY)
query_seconds = Histogram(
    "db_query_duration_seconds", "time of a statement", ["query"], buckets=SECONDS, registry=REGISTRY
)
pool_size = Gauge("db_pool_size", "connections of the pool", registry=REGISTRY)
pool_waiting = Gauge("db_pool_requests_waiting", "requests waiting for a connection", registry=REGISTRY)
feed_seq = Gauge("api_feed_seq", "the newest feed seq this process has sent to its streams", registry=REGISTRY)
build_info = Gauge("build_info", "the version that runs", ["version"], registry=REGISTRY)


def package_version() -> str:
    """The installed version, or 0 when run from a bare tree."""
    try:
        return version("sealbook")
    except PackageNotFoundError:
        return "0"


build_info.labels(package_version()).set(1)
