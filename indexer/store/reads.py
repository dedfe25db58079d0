"""What the operators' commands and the proof read: status, gaps, subjects, rows. Writes one thing: an accepted loss.

Called by __main__ and prove, each time on a connection of its own.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import msgspec
import psycopg

from indexer.errors import Refused, SchemaMismatch, StoreUnavailable
from indexer.fold.ledger import Account
from indexer.fold.rows import (
    BookOrder,
    Config,
    Holder,
    Market,
    MintRule,
    Orphan,
    Pool,
    Position,
    Resolution,
    Seat,
    Vote,
)
from indexer.model import Row
from indexer.store.rows import SHAPES
from indexer.store.session import CONNECT_TIMEOUT_S, SEARCH_PATH, Connection, first_line, one, shape_errors
from indexer.tables import LEDGER_VERSION, SCHEMA_VERSION

# slot, tx_index, ix, inner, signature, bytes of an event
Place = tuple[int, int, int, int, str, bytes]


class Status(msgspec.Struct, frozen=True):
    """The head row, for a human."""

    genesis: str
    anchor_slot: int
    sealed_slot: int
    sealed_hash: str
    sealed_time: datetime | None
    final_slot: int
    tip_slot: int
    epoch: int
    feed_seq: int
    updated_at: datetime


class Incident(msgspec.Struct, frozen=True):
    """Something open that a human should know."""

    id: int
    kind: str
    subject: str | None
    slot: int | None
    detail: str
    opened_at: datetime


class Count(msgspec.Struct, frozen=True):
    """One subject's events up to a slot."""

    subject: str
    kind: str
    last_seq: int
    degraded_from_seq: int | None
    events: int
    max_seq: int
    last_slot: int
    last_kind: str


@asynccontextmanager
async def reading(url: str) -> AsyncIterator[Connection]:
    """A snapshot of the tables. Raises StoreUnavailable, SchemaMismatch."""
    try:
        async with await psycopg.AsyncConnection.connect(
            url,
            connect_timeout=CONNECT_TIMEOUT_S,
            application_name="indexer-read",
            options=f"-c search_path={SEARCH_PATH.replace(' ', '')} -c default_transaction_isolation=repeatable\\ read",
        ) as connection:
            yield connection
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise StoreUnavailable(f"database: {first_line(error)}") from error
    except shape_errors() as error:
        raise SchemaMismatch(f"{SchemaMismatch.__doc__} ({first_line(error)})") from error


async def check_schema(url: str) -> None:
    """Whether the database is reached and has the tables of this version. Raises SchemaMismatch, StoreUnavailable."""
    async with reading(url) as connection:
        found = await one(connection, "SELECT version_num FROM ledger.version")
        if found != LEDGER_VERSION:
            raise SchemaMismatch(f"schema ledger has version {found}, this indexer needs {LEDGER_VERSION}")
        made = await one(connection, "SELECT schema_version FROM head")
        if made not in (None, SCHEMA_VERSION):
            raise SchemaMismatch(f"schema chain has version {made}, this indexer needs {SCHEMA_VERSION}")


async def status(connection: Connection) -> Status:
    """The head row. Raises Refused where there is none."""
    cursor = await connection.execute(
        """SELECT genesis, anchor_slot, sealed_slot, sealed_hash, sealed_time, final_slot, tip_slot, epoch, feed_seq,
            updated_at FROM head"""
    )
    row = await cursor.fetchone()
    if row is None:
        raise Refused("the mirror was never begun: run `python -m indexer follow`")
    return Status(*row)


async def incidents(connection: Connection, kind: str | None = None) -> list[Incident]:
    """Open incidents, oldest first."""
    cursor = await connection.execute(
        """SELECT id, kind, subject, slot, detail, opened_at FROM incident
        WHERE closed_at IS NULL AND (%s::text IS NULL OR kind = %s) ORDER BY id""",
        (kind, kind),
    )
    return [Incident(*row) for row in await cursor.fetchall()]


async def endpoints(connection: Connection) -> list[tuple[str, int, datetime, int, int]]:
    """Name, newest slot, when, errors and untrue answers of each endpoint."""
    cursor = await connection.execute("SELECT endpoint, slot, at, errors, missed FROM source_health ORDER BY 1")
    return list(await cursor.fetchall())


async def accept(connection: Connection, slot: int, reason: str) -> None:
    """Record that a slot's block is lost and that nothing of ours was in it. Raises Refused if nobody waits for it."""
    done = await one(
        connection,
        """UPDATE incident SET closed_at = clock_timestamp(), resolution = 'accepted', detail = detail || '; ' || %s
        WHERE kind = 'missing_block' AND slot = %s AND closed_at IS NULL RETURNING id""",
        (reason, slot),
    )
    if done is None:
        raise Refused(f"no open incident says that slot {slot} is missing")


async def subjects(connection: Connection) -> list[str]:
    """Every subject, oldest first."""
    cursor = await connection.execute("SELECT subject FROM subject ORDER BY first_slot, subject")
    return [subject for (subject,) in await cursor.fetchall()]


async def kinds(connection: Connection) -> dict[str, str]:
    """What each subject is, oldest first."""
    cursor = await connection.execute("SELECT subject, kind FROM subject ORDER BY first_slot, subject")
    return dict(await cursor.fetchall())


async def last_seqs(connection: Connection) -> dict[str, int]:
    """The newest seq of every subject."""
    cursor = await connection.execute("SELECT subject, last_seq FROM subject")
    return dict(await cursor.fetchall())


async def closed(connection: Connection) -> frozenset[str]:
    """Markets whose account an event says is gone."""
    cursor = await connection.execute("SELECT market FROM market WHERE closed_slot IS NOT NULL")
    return frozenset(subject for (subject,) in await cursor.fetchall())


async def counts(connection: Connection, slots: dict[str, int]) -> list[Count]:
    """Each subject with its events at or below its slot, if it has any."""
    cursor = await connection.execute(
        """SELECT s.subject, s.kind, s.last_seq, s.degraded_from_seq, e.events, e.max_seq, e.last_slot, l.kind
        FROM unnest(%s::text[], %s::bigint[]) AS w(subject, slot)
        JOIN subject s USING (subject)
        JOIN LATERAL (SELECT count(*) AS events, max(seq) AS max_seq, max(slot) AS last_slot FROM event
            WHERE event.subject = w.subject AND event.slot <= w.slot) e ON e.events > 0
        JOIN event l ON l.subject = s.subject AND l.seq = e.max_seq
        ORDER BY s.first_slot, s.subject""",
        (list(slots), list(slots.values())),
    )
    return [Count(*row) for row in await cursor.fetchall()]


async def events_of(connection: Connection, subject: str, *, to_seq: int) -> list[Place]:
    """Place (slot, tx_index, ix, inner), signature and bytes of a subject's events up to a seq, in order."""
    cursor = await connection.execute(
        """SELECT e.slot, e.tx_index, e.ix, e."inner", t.signature, e.raw FROM event e
        JOIN transaction t ON t.slot = e.slot AND t.tx_index = e.tx_index
        WHERE e.subject = %s AND e.seq <= %s ORDER BY e.seq""",
        (subject, to_seq),
    )
    return [(*row[:5], bytes(row[5])) for row in await cursor.fetchall()]


async def rows_of_market(connection: Connection, market: str) -> list[Row]:
    """The market's row, its resolution's, its positions', its votes', its orders' and its seats'."""
    found: list[Row] = []
    for kind in (Market, Resolution, Position, Vote, BookOrder, Seat):
        found += await _all(connection, kind, 'WHERE t."market" = %s', (market,))
    return found


async def rows_of_pool(connection: Connection, pool: str) -> list[Row]:
    """The pool's row and its holders'."""
    found: list[Row] = []
    for kind in (Pool, Holder):
        found += await _all(connection, kind, 'WHERE t."pool" = %s', (pool,))
    return found


async def rows_of_config(connection: Connection) -> list[Row]:
    """The config's row and the mint rules."""
    return [*await _all(connection, Config, "", ()), *await _all(connection, MintRule, "", ())]


async def orphans(connection: Connection) -> frozenset[str]:
    """Addresses of accounts that were closed after their market."""
    return frozenset(str(row.identity[0]) for row in await _all(connection, Orphan, "", ()))


async def held(connection: Connection, subject: str) -> dict[str, int]:
    """The sums of a market's or a pool's legs by account, base units."""
    cursor = await connection.execute(
        "SELECT account, sum(delta) FROM ledger_leg WHERE market = %s GROUP BY account", (subject,)
    )
    return {account.value: 0 for account in Account} | {
        account: int(total) for account, total in await cursor.fetchall()
    }


async def _all(connection: Connection, kind: type[Row], where: str, values: Sequence[str]) -> list[Row]:
    """Rows of one table."""
    query = f"SELECT coalesce(json_agg(t), '[]')::text FROM \"{kind.table}\" t {where}"
    return SHAPES[kind].decoder.decode(await one(connection, query, tuple(values)))
