"""Statements on markets."""

from __future__ import annotations

from typing import LiteralString

import msgspec

from ..schemas.markets import Market, OddsPoint
from .read import Keyed, Query

ENGINES: LiteralString = "(ARRAY['parimutuel', 'lmsr', 'book'])[m.engine + 1]"
PRICES: LiteralString = (
    "ARRAY(SELECT to_char(u.x / 1000000, 'FM0.000000') FROM unnest(m.price) WITH ORDINALITY AS u(x, o) ORDER BY u.o)"
)

COLUMNS: LiteralString = f"""m.market AS address, m.slug, m.question, m.creator, m.mint, m.state, m.n,
    {ENGINES} AS engine,
    {PRICES} AS odds, m.supply::text[] AS supply, m.volume::text AS volume,
    m.open, m.lock, m.event, m.resolve_by, m.void_after, m.deadline, m.dispute_s,
    CASE m.source_kind WHEN 0 THEN 'price' ELSE 'optimistic' END AS source_kind, m.source,
    CASE WHEN m.source_kind = 0 THEN (ARRAY['gte', 'gt', 'lte', 'lt', 'updown'])[m.op + 1] END AS op,
    CASE WHEN m.source_kind = 0 AND (m.op <> 4 OR m.flags & 4 <> 0)
        THEN json_build_object('price', m.strike::text, 'expo', m.expo) END AS strike,
    json_build_object('creator', m.fee_bps[1], 'resolver', m.fee_bps[2], 'protocol', m.fee_bps[3]) AS fee_bps,
    m.min_stake::text AS min_stake, m.max_stake::text AS max_stake, m.uri, m.metadata_hash AS metadata_sha256,
    m.lot_k::text AS lot_k, m.subsidy::text AS subsidy, m.b::text AS liquidity, m.cost::text AS cost,
    m.escrow::text AS escrow, m.likes, m.dislikes, m.quorum_voters,
    m.vault::text AS vault, m.fees_owed::text[] AS fees_owed,
    CASE WHEN m.payout IS NOT NULL THEN json_build_object(
        'mask', m.payout[1], 'num', m.payout[2]::text, 'den', m.payout[3]::text) END AS payout,
    CASE WHEN m.mask > 0 AND m.mask & (m.mask - 1) = 0 THEN round(log(2, m.mask::numeric))::int END AS winner,
    m.flags & 2 <> 0 AS halted, m.created_slot, m.closed_slot, m.last_seq AS seq, m.degraded"""

ONE = Query("market", Market, f"SELECT {COLUMNS} FROM chain.v1_market m WHERE m.market = %(market)s")
ONE_BY_SLUG = Query(
    "market_by_slug", Market, f"SELECT {COLUMNS} FROM chain.v1_market m WHERE m.slug = %(market)s LIMIT 1"
)


_FILTER: LiteralString = """(%(states)s::text[] IS NULL OR m.state = ANY(%(states)s::text[]))
    AND (%(creator)s::text IS NULL OR m.creator = %(creator)s) AND (%(mint)s::text IS NULL OR m.mint = %(mint)s)
    AND (%(engine)s::int IS NULL OR m.engine = %(engine)s)
    AND (%(ends_before)s::bigint IS NULL OR m.lock < %(ends_before)s)
    AND (%(q)s::text IS NULL OR m.question ILIKE %(q)s)"""
_TRENDING: LiteralString = """(SELECT coalesce(sum(s.amount) * count(DISTINCT s.owner), 0) FROM chain.stake s
    WHERE s.market = m.market AND s.ts > h.sealed_time - interval '24 hours')"""


def _list(name: str, key: LiteralString, order: LiteralString, beyond: LiteralString) -> Query[Keyed[Market]]:
    """A page in one order; ties are broken by address, so that a cursor names one place."""
    after = f"(%(key)s::numeric IS NULL OR (k.key, m.market) {beyond} (%(key)s::numeric, %(last)s))"
    source: LiteralString = f"""chain.v1_market m CROSS JOIN LATERAL (SELECT ({key})::numeric AS key) k
        CROSS JOIN LATERAL (SELECT {COLUMNS}) v"""
    return Query(
        name,
        Keyed[Market],
        f"SELECT k.key::text AS key, m.market AS last, to_json(v) AS value FROM {source} WHERE {_FILTER} AND {after}"
        f" ORDER BY k.key {order}, m.market {order} LIMIT %(limit)s",
    )


LISTS = {
    "volume": _list("markets_by_volume", "m.volume", "DESC", "<"),
    "created": _list("markets_by_created", "m.created_slot", "DESC", "<"),
    "ends": _list("markets_by_ends", "m.lock", "ASC", ">"),
    "trending": _list("markets_by_trending", _TRENDING, "DESC", "<"),
}

_SUPPLY: LiteralString = """
    coalesce(sum(s.amount) FILTER (WHERE s.outcome = 0) OVER w, 0)::text,
    coalesce(sum(s.amount) FILTER (WHERE s.outcome = 1) OVER w, 0)::text,
    coalesce(sum(s.amount) FILTER (WHERE s.outcome = 2) OVER w, 0)::text,
    coalesce(sum(s.amount) FILTER (WHERE s.outcome = 3) OVER w, 0)::text,
    coalesce(sum(s.amount) FILTER (WHERE s.outcome = 4) OVER w, 0)::text,
    coalesce(sum(s.amount) FILTER (WHERE s.outcome = 5) OVER w, 0)::text,
    coalesce(sum(s.amount) FILTER (WHERE s.outcome = 6) OVER w, 0)::text,
    coalesce(sum(s.amount) FILTER (WHERE s.outcome = 7) OVER w, 0)::text"""
# At most `points` stakes or trades, the last of each equal part of the history: the newest is always there.
ODDS = Query(
    "market_odds",
    OddsPoint,
    f"""SELECT p.seq, p.slot, extract(epoch FROM p.ts)::bigint AS time, p.supply, p.odds FROM (
        SELECT r.*, max(r.seq) OVER (PARTITION BY r.part) AS newest FROM (
            SELECT u.*, ntile(%(points)s) OVER (ORDER BY u.seq) AS part FROM (
                SELECT s.seq, s.slot, s.ts, (ARRAY[{_SUPPLY}])[1:m.n] AS supply, '{{}}'::text[] AS odds
                FROM chain.stake s JOIN chain.market m ON m.market = s.market WHERE s.market = %(subject)s
                WINDOW w AS (ORDER BY s.seq)
                UNION ALL
                SELECT m.seq, m.slot, m.ts, '{{}}'::text[], {PRICES.replace("m.price", "m.prices")}
                FROM chain.trade m WHERE m.market = %(subject)s AND m.side IN ('buy', 'sell')
            ) u
        ) r
    ) p WHERE p.seq = p.newest ORDER BY p.seq""",
)


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    """One event as stored; raw in hexadecimal."""

    seq: int
    kind: str
    slot: int
    time: int
    program: str
    raw: str
    signature: str


ACTIVITY = Query(
    "market_activity",
    Keyed[EventRow],
    """SELECT e.seq::text AS key, '' AS last, json_build_object('seq', e.seq, 'kind', e.kind, 'slot', e.slot,
        'time', extract(epoch FROM e.ts)::bigint, 'program', e.program, 'raw', encode(e.raw, 'hex'),
        'signature', t.signature) AS value
    FROM chain.event e JOIN chain.v1_transaction t ON t.slot = e.slot AND t.tx_index = e.tx_index
    WHERE e.subject = %(subject)s AND (%(key)s::bigint IS NULL OR e.seq < %(key)s::bigint)
        AND %(last)s::text IS NOT NULL
    ORDER BY e.seq DESC LIMIT %(limit)s""",
)
