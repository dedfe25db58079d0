"""One database for this folder, emptied before every test: making one costs more than most tests here."""

from collections.abc import Iterator

import pytest

from localnet import database as databases
from localnet.database import Database
from localnet.postgres import Postgres


@pytest.fixture(scope="session")
def journal_database(postgres: Postgres, migrated_template: str) -> Iterator[Database]:
    """A database with every schema, for the whole run; it need not survive a crash of the server."""
    made = Database(name="relayer_tests", admin_dsn=postgres.dsn())
    databases.create(made, template=migrated_template)
    with made.connect() as connection:
        connection.execute(f"ALTER DATABASE {made.name} SET synchronous_commit = off")  # pyright: ignore
    yield made
    databases.drop(made)


@pytest.fixture
def database(journal_database: Database) -> Database:
    """An empty journal and an empty mirror."""
    with journal_database.connect() as connection:
        found = connection.execute(
            "SELECT format('DELETE FROM %I.%I;', schemaname, tablename) FROM pg_tables WHERE tablename <> 'version'"
            " AND schemaname IN ('relay', 'ledger', 'chain') ORDER BY tablename = 'intent', tablename = 'attempt'"
        ).fetchall()
        connection.execute(" ".join(line for (line,) in found))  # pyright: ignore
    return journal_database
