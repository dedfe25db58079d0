"""Makes and upgrades the schemas `ledger` and `chain`, their views and rights. Run as the owner, never by a service.

`ledger` follows the alembic history in history/; `chain` is made with create_all, and a change of SCHEMA_VERSION
(of the package) asks for a rebuild instead. Called by __main__ alone.
"""

from importlib.resources import files

from alembic import command
from alembic.config import Config as Alembic
from sqlalchemy import Connection, Engine, create_engine, text

from indexer.tables.events import Facts
from indexer.tables.projections import Projections
from indexer.tables.views import VIEWS

OWNER = "sealbook"
LOCK_TIMEOUT_S = 2

RIGHTS = """
GRANT USAGE ON SCHEMA ledger, chain TO indexer, api, relayer;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ledger, chain TO indexer;
GRANT SELECT ON ledger.feed TO relayer;
GRANT SELECT ON ledger.feed, ledger.head, ledger.incident, ledger.source_health TO api;
GRANT SELECT ON ALL TABLES IN SCHEMA chain TO api;
"""


def engine(url: str) -> Engine:
    """An engine on a libpq URL (postgresql://...), through psycopg 3."""
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))


def migrate(url: str) -> None:
    """Bring both schemas to this version under the role of their owner, in one transaction."""
    base = engine(url)
    try:
        with base.begin() as connection:
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_S}s'"))
            connection.execute(text(f"SET LOCAL ROLE {OWNER}"))
            connection.execute(text("CREATE SCHEMA IF NOT EXISTS ledger"))
            connection.execute(text("CREATE SCHEMA IF NOT EXISTS chain"))
            _ledger(connection)
            _chain(connection)
            _rights(connection)
    finally:
        base.dispose()


def history(connection: Connection | None = None) -> Alembic:
    """The alembic configuration of schema `ledger`, bound to a connection if one is given."""
    config = Alembic()
    config.set_main_option("script_location", str(files("indexer.tables") / "history"))
    config.attributes["connection"] = connection
    return config


def _ledger(connection: Connection) -> None:
    """Run the history of schema `ledger` to its newest version."""
    connection.execute(text("SET LOCAL search_path = ledger"))
    command.upgrade(history(connection), "head")


def _chain(connection: Connection) -> None:
    """Make what is not yet there of schema `chain`; views are made anew, so that columns can be added."""
    connection.execute(text("SET LOCAL search_path = chain"))
    Facts.metadata.create_all(connection)
    Projections.metadata.create_all(connection)
    for name, body in VIEWS.items():
        connection.execute(text(f"CREATE OR REPLACE VIEW {name} AS {body}"))


def _rights(connection: Connection) -> None:
    """Grant the services what they may, and nothing more."""
    connection.execute(text(RIGHTS))
    for name in VIEWS:
        connection.execute(text(f"GRANT SELECT ON chain.{name} TO relayer"))
