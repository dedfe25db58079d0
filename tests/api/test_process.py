"""The process itself: settings, ports, health, stopping, and what it may do in the database."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

import httpx
import psycopg
import pytest

from api import migrate
from api.errors import ApiError, BadSetting, Refused, Transient
from api.settings import Settings, from_environment
from localnet import database as databases
from localnet.database import Database
from tests.api.conftest import Served, free_port, start
from tests.api.world import World


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m api ...` with only this environment."""
    given = {"PATH": os.environ["PATH"], **environment}
    command = [sys.executable, "-m", "api", *arguments]
    return subprocess.run(
        command, cwd=databases.ROOT, env=given, capture_output=True, text=True, timeout=30, check=False
    )


def test_settings_from_the_environment() -> None:
    """Variables become typed values; what is not given has its default."""
    settings = from_environment({"API_DATABASE_URL": "x", "API_PORT": "81", "API_DEV_WALLET": "1", "OTHER": "1"})

    assert settings == Settings(database_url="x", port=81, dev_wallet=True)


@pytest.mark.parametrize(
    ("given", "name"),
    [({}, "API_DATABASE_URL"), ({"API_DATABASE_URL": "x", "API_PORT": "many"}, "API_PORT"),
     ({"API_DATABASE_URL": "x", "API_DEV_WALLET": "perhaps"}, "API_DEV_WALLET")],
)  # fmt: skip
def test_bad_settings_are_named(given: dict[str, str], name: str) -> None:
    """The error names the variable."""
    with pytest.raises(BadSetting, match=name):
        from_environment(given)


def test_secret_from_a_file(tmp_path: object) -> None:
    """A secret may lie in a file."""
    path = f"{tmp_path}/dsn"
    with open(path, "w") as file:
        file.write("postgresql://secret\n")

    assert from_environment({"API_DATABASE_URL_FILE": path}).database_url == "postgresql://secret"


def test_settings_command_hides_secrets() -> None:
    """The table shows every setting and no secret, and needs none to be set."""
    shown = run("settings", API_DATABASE_URL="postgresql://me:word@host/db").stdout

    assert "word" not in shown
    assert {f"API_{name.upper()}" for name in Settings.__struct_fields__} <= set(shown.split())
    assert run("settings").returncode == 0


def test_errors_say_themselves() -> None:
    """Every error has a code of its own, a sentence, and a status of its branch."""
    found: list[type[ApiError]] = []
    todo = [Refused, Transient]
    while todo:
        kinds = todo.pop().__subclasses__()
        found += kinds
        todo += kinds

    assert len({kind.code for kind in found}) == len(found)
    assert all(kind().detail.endswith(".") for kind in found)
    assert {kind.status for kind in found if issubclass(kind, Transient)} == {503}
    assert all(400 <= kind.status < 500 for kind in found if issubclass(kind, Refused))


def test_taken_port(served: Served) -> None:
    """A taken port ends the start with one line that names it."""
    port = served.url.rsplit(":", 1)[1]

    ended = run("serve", API_DATABASE_URL=served.database.dsn("api"), API_PORT=port, API_PRIVATE_PORT=str(free_port()))

    assert ended.returncode == 2
    assert ended.stderr.strip() == f"api: Port {port} on 127.0.0.1 is taken by another process."


def test_unreachable_database() -> None:
    """serve and migrate say that the database cannot be reached, and end."""
    dsn = "postgresql://nobody@127.0.0.1:1/nothing"
    ports = {"API_PORT": str(free_port()), "API_PRIVATE_PORT": str(free_port())}

    served = run("serve", API_DATABASE_URL=dsn, **ports)
    migrated = run("migrate", API_DATABASE_OWNER_URL=dsn)

    for ended in (served, migrated):
        assert ended.returncode == 2
        assert ended.stderr.startswith("api: the database cannot be reached")
        assert len(ended.stderr.strip().splitlines()) == 1


def test_health(served: Served) -> None:
    """Alive and ready with their checks; metrics in Prometheus' text; nothing of it on the public port."""
    live, ready = (httpx.get(f"{served.private_url}/{name}") for name in ("livez", "readyz"))
    text = httpx.get(f"{served.private_url}/metrics").text

    assert live.json()["status"] == "ok"
    assert {check["name"] for check in ready.json()["checks"]} == {"database", "mirror"}
    assert set(ready.json()) == {"status", "version", "uptime_s", "checks"}
    for name in ("http_requests_total", "http_request_duration_seconds", "ws_connections", "db_query_duration_seconds",
                 "db_pool_size", "build_info"):  # fmt: skip
        assert name in text
    assert httpx.get(f"{served.url}/metrics").status_code == 404


def test_stops_at_once_with_streams_open(database: Database) -> None:
    """SIGTERM ends the process within two seconds though a client listens, and frees the port."""
    with database.connect() as connection:
        World(connection).start()
    process, url, _ = start(database)
    with httpx.Client(timeout=5) as client, client.stream("GET", f"{url}/v1/sse?channels=platform") as response:
        next(response.iter_lines())
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        code = process.wait(10)

    assert code == 0
    assert time.monotonic() - started < 5  # two on a machine that does nothing else
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", int(url.rsplit(":", 1)[1])))


def test_rights(served: Served) -> None:
    """The role api reads the mirror and writes its own schema; every other write is refused."""
    refused = [
        "DELETE FROM chain.market", "INSERT INTO chain.subject VALUES ('a', 'market', 1, 1)",
        "UPDATE ledger.head SET epoch = 2",
        "DELETE FROM ledger.feed", "SELECT * FROM ledger.transaction", "SELECT * FROM ledger.slot",
        "SELECT * FROM relay.intent", "SELECT * FROM relay.attempt",
        "INSERT INTO relay.payer VALUES ('a', 'active', 1)",
        "UPDATE app.metadata SET body = ''", "DELETE FROM app.metadata", "CREATE TABLE app.more (a int)",
        "CREATE TABLE public.more (a int)", "CREATE SCHEMA more", "SET ROLE sealbook", "SET ROLE indexer",
        "DROP VIEW chain.v1_head", "TRUNCATE app.metadata",
    ]  # fmt: skip
    with served.database.connect("api") as connection:
        for statement in refused:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())
        for view in ("chain.v1_market", "chain.v1_position", "relay.v1_intent", "relay.v1_payer", "ledger.feed"):
            connection.execute(f"SELECT 1 FROM {view} LIMIT 1".encode())


def test_migrate_twice_and_back(empty_database: Database) -> None:
    """Schema app goes up, down and up again, and its tables are the declared ones."""
    from alembic import command
    from sqlalchemy import inspect, text

    databases.apply_roles(empty_database)
    migrate.migrate(empty_database.dsn())
    migrate.migrate(empty_database.dsn())
    engine = migrate.engine(empty_database.dsn())
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL ROLE sealbook"))
        connection.execute(text("SET LOCAL search_path = app"))
        declared = {column.name for column in migrate.App.metadata.tables["metadata"].columns}
        assert {column["name"] for column in inspect(connection).get_columns("metadata", "app")} == declared
        command.downgrade(migrate.history(connection), "base")
    migrate.migrate(empty_database.dsn())
    engine.dispose()
