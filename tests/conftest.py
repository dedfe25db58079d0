"""Fixtures that every folder of tests may use: a real PostgreSQL, and databases of their own in it.

Nothing here is faked. A database is a copy of a template that was migrated once, so it costs a few hundredths of a
second; the servers and files of a run are gone after it.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from localnet import database as databases
from localnet.database import Database
from localnet.postgres import Postgres

# Read when grpc is loaded. With it gRPC goes on in a forked child, finds its files closed there before exec, and aborts
# it: one child in some hundreds, a PostgreSQL too.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "false"

_numbers = itertools.count(1)
_TEMPLATE = "sealbook_template"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One embedded server for the whole run."""
    with Postgres.start() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_template(postgres: Postgres) -> str:
    """Name of a database with the roles applied and every service migrated; copied, never used."""
    template = Database(name=_TEMPLATE, admin_dsn=postgres.dsn())
    databases.create(template)
    databases.apply_roles(template)
    databases.migrate(template, tuple(name for name in databases.SERVICES if _can_migrate(name)))
    return _TEMPLATE


@pytest.fixture
def database(postgres: Postgres, migrated_template: str) -> Iterator[Database]:
    """A fresh database, roles and schemas in place: `database.dsn("indexer")`, `database.connect()`."""
    yield from _fresh(postgres, migrated_template)


@pytest.fixture
def empty_database(postgres: Postgres) -> Iterator[Database]:
    """A fresh database with nothing in it."""
    yield from _fresh(postgres, None)


def _fresh(postgres: Postgres, template: str | None) -> Iterator[Database]:
    fresh = Database(name=f"test_{next(_numbers)}", admin_dsn=postgres.dsn())
    databases.create(fresh, template=template)
    try:
        yield fresh
    finally:
        databases.drop(fresh)


def _can_migrate(service: str) -> bool:
    entry = Path(databases.ROOT) / service / "__main__.py"
    return entry.exists() and "migrate" in entry.read_text()
