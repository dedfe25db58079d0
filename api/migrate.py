"""Makes and upgrades schema `app` and its rights. Run as the owner of the database, never by the service."""

from __future__ import annotations

from importlib.resources import files

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text

OWNER = "sealbook"
LOCK_TIMEOUT_S = 2
RIGHTS = """
GRANT USAGE ON SCHEMA app TO api;
GRANT SELECT, INSERT ON app.metadata TO api;
"""


def migrate(url: str) -> None:
    """Bring the schema to this version in one transaction, under the role that owns it; `url` is a libpq URL."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        with engine.begin() as connection:
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_S}s'"))
            connection.execute(text(f"SET LOCAL ROLE {OWNER}"))
            connection.execute(text("CREATE SCHEMA IF NOT EXISTS app"))
            connection.execute(text("SET LOCAL search_path = app"))
            command.upgrade(history(connection), "head")
            connection.execute(text(RIGHTS))
    finally:
        engine.dispose()


def history(connection: Connection | None = None) -> Config:
    """The alembic configuration of the schema, bound to a connection if one is given."""
    config = Config()
    config.set_main_option("script_location", str(files("api") / "migrations"))
    config.attributes["connection"] = connection
    return config
