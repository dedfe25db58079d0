"""The mirror as the second witness of R4 on a real PostgreSQL: what makes it silent."""

from uuid import UUID

import psycopg
import pytest

from localnet.database import Database as Server
from relayer.model import Proof
from relayer.store.glass import Glass
from relayer.store.pool import Database
from tests.relayer.rows import attempt, using

ONE = attempt(UUID(int=1), lvbh=250)
ASKED = frozenset({"rpc-a:8899"})


def mirrored(connection: psycopg.Connection, *, source: str = "rpc-b:8899", final: int = 260) -> None:
    """Sealed blocks 90 to 260 of one endpoint; slot and height are the same."""
    connection.execute("SET search_path = ledger")
    connection.execute(
        "INSERT INTO slot SELECT n, 'hash ' || n, n - 1, 'hash ' || n - 1, n, to_timestamp(n), 1, 0, 0, 0, 'sealed',"
        " %s, '' FROM generate_series(90, 260) n",
        (source,),
    )
    connection.execute(
        "INSERT INTO head VALUES (1, 'g', 90, 260, 'hash 260', 260, now(), %s, 'hash', %s, 260, 1, 1, now(), 1)",
        (final, final),
    )


def absent(server: Server, change: str = "", **how: object) -> Proof | None:
    """What the mirror says, after a change of its tables."""
    with server.connect() as connection:
        mirrored(connection, **how)  # pyright: ignore[reportArgumentType]
        if change:
            connection.execute(change)  # pyright: ignore

    async def ask(pool: Database) -> Proof | None:
        return await Glass(pool).absent([ONE], asked=ASKED)

    return using(server, ask)


def test_bears_witness(database: Server) -> None:
    """Final past the last valid height, every block there and of another endpoint, the signature nowhere."""
    found = absent(database)
    assert found is not None
    assert (found.endpoint, found.height, found.history_floor) == ("mirror", 260, 90)


SILENT: dict[str, tuple[str, dict[str, object]]] = {
    "the signature is there": (
        f"INSERT INTO transaction VALUES (150, 0, '{ONE.signature}', 'p', '0', '{{}}', 5000, 1, '')", {},
    ),
    "final is at the last valid height": ("", {"final": 250}),
    "a block came from the endpoint that was asked": (
        "UPDATE slot SET source = 'rpc-a:8899' WHERE slot = 150", {},
    ),
    "the same endpoint under another path": ("", {"source": "rpc-a:8899#1"}),
    "a block is missing, its loss accepted": ("DELETE FROM slot WHERE slot = 150", {}),
    "it began after the blockhash": ("DELETE FROM slot WHERE slot <= 100", {}),
}  # fmt: skip


@pytest.mark.parametrize("name", SILENT)
def test_says_nothing(name: str, database: Server) -> None:
    """In each of these it proves nothing."""
    change, how = SILENT[name]
    assert absent(database, change, **how) is None


def test_a_skipped_slot_is_no_hole(database: Server) -> None:
    """A slot without a block has no height: heights go on."""
    change = """DELETE FROM slot WHERE slot = 150;
        UPDATE slot SET height = height - 1 WHERE slot > 150"""
    assert absent(database, change) is not None
