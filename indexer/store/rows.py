"""SQL of the projections, made from the tables' own definitions: load rows, put rows, take rows back. Used by store.

Rows travel as JSON: msgspec writes and reads it in one go, and PostgreSQL turns it into rows of the table's type.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Table

from indexer.fold.rows import (
    BookOrder,
    Candle,
    Config,
    Dividend,
    Fill,
    Holder,
    LedgerLeg,
    Market,
    MintRule,
    Orphan,
    Outcome,
    Payout,
    PlatformDay,
    Pool,
    Position,
    Resolution,
    Seat,
    ShareTrade,
    Stake,
    Subject,
    Trade,
    Vote,
    WalletMarket,
)  # fmt: skip
from indexer.model import Row
from indexer.store.session import Connection, one
from indexer.tables.events import Facts
from indexer.tables.projections import Projections

# Rows that change; their undo images are rows of the same table.
CHANGING: tuple[type[Row], ...] = (
    Subject, Config, MintRule, Orphan, Market, Outcome, Position, Resolution, Payout, WalletMarket, BookOrder, Seat,
    Vote, Pool, Holder, Candle, PlatformDay,
)  # fmt: skip
# Rows that only come, each with its slot.
GROWING: tuple[type[Row], ...] = (Stake, Trade, Fill, ShareTrade, Dividend, LedgerLeg)

_encoder = msgspec.json.Encoder()


class Shape(msgspec.Struct, frozen=True):
    """One table's SQL."""

    load: str
    put: str
    delete_new: str
    restore: str
    decoder: msgspec.json.Decoder[Any]


def _shape(kind: type[Row]) -> Shape:
    """The statements of one table of rows that change or grow."""
    table = _table(kind)
    names = [column.name for column in table.columns]
    columns = ", ".join(f'"{name}"' for name in names)
    key = ", ".join(f'"{name}"' for name in kind.key)
    casts = {column.name: "bigint" if str(column.type) == "BIGINT" else "text" for column in table.columns}
    wanted = ", ".join(f"%s::{casts[name]}[]" for name in kind.key)
    put = f'INSERT INTO "{table.name}" ({columns}) SELECT {columns} FROM '
    news = ", ".join(f'"{name}" = EXCLUDED."{name}"' for name in names if name not in kind.key)
    onto = f" ON CONFLICT ({key}) DO UPDATE SET {news}"
    source = f'json_populate_recordset(NULL::"{table.name}", %s::json)'
    image = f"""(SELECT DISTINCT ON (key) key, old FROM undo WHERE tbl = '{table.name}' AND slot > %s
        ORDER BY key, slot, n) u"""
    same = " AND ".join(f't."{name}" = u.key[{n}]::{casts[name]}' for n, name in enumerate(kind.key, start=1))
    return Shape(
        load=f"""SELECT coalesce(json_agg(t), '[]')::text FROM "{table.name}" t
            WHERE ({key}) IN (SELECT * FROM unnest({wanted}))""",
        put=put + source + (onto if kind in CHANGING else ""),
        delete_new=f'DELETE FROM "{table.name}" t USING {image} WHERE u.old IS NULL AND {same}',
        restore=put + f'{image}, jsonb_populate_record(NULL::"{table.name}", u.old) WHERE u.old IS NOT NULL' + onto,
        decoder=msgspec.json.Decoder(list[kind]),
    )


def _table(kind: type[Row]) -> Table:
    """The definition that a row belongs to."""
    for base in (Facts, Projections):
        if kind.table in base.metadata.tables:
            return base.metadata.tables[kind.table]
    raise KeyError(kind.table)


SHAPES: dict[type[Row], Shape] = {kind: _shape(kind) for kind in (*CHANGING, *GROWING)}


async def load(connection: Connection, kind: type[Row], keys: Sequence[tuple[object, ...]]) -> list[Row]:
    """The rows of one table with these keys; those that do not exist are not among them."""
    shape = SHAPES[kind]
    text = await one(connection, shape.load, tuple(map(list, zip(*keys, strict=True))))
    return shape.decoder.decode(text)


async def put(connection: Connection, rows: Iterable[Row]) -> None:
    """Write rows of any tables, one statement a table."""
    by_kind: dict[type[Row], list[Row]] = {}
    for row in rows:
        by_kind.setdefault(type(row), []).append(row)
    for kind, of_kind in by_kind.items():
        await connection.execute(SHAPES[kind].put, (encoded(of_kind),))  # pyright: ignore[reportArgumentType]


async def take_back(connection: Connection, slot: int) -> None:
    """Every row as it was at the end of a slot, from the images kept since."""
    for kind in CHANGING:
        await connection.execute(SHAPES[kind].delete_new, (slot,))  # pyright: ignore[reportArgumentType]
        await connection.execute(SHAPES[kind].restore, (slot,))  # pyright: ignore[reportArgumentType]
    for kind in GROWING:
        await connection.execute(f'DELETE FROM "{kind.table}" WHERE slot > %s', (slot,))  # pyright: ignore[reportArgumentType]
    await connection.execute("DELETE FROM undo WHERE slot > %s", (slot,))


def encoded(value: object) -> str:
    """Rows as JSON text."""
    return _encoder.encode(value).decode()
