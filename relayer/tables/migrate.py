"""Makes and upgrades schema `relay` with its door, views and rights. Run as the owner; called by __main__ alone."""

from importlib.resources import files

from alembic import command
from alembic.config import Config as Alembic
from sqlalchemy import Connection, create_engine, text

from relayer.tables.door import DOOR, RIGHTS, VIEWS

OWNER = "sealbook"
LOCK_TIMEOUT_S = 2


def migrate(url: str, revision: str = "head") -> None:
    """Bring schema `relay` to a revision under the role of its owner, in one transaction; `base` takes all down."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        with engine.begin() as connection:
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_S}s'"))
            connection.execute(text(f"SET LOCAL ROLE {OWNER}"))
            connection.execute(text("CREATE SCHEMA IF NOT EXISTS relay"))
            connection.execute(text("SET LOCAL search_path = relay"))
            if revision == "base":
                command.downgrade(history(connection), "base")
                return
            command.upgrade(history(connection), revision)
            _dress(connection)
    finally:
        engine.dispose()


def history(connection: Connection | None = None) -> Alembic:
    """The alembic configuration of schema `relay`, bound to a connection if one is given."""
    config = Alembic()
    config.set_main_option("script_location", str(files("relayer.tables") / "history"))
    config.attributes["connection"] = connection
    return config


def _dress(connection: Connection) -> None:
    """Door, views and rights: they carry no data, so every run makes them anew."""
    connection.execute(text("SET LOCAL search_path = pg_catalog"))
    connection.exec_driver_sql(DOOR)
    for name, body in VIEWS.items():
        connection.exec_driver_sql(f"CREATE OR REPLACE VIEW relay.{name} AS {body}")
    connection.exec_driver_sql(RIGHTS)
    for name in VIEWS:
        connection.exec_driver_sql(f"GRANT SELECT ON relay.{name} TO api")
