"""The one database of a world: made in a PostgreSQL server, given its roles, migrated by its services, dropped.

It runs deploy/roles.sql and the services' own `migrate` commands, in the order of the design, and writes no table
itself. Called by `localnet up` and by the tests' fixtures.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

import psycopg
from psycopg import conninfo, sql

from localnet.errors import BadDatabase, Fatal

ROOT: Final = Path(__file__).resolve().parents[1]
ROLES: Final = ROOT / "deploy" / "roles.sql"
SERVICES: Final = ("indexer", "relayer", "api")
_CONNECT_S: Final = 3
_MIGRATE_S: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """One database and how to reach it as each role. `passwords` is empty where the server trusts loopback."""

    name: str
    admin_dsn: str
    passwords: dict[str, str] = field(default_factory=dict)

    def dsn(self, user: str | None = None) -> str:
        """A libpq URL to this database as `user`, or as the owner of the server."""
        known = {
            key: str(value) for key, value in conninfo.conninfo_to_dict(self.admin_dsn).items() if value is not None
        }
        host, port = known.pop("host", "127.0.0.1"), known.pop("port", "5432")
        owner, password = known.pop("user", "postgres"), known.pop("password", "")
        if user is not None:
            owner, password = user, self.passwords.get(user, "")
        login = quote(owner, safe="") + (f":{quote(password, safe='')}" if password else "")
        # A socket's directory is no host name of a URL: libpq takes it as a parameter.
        at = "" if host.startswith("/") else f"{host}:{port}"
        extra = {key: value for key, value in known.items() if key.startswith("ssl")}
        if not at:
            extra |= {"host": host, "port": port}
        return f"postgresql://{login}@{at}/{self.name}" + (f"?{urlencode(extra)}" if extra else "")

    def connect(self, user: str | None = None) -> psycopg.Connection:
        """An autocommit connection as `user`, or as the owner of the server."""
        return psycopg.connect(self.dsn(user), autocommit=True, connect_timeout=_CONNECT_S)


def reach(admin_dsn: str) -> Database:
    """The server of `admin_dsn` with a name for a database that is not made yet. Raises BadDatabase with the reason."""
    try:
        with psycopg.connect(admin_dsn, autocommit=True, connect_timeout=_CONNECT_S) as connection:
            row = connection.execute(
                "SELECT rolcreatedb AND rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.Error as error:
        raise BadDatabase(f"DATABASE_URL cannot be reached: {' '.join(str(error).split())}") from error
    if row is None or not row[0]:
        raise BadDatabase("the user of DATABASE_URL may not create databases and roles")
    return Database(name=f"sealbook_{secrets.token_hex(4)}", admin_dsn=admin_dsn)


def create(database: Database, *, template: str | None = None) -> None:
    """Make the database, a copy of `template` if one is named."""
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
        sql.Identifier(database.name), sql.Identifier(template or "template0")
    )
    _on_server(database, statement)


def drop(database: Database) -> None:
    """Drop the database, whoever is still connected to it."""
    _on_server(database, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database.name)))


def apply_roles(database: Database) -> None:
    """Run deploy/roles.sql in the database and give it to the role sealbook, who makes the schemas."""
    with database.connect() as connection:
        connection.execute(ROLES.read_bytes())
        connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO sealbook").format(sql.Identifier(database.name)))


def with_passwords(database: Database) -> Database:
    """Give every service's role a fresh password, for a server that asks for one."""
    passwords = {role: secrets.token_urlsafe(24) for role in SERVICES}
    with database.connect() as connection:
        for role, password in passwords.items():
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password)))
    return replace(database, passwords=passwords)


def migrate(database: Database, services: tuple[str, ...] = SERVICES) -> None:
    """Run each service's `migrate` as the owner, in order. Raises Fatal with what the failing one said."""
    for service in services:
        settings = {f"{service.upper()}_DATABASE_OWNER_URL": database.dsn()}
        settings[f"{service.upper()}_DATABASE_URL"] = database.dsn(service)
        done = subprocess.run(
            [sys.executable, "-m", service, "migrate"],
            cwd=ROOT,
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            timeout=_MIGRATE_S,
            check=False,
        )
        if done.returncode != 0:
            raise Fatal(f"`{service} migrate` ended with {done.returncode}:\n{done.stdout}{done.stderr}".strip())


def _on_server(database: Database, statement: sql.Composed) -> None:
    with psycopg.connect(database.admin_dsn, autocommit=True, connect_timeout=_CONNECT_S) as connection:
        connection.execute(statement)
