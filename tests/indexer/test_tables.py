"""The tables are one thing told in several places: SQLModel, history, rows, views, rights. Here they are compared."""

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import ARRAY, text

from idl import accounts
from indexer.fold import rows as row_module
from indexer.model import Row
from indexer.store.rows import CHANGING, GROWING
from indexer.tables import LEDGER_VERSION
from indexer.tables.events import Facts
from indexer.tables.ledger import Ledger
from indexer.tables.migrate import engine, history, migrate
from indexer.tables.projections import Projections
from indexer.tables.views import VIEWS
from localnet import database as databases
from localnet.database import Database

TABLES = {table.name: table for base in (Facts, Projections) for table in base.metadata.tables.values()}
ROWS = [
    kind for kind in vars(row_module).values() if isinstance(kind, type) and issubclass(kind, Row) and kind is not Row
]


@pytest.mark.parametrize("kind", ROWS)
def test_rows_are_the_tables(kind: type[Row]) -> None:
    """A row value has the columns of its table in the same order, and its key."""
    table = TABLES[kind.table]
    assert kind.__struct_fields__ == tuple(table.columns.keys())
    assert set(kind.key) == {column.name for column in table.primary_key}


def test_every_table_is_written() -> None:
    """Every folded table has a row that the store writes, and every row changes or grows."""
    assert {kind.table for kind in ROWS} == set(TABLES) - {"event", "undo"}
    assert set(ROWS) == {*CHANGING, *GROWING}


def test_history_is_the_tables(mirror: Database) -> None:
    """The history of schema ledger makes exactly the tables that SQLModel declares, and ends at the named version."""
    base = engine(mirror.dsn())
    with base.connect() as connection:
        connection.execute(text("SET search_path = ledger"))
        options = {"compare_type": True, "version_table": "version"}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), Ledger.metadata) == []
    base.dispose()
    assert ScriptDirectory.from_config(history()).get_current_head() == LEDGER_VERSION


def test_migrate_twice(empty_database: Database) -> None:
    """Migrating what is migrated changes nothing and fails nothing."""
    databases.apply_roles(empty_database)
    databases.apply_roles(empty_database)
    migrate(empty_database.dsn())
    migrate(empty_database.dsn())
    with empty_database.connect("indexer") as connection:
        assert connection.execute("SELECT count(*) FROM chain.v1_market").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TEMP TABLE mine (i int)")


VIEW_OF = {"v1_market": accounts.Market, "v1_position": accounts.Position, "v1_resolution": accounts.Resolution,
           "v1_config": accounts.Config, "v1_mint_rule": accounts.MintRule}  # fmt: skip


@pytest.mark.parametrize("view", VIEW_OF)
def test_views_have_every_field_of_the_account(view: str, mirror: Database) -> None:
    """A view shows each field of the account by its name; what is reserved is nothing."""
    with mirror.connect("relayer") as connection:
        shown = {column.name for column in connection.execute(f"SELECT * FROM chain.{view}").description or ()}  # pyright: ignore
    fields = {name for name in VIEW_OF[view].__struct_fields__ if not name.startswith("reserved")}
    assert fields - shown == set()


RIGHTS = """SELECT r.rolname, n.nspname || '.' || c.relname, p.privilege FROM pg_roles r, pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace,
    unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p(privilege)
    WHERE r.rolname IN ('indexer', 'relayer', 'api') AND n.nspname IN ('ledger', 'chain') AND c.relkind IN ('r', 'v')
    AND has_schema_privilege(r.rolname, n.nspname, 'USAGE') AND has_table_privilege(r.rolname, c.oid, p.privilege)
    """
WRITE, READ = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"}), frozenset({"SELECT"})


def test_rights(both: tuple[Database, ...]) -> None:
    """Each role may do what the design says and nothing beside it."""
    allowed: dict[str, dict[str, set[str]]] = {"indexer": {}, "relayer": {}, "api": {}}
    with both[0].connect() as connection:
        for role, name, privilege in connection.execute(RIGHTS).fetchall():
            allowed[role].setdefault(name, set()).add(privilege)
    views = {f"chain.{view}" for view in VIEWS}
    chain = {f"chain.{name}" for name in TABLES} | views
    ledger = {f"ledger.{name}" for name in (*Ledger.metadata.tables, "version")}
    public = {"ledger.feed", "ledger.head", "ledger.incident", "ledger.source_health"}
    assert allowed["indexer"] == dict.fromkeys(chain | ledger, WRITE)
    assert allowed["relayer"] == dict.fromkeys(views | {"ledger.feed"}, READ)
    assert allowed["api"] == dict.fromkeys(chain | public, READ)


@pytest.mark.parametrize("role", ["indexer", "relayer", "api"])
@pytest.mark.parametrize(
    "deed",
    [
        "CREATE TABLE chain.mine (i int)", "CREATE TABLE ledger.mine (i int)", "CREATE TABLE public.mine (i int)",
        "CREATE SCHEMA mine", "DROP TABLE ledger.head", "TRUNCATE ledger.head", "SET ROLE sealbook",
        "ALTER TABLE chain.market ADD COLUMN mine int", "DROP VIEW chain.v1_market", "CREATE ROLE mine",
    ],
)  # fmt: skip
def test_no_role_oversteps(role: str, deed: str, both: tuple[Database, ...]) -> None:
    """No service can change a shape, a right or the owner's things."""
    with both[0].connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(deed)  # pyright: ignore


def test_effective_state(mirror: Database) -> None:
    """The view tells halted before locked, locked by the head's block time, and closed above all."""
    cases = {"active": (2, 0, 200, None), "locked": (2, 0, 100, None), "halted": (2, 2, 100, None),
             "finalized": (6, 0, 100, None), "void": (7, 0, 100, None), "closed": (6, 1, 100, 9)}  # fmt: skip
    columns = [c for c in TABLES["market"].columns if not c.nullable]
    with mirror.connect() as connection:
        connection.execute(
            "INSERT INTO ledger.head VALUES (1, 'g', 0, 0, 'h', 0, to_timestamp(100), 0, 'h', 0, 0, 0, 0, now(), 1)"
        )
        for name, (state, flags, lock, closed) in cases.items():
            given = {"market": name, "state": state, "flags": flags, "lock": lock, "closed_slot": closed}
            given = {c.name: [] if isinstance(c.type, ARRAY) else 0 for c in columns} | given
            names = ", ".join(f'"{key}"' for key in given)
            marks = ", ".join(["%s"] * len(given))
            connection.execute(f"INSERT INTO chain.market ({names}) VALUES ({marks})", tuple(given.values()))  # pyright: ignore
            connection.execute("INSERT INTO chain.subject VALUES (%s, 'market', 0, 0, NULL)", (name,))
        shown = dict(connection.execute("SELECT market, state FROM chain.v1_market").fetchall())
    assert shown == {name: name for name in cases}


# What readers of schema `chain` were promised; columns may be added, never taken away.
PROMISED = {
    "event": "slot tx_index ix inner program kind subject seq actor ts raw",
    "subject": "subject kind first_slot last_seq degraded_from_seq",
    "undo": "slot blockhash n tbl key old",
    "ledger_leg": "slot tx_index ix inner leg wallet market kind mint account delta",
    "config": "config admin treasury seq",
    "market": "market slug creator id mint engine state n open lock event fee_bps question uri metadata_hash supply"
    " price volume vault payout last_seq created_slot",
    "outcome": "market i",
    "position": "market owner address payer credit seat staked shares cost realised payout last_nonce nonce_bits state"
    " stake_sig payout_sig last_seq",
    "trade": "market seq actor side outcome amount shares fee price slot ts",
    "stake": "market seq",
    "book_order": "market order_id owner outcome side tick lots filled_lots status",
    "fill": "market seq n",
    "vote": "market round voter",
    "resolution": "market",
    "payout": "market owner amount state",
    "pool": "pool",
    "holder": "pool owner",
    "share_trade": "pool seq",
    "dividend": "pool seq",
    "candle": "market outcome interval bucket open high low close volume",
    "wallet_market": "wallet market volume pnl correct staked",
    "platform_day": "day",
}
KEYS = {
    "event": ("slot", "tx_index", "ix", "inner"), "undo": ("slot", "blockhash", "n"), "outcome": ("market", "i"),
    "position": ("market", "owner"), "trade": ("market", "seq"), "book_order": ("market", "order_id"),
    "fill": ("market", "seq", "n"), "vote": ("market", "round", "voter"), "payout": ("market", "owner"),
    "holder": ("pool", "owner"), "dividend": ("pool", "seq"), "wallet_market": ("wallet", "market"),
    "candle": ("market", "outcome", "interval", "bucket"), "ledger_leg": ("slot", "tx_index", "ix", "inner", "leg"),
}  # fmt: skip


def test_promised_tables(mirror: Database) -> None:
    """Every promised table is there with its columns and its key, and the api can read it."""
    with mirror.connect("api") as connection:
        for name, columns in PROMISED.items():
            shown = connection.execute(f'SELECT * FROM chain."{name}"').description or ()  # pyright: ignore
            assert set(columns.split()) - {column.name for column in shown} == set(), name
    for name, key in KEYS.items():
        assert tuple(column.name for column in TABLES[name].primary_key) == key
