"""One API process on one database for the whole folder; each test brings its own markets."""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec
import pytest

from localnet import database as databases
from localnet.database import Database
from localnet.postgres import Postgres
from tests.api.world import World

START_S = 20
OPEN_LIMITS = {
    "API_IP_PER_MINUTE": "1000000",
    "API_IP_PER_HOUR": "1000000",
    "API_CREATE_PER_MINUTE": "1000",
    "API_SOCKETS_PER_IP": "1000",
    "API_SOCKETS_NEW_PER_MINUTE": "1000",
}
_names = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running API: its process, where it listens, and the chain that it shows."""

    process: subprocess.Popen[bytes]
    url: str
    private_url: str
    database: Database
    world: World


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(database: Database, **settings: str) -> tuple[subprocess.Popen[bytes], str, str]:
    """An API process on the database, ready; (process, public URL, private URL)."""
    port, private = free_port(), free_port()
    given = {"API_DATABASE_URL": database.dsn("api"), "API_PORT": str(port), "API_PRIVATE_PORT": str(private)}
    environment = {**os.environ, **given, **OPEN_LIMITS, **settings}
    process = subprocess.Popen([sys.executable, "-m", "api", "serve"], cwd=databases.ROOT, env=environment)
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the API ended with {process.returncode}")
        try:
            if httpx.get(f"http://127.0.0.1:{private}/readyz", timeout=2).status_code == 200:
                return process, f"http://127.0.0.1:{port}", f"http://127.0.0.1:{private}"
        except httpx.TransportError:
            time.sleep(0.05)
    process.kill()
    raise RuntimeError("the API did not become ready")


@pytest.fixture(scope="session")
def served(postgres: Postgres, migrated_template: str) -> Iterator[Served]:
    """The shared API with a started world; its head never grows old."""
    database = Database(name=f"api_{next(_names)}", admin_dsn=postgres.dsn())
    databases.create(database, template=migrated_template)
    with database.connect() as connection:
        world = World(connection)
        world.start()
        process, url, private = start(database, API_STALE_AFTER_S="1000000", API_DEV_WALLET="1")
        try:
            yield Served(process=process, url=url, private_url=private, database=database, world=world)
        finally:
            process.terminate()
            process.wait(5)
    databases.drop(database)


@pytest.fixture
def world(served: Served) -> World:
    """The chain behind the shared API."""
    return served.world


class _AsOf(msgspec.Struct, frozen=True):
    """What a read says of the feed it was made at."""

    feed_seq: int | None = None


class Fresh(httpx.Client):
    """A client whose reads show what the world wrote: for up to a second the API may answer from memory."""

    def __init__(self, served: Served) -> None:
        super().__init__(base_url=served.url, timeout=10)
        self._world = served.world

    def get(self, *args: Any, **kwargs: Any) -> httpx.Response:
        """As httpx, but what was read before the world's newest block is asked for again."""
        deadline = time.monotonic() + START_S
        while True:
            answer = super().get(*args, **kwargs)
            if answer.status_code != 200 or answer.headers["content-type"] != "application/json":
                return answer
            seq = msgspec.json.decode(answer.content, type=_AsOf | list[msgspec.Raw])
            if isinstance(seq, list) or seq.feed_seq is None or seq.feed_seq >= self._world.feed:
                return answer
            assert time.monotonic() < deadline, f"feed {seq.feed_seq}, and never {self._world.feed}"


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    """A client of the shared API."""
    with Fresh(served) as client:
        yield client
