"""Statements on candles, on sums, and on who holds an outcome."""

from __future__ import annotations

from typing import LiteralString

from ..schemas.series import Candle, Day, MarketHolder, Stats
from .read import Keyed, Query

_PRICE: LiteralString = "to_char({} / 1000000::numeric, 'FM0.000000')"
CANDLES = Query(
    "market_candles",
    Keyed[Candle],
    f"""SELECT c.start::text AS key, '' AS last, json_build_object('time', c.start,
        'open', {_PRICE.format("(array_agg(c.open ORDER BY c.bucket))[1]")}, 'high', {_PRICE.format("max(c.high)")},
        'low', {_PRICE.format("min(c.low)")},
        'close', {_PRICE.format("(array_agg(c.close ORDER BY c.bucket DESC))[1]")},
        'volume', sum(c.volume)::text, 'trades', sum(c.trades)) AS value
    FROM (SELECT k.*, k.bucket - mod(k.bucket, %(width)s::bigint) AS start FROM chain.candle k
        WHERE k.market = %(subject)s AND k.outcome = %(outcome)s AND k.interval = %(base)s) c
    WHERE (%(key)s::bigint IS NULL OR c.start < %(key)s::bigint) AND %(last)s::text IS NOT NULL
    GROUP BY c.start ORDER BY c.start DESC LIMIT %(limit)s""",
)
STATS = Query(
    "market_stats",
    Stats,
    """SELECT m.market, m.volume::text AS volume,
        (SELECT coalesce(sum(c.volume), 0)::text FROM chain.candle c WHERE c.market = m.market AND c.interval = 60
            AND c.bucket > extract(epoch FROM h.sealed_time)::bigint - 86400) AS volume_24h,
        d.trades, d.fees, d.paid,
        (SELECT count(*) FROM chain.wallet_market w WHERE w.market = m.market AND w.volume > 0) AS traders,
        (SELECT count(*) FROM chain.v1_position p WHERE p.market = m.market AND 0 < ANY(p.held)) AS holders
    FROM chain.v1_market m CROSS JOIN LATERAL (
        SELECT coalesce(sum(d.trades), 0)::bigint AS trades, coalesce(sum(d.fees), 0)::text AS fees,
            coalesce(sum(d.paid), 0)::text AS paid FROM chain.platform_day d WHERE d.subject = m.market) d
    WHERE m.market = %(subject)s""",
)
HOLDERS = Query(
    "market_holders",
    Keyed[MarketHolder],
    """SELECT p.held[%(outcome)s + 1]::text AS key, p.owner AS last, json_build_object('owner', p.owner,
        'address', p.address, 'outcome', %(outcome)s::int, 'shares', p.held[%(outcome)s + 1]::text,
        'cost', p.costs[%(outcome)s + 1]::text) AS value
    FROM chain.v1_position p WHERE p.market = %(subject)s AND p.held[%(outcome)s + 1] > 0
        AND (%(key)s::numeric IS NULL OR (p.held[%(outcome)s + 1], p.owner) < (%(key)s::numeric, %(last)s))
    ORDER BY p.held[%(outcome)s + 1] DESC, p.owner DESC LIMIT %(limit)s""",
)
DAYS = Query(
    "platform_days",
    Day,
    """SELECT d.day * 86400 AS time, d.mint, count(*) AS subjects, sum(d.trades)::bigint AS trades,
        sum(d.volume)::text AS volume, sum(d.fees)::text AS fees, sum(d.paid)::text AS paid
    FROM chain.platform_day d WHERE d.day > extract(epoch FROM h.sealed_time)::bigint / 86400 - %(days)s
    GROUP BY d.day, d.mint ORDER BY d.day DESC, d.mint""",
)
