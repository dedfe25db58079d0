"""Databases of a world: made, reached as each role, and dropped."""

import dataclasses

import psycopg
import pytest

from localnet import database as databases
from localnet.database import Database
from localnet.errors import BadDatabase
from localnet.postgres import Postgres


def test_url_for_each_role() -> None:
    """The URL of a role keeps host, port and TLS of the server's, and has the role's own password."""
    made = Database(
        name="d", admin_dsn="postgresql://boss:p%40ss@db.example:6432/x?sslmode=require", passwords={"api": "a/b"}
    )
    assert made.dsn("api") == "postgresql://api:a%2Fb@db.example:6432/d?sslmode=require"
    assert made.dsn() == "postgresql://boss:p%40ss@db.example:6432/d?sslmode=require"


def test_url_over_a_socket() -> None:
    """A server reached by its socket directory is reached so by every role."""
    made = Database(name="d", admin_dsn="postgresql:///x?host=/run/pg&user=boss")
    assert made.dsn("indexer") == "postgresql://indexer@/d?host=%2Frun%2Fpg&port=5432"


def test_unreachable() -> None:
    """A server nobody answers at is a clear error that names the setting."""
    with pytest.raises(BadDatabase, match="DATABASE_URL cannot be reached"):
        databases.reach("postgresql://nobody@127.0.0.1:1/x")


def test_user_without_rights(postgres: Postgres) -> None:
    """A user who may not create databases is refused before anything is made."""
    with psycopg.connect(postgres.dsn(), autocommit=True) as connection:
        connection.execute("CREATE ROLE weak LOGIN")
    with pytest.raises(BadDatabase, match="may not create"):
        databases.reach(postgres.dsn(user="weak"))


def test_made_and_dropped(postgres: Postgres) -> None:
    """A database is there after create, and gone after drop although somebody is connected."""
    made = dataclasses.replace(databases.reach(postgres.dsn()), name="made_and_dropped")
    databases.create(made)
    with made.connect() as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("made_and_dropped",)
        databases.drop(made)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        made.connect()


def test_roles_have_schemas(database: Database) -> None:
    """A test's database has every service's role, and lets each of them in."""
    for role in databases.SERVICES:
        with database.connect(role) as connection:
            assert connection.execute("SELECT current_user").fetchone() == (role,)
