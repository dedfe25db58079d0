"""Makes and upgrades schema `app` and its rights. Run as the owner of the database, never by the service."""

from __future__ import annotations

from importlib.resources import files

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from .errors import DatabaseUnreachable
from .tables import App

__all__ = ["App", "engine", "history", "migrate"]
OWNER = "sealbook"
LOCK_TIMEOUT_S = 2
RIGHTS = """
GRANT USAGE ON SCHEMA app TO api;
GRANT SELECT, INSERT ON app.metadata TO api;
"""


def engine(url: str) -> Engine:
    """An engine on a libpq URL (postgresql://...), through psycopg 3."""
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))


def migrate(url: str) -> None:
    """Bring the schema to this version in one transaction, under its owner's role; raises DatabaseUnreachable."""
    base = engine(url)
    try:
        with base.begin() as connection:
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_S}s'"))
            connection.execute(text(f"SET LOCAL ROLE {OWNER}"))
            connection.execute(text("CREATE SCHEMA IF NOT EXISTS app"))
            connection.execute(text("SET LOCAL search_path = app"))
            command.upgrade(history(connection), "head")
            connection.execute(text(RIGHTS))
    except OperationalError as error:
        raise DatabaseUnreachable(f"the database cannot be reached: {str(error.orig).splitlines()[0]}") from error
    finally:
        base.dispose()


def history(connection: Connection | None = None) -> Config:
    """The alembic configuration of the schema, bound to a connection if one is given."""
    config = Config()
    config.set_main_option("script_location", str(files("api") / "migrations"))
    config.attributes["connection"] = connection
    return config
