"""Two databases that are emptied, not made anew, for every test: making one costs more than most tests here."""

from collections.abc import Iterator

import pytest

from localnet import database as databases
from localnet.database import Database
from localnet.postgres import Postgres

NAMES = ("indexer_one", "indexer_two")


@pytest.fixture(scope="session")
def both(postgres: Postgres, migrated_template: str) -> Iterator[tuple[Database, ...]]:
    """Two databases with every schema, for the whole run; they need not survive a crash of the server."""
    made = tuple(Database(name=name, admin_dsn=postgres.dsn()) for name in NAMES)
    for one in made:
        databases.create(one, template=migrated_template)
        with one.connect() as connection:
            connection.execute(f"ALTER DATABASE {one.name} SET synchronous_commit = off")  # pyright: ignore
    yield made
    for one in made:
        databases.drop(one)


@pytest.fixture
def mirror(both: tuple[Database, ...]) -> Database:
    """An empty mirror."""
    empty(both[0])
    return both[0]


@pytest.fixture
def other_mirror(both: tuple[Database, ...]) -> Database:
    """Another empty mirror, to compare with."""
    empty(both[1])
    return both[1]


def empty(database: Database) -> None:
    """Delete every row of ledger and chain."""
    with database.connect() as connection:
        tables = connection.execute(
            "SELECT format('DELETE FROM %I.%I;', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname IN ('ledger', 'chain') AND tablename <> 'version'"
        ).fetchall()
        connection.execute(" ".join(line for (line,) in tables))  # pyright: ignore
