"""The embedded PostgreSQL: durable, killable, gone when its parent is."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from localnet.errors import PostgresFailed
from localnet.postgres import Postgres

_WAIT_S = 10.0


def one(dsn: str, query: bytes) -> object:
    """The first column of the first row of a query."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def gone(pid: int) -> bool:
    """Whether no process of that id runs (a zombie does not)."""
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] == "Z"


def test_commits_are_durable(postgres: Postgres) -> None:
    """Commits wait for the disk, as in production."""
    assert one(postgres.dsn(), b"SHOW synchronous_commit") == "on"
    assert one(postgres.dsn(), b"SHOW fsync") == "on"


def test_killed_and_restarted() -> None:
    """After SIGKILL of the postmaster the same port serves the same rows again."""
    with Postgres.start() as server:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        port = server.port
        server.kill()
        assert server.poll() is not None
        server.restart()
        assert server.port == port
        assert one(server.dsn(), b"SELECT n FROM kept") == 7


def test_killed_from_outside_is_reaped() -> None:
    """A postmaster that somebody else killed is found dead and can be restarted at once."""
    with Postgres.start() as server:
        os.kill(server.pid, signal.SIGKILL)
        deadline = time.monotonic() + _WAIT_S
        while server.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        server.restart()
        assert one(server.dsn(), b"SELECT 1") == 1


def test_nothing_left(tmp_path: Path) -> None:
    """Stopping removes the files of a server that nobody asked to keep; a kept one leaves data and log."""
    with Postgres.start() as server:
        home = server.home
    assert not home.exists()
    with Postgres.start(tmp_path / "kept") as server:
        pass
    assert (tmp_path / "kept" / "data" / "PG_VERSION").exists()
    assert (tmp_path / "kept" / "postgres.log").exists()


def test_dies_with_its_parent() -> None:
    """When the process that started it is killed, the server goes too."""
    program = (
        "from localnet.postgres import Postgres; import time; server = Postgres.start(); "
        "print(server.pid, server.home, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid, home = parent.stdout.readline().split()
        parent.kill()
    deadline = time.monotonic() + _WAIT_S
    while not gone(int(pid)):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    subprocess.run(["rm", "-rf", home], check=True)


def test_taken_port(postgres: Postgres) -> None:
    """A port somebody listens on is an error that shows what PostgreSQL said."""
    with pytest.raises(PostgresFailed, match=str(postgres.port)):
        Postgres.start(port=postgres.port)
