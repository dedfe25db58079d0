"""Readings of oracle feeds: every one stored, accepted or not, with its reason; and which updates are on the chain."""

from collections.abc import Sequence
from dataclasses import dataclass

from relayer.store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One configured feed; feed is its 32-byte id in base58."""

    id: str
    provider: str
    symbol: str
    feed: str
    expo: int
    interval_s: int
    max_age_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One line or answer of a provider; times in unix seconds, value at the feed's exponent."""

    publish: int
    value: int | None
    prev: int | None
    raw: str
    accepted: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """The first accepted reading of a feed from a time on."""

    feed: str
    at: int
    publish: int
    prev: int
    value: int
    expo: int
    posted: bool


async def cursor(connection: Connection, source: Source) -> str:
    """Where the provider left off; makes the feed's row at the first look."""
    await connection.execute(
        "INSERT INTO relay.feed_source (id, provider, symbol, feed, data_type, expo, interval_s, max_age_s)"
        " VALUES (%s, %s, %s, %s, 'PRICE', %s, %s, %s) ON CONFLICT (id) DO UPDATE"
        " SET feed = excluded.feed, expo = excluded.expo",
        (source.id, source.provider, source.symbol, source.feed, source.expo, source.interval_s, source.max_age_s),
    )
    found = await connection.execute("SELECT cursor FROM relay.feed_source WHERE id = %s", (source.id,))
    row = await found.fetchone()
    return "" if row is None else row[0]


async def keep(connection: Connection, source: Source, readings: Sequence[Reading], *, cursor: str) -> None:
    """Store readings and the new cursor in the caller's transaction."""
    await connection.execute(
        "INSERT INTO relay.reading (feed, provider_time, data_type, raw, value, prev, accepted, reason)"
        " SELECT %s, r.* FROM (SELECT DISTINCT ON (w.publish) w.publish, 'PRICE', w.raw, w.value, w.prev, w.accepted,"
        " w.reason FROM unnest(%s::bigint[], %s::text[], %s::numeric[], %s::bigint[], %s::boolean[], %s::text[])"
        " AS w(publish, raw, value, prev, accepted, reason) ORDER BY w.publish, w.accepted DESC) r"
        " ON CONFLICT (feed, provider_time) DO UPDATE SET raw = excluded.raw, value = excluded.value,"
        " prev = excluded.prev, accepted = excluded.accepted, reason = excluded.reason"
        " WHERE NOT relay.reading.accepted",
        (
            source.feed,
            [r.publish for r in readings],
            [r.raw for r in readings],
            [r.value for r in readings],
            [r.prev for r in readings],
            [r.accepted for r in readings],
            [r.reason for r in readings],
        ),
    )
    await connection.execute(
        "UPDATE relay.feed_source SET cursor = %s, seen_at = clock_timestamp() WHERE id = %s", (cursor, source.id)
    )


async def firsts(connection: Connection, wants: Sequence[tuple[str, int]]) -> tuple[First, ...]:
    """For each (feed, time) the first accepted reading from it on, and whether its update is on the chain."""
    if not wants:
        return ()
    found = await connection.execute(
        "SELECT w.feed, w.at, r.provider_time, coalesce(r.prev, 0), r.value, f.expo,"
        " EXISTS (SELECT FROM relay.intent i WHERE i.kind = 'post_price' AND i.subject = w.feed"
        "   AND i.episode = r.provider_time::text AND i.state IN ('EFFECTIVE', 'SETTLED'))"
        " FROM unnest(%s::text[], %s::bigint[]) AS w(feed, at)"
        " CROSS JOIN LATERAL (SELECT provider_time, prev, value FROM relay.reading r"
        "   WHERE r.feed = w.feed AND r.accepted AND r.provider_time >= w.at ORDER BY r.provider_time LIMIT 1) r"
        " JOIN relay.feed_source f ON f.feed = w.feed",
        ([feed for feed, _ in wants], [at for _, at in wants]),
    )
    return tuple(
        First(feed=feed, at=at, publish=publish, prev=prev, value=int(value), expo=expo, posted=posted)
        for feed, at, publish, prev, value, expo, posted in await found.fetchall()
    )
