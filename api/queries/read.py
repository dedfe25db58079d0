"""One statement a read, with the head of the mirror joined: what was read and how fresh it is are of one snapshot."""

from __future__ import annotations

import re
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, LiteralString, TypeVar

import msgspec
import psycopg_pool

from .. import metrics
from ..errors import InvalidCursor, MirrorNotReady
from ..schemas.wire import Answer, Listing

T = TypeVar("T")
Pool = psycopg_pool.AsyncConnectionPool


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Where the mirror stands; times in unix seconds of the chain's clock, age in seconds of the database's."""

    genesis: str
    sealed_slot: int
    sealed_hash: str
    sealed_height: int
    sealed_time: int
    final_slot: int
    final_height: int
    tip_slot: int
    feed_seq: int
    age_s: int
    degraded: bool


@dataclass(frozen=True, slots=True)
class Query(Generic[T]):
    """A named statement and the type of its rows; `h` in it is the head, amounts are cast to text."""

    name: str
    row: type[T]
    sql: LiteralString

    def wrapped(self) -> LiteralString:
        """The statement that gives head columns and all rows as one JSON array."""
        return _FRAME.replace("__ROWS__", self.sql)


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """From when on answers say stale: seconds since the indexer wrote its head, slots behind the tip."""

    age_s_max: int
    slots_max: int

    def stale(self, head: Head) -> bool:
        return head.age_s > self.age_s_max or head.tip_slot - head.sealed_slot > self.slots_max


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """Rows with the head they were read at."""

    head: Head
    rows: list[T]
    stale: bool

    def answer(self, value: Any) -> Answer[Any]:
        return Answer(data=value, **self._envelope([value]))

    def listing(self, rows: list[Any], next_cursor: str | None) -> Listing[Any]:
        return Listing(data=rows, next_cursor=next_cursor, has_more=next_cursor is not None, **self._envelope(rows))

    def _envelope(self, rows: list[Any]) -> dict[str, Any]:
        return {
            "as_of_slot": self.head.sealed_slot,
            "final_slot": self.head.final_slot,
            "feed_seq": self.head.feed_seq,
            "degraded": self.head.degraded or any(getattr(row, "degraded", False) for row in rows),
            "stale": self.stale,
        }


class Keyed(msgspec.Struct, Generic[T], frozen=True):
    """A listed value with the place it has in the list's order: an integer key, then an address."""

    key: str
    last: str
    value: T


def encode_cursor(key: str, last: str) -> str:
    return urlsafe_b64encode(f"{key}~{last}".encode()).decode().rstrip("=")


def decode_cursor(text: str | None) -> tuple[str | None, str]:
    """(key, address) after which a page begins; raises InvalidCursor."""
    if text is None:
        return None, ""
    try:
        found = _CURSOR.fullmatch(urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii"))
    except ValueError as error:
        raise InvalidCursor(field="cursor") from error
    if found is None:
        raise InvalidCursor(field="cursor")
    return found.group(1), found.group(2)


class Reader:
    """Runs queries on the pool."""

    def __init__(self, pool: Pool, freshness: Freshness) -> None:
        self.pool = pool
        self.freshness = freshness

    async def read(self, query: Query[T], subject: str | None = None, **parameters: Any) -> Read[T]:
        """All rows of a query; `degraded` is that of `subject` where one is named. Raises MirrorNotReady."""
        started = time.perf_counter()
        values: Mapping[str, Any] = {**parameters, "subject": subject}
        async with self.pool.connection() as connection:
            cursor = await connection.execute(query.wrapped(), values)
            found = await cursor.fetchone()
        metrics.query_seconds.labels(query.name).observe(time.perf_counter() - started)
        if found is None:
            raise MirrorNotReady
        head = msgspec.convert(dict(zip(Head.__struct_fields__, found[:-1], strict=True)), Head)
        rows = msgspec.json.decode(found[-1], type=list[query.row])
        return Read(head, rows, self.freshness.stale(head))

    async def page(
        self, query: Query[Keyed[T]], limit: int, cursor: str | None, subject: str | None = None, **parameters: Any
    ) -> Listing[T]:
        """One page of a keyed query; raises InvalidCursor."""
        key, last = decode_cursor(cursor)
        found = await self.read(query, subject, limit=limit + 1, key=key, last=last, **parameters)
        rows = found.rows[:limit]
        more = len(found.rows) > limit
        return found.listing([row.value for row in rows], encode_cursor(rows[-1].key, rows[-1].last) if more else None)


_CURSOR = re.compile(r"(-?[0-9]{1,60})~([0-9A-Za-z-]{0,100})", re.ASCII)
_FRAME: LiteralString = """
SELECT h.genesis, h.sealed_slot, h.sealed_hash, h.sealed_height,
    coalesce(extract(epoch FROM h.sealed_time)::bigint, 0), h.final_slot, h.final_height, h.tip_slot, h.feed_seq,
    extract(epoch FROM clock_timestamp() - h.updated_at)::bigint,
    EXISTS (SELECT 1 FROM chain.subject s WHERE s.subject = %(subject)s::text AND s.degraded_from_seq IS NOT NULL),
    (SELECT coalesce(json_agg(y), '[]'::json) FROM (__ROWS__) y)::text
FROM chain.v1_head h"""


class Nothing(msgspec.Struct, frozen=True):
    """The row of a query that is asked for its head alone."""


HEAD = Query("head", Nothing, "SELECT 1 WHERE false")
