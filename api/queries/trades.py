"""Statements on trades, order books and orders."""

from __future__ import annotations

from typing import LiteralString

import msgspec

from ..schemas.trades import Order, Trade
from .read import Keyed, Query

_PRICE: LiteralString = "to_char({} / 1000000::numeric, 'FM0.000000')"
_TRADES: LiteralString = """(
    SELECT t.market, t.seq, t.actor, t.side, t.outcome, t.amount, t.shares, t.fee, t.price, t.slot, t.ts, t.signature
        FROM chain.trade t WHERE t.market = %(subject)s
    UNION ALL
    SELECT s.market, s.seq, s.actor, 'stake', s.outcome, s.amount, s.amount, 0, s.price, s.slot, s.ts, s.signature
        FROM chain.stake s WHERE s.market = %(subject)s)"""
TRADES = Query(
    "market_trades",
    Keyed[Trade],
    f"""SELECT t.seq::text AS key, '' AS last, json_build_object('market', t.market, 'seq', t.seq, 'actor', t.actor,
        'side', t.side, 'outcome', t.outcome, 'amount', t.amount::text, 'shares', t.shares::text, 'fee', t.fee::text,
        'price', {_PRICE.format("t.price")}, 'slot', t.slot, 'time', extract(epoch FROM t.ts)::bigint,
        'signature', t.signature) AS value
    FROM {_TRADES} t WHERE (%(key)s::bigint IS NULL OR t.seq < %(key)s::bigint) AND %(last)s::text IS NOT NULL
    ORDER BY t.seq DESC LIMIT %(limit)s""",
)


class Resting(msgspec.Struct, frozen=True, kw_only=True):
    """The orders of one tick summed up."""

    ask: bool
    tick: int
    lots: str
    orders: int


class Depth(msgspec.Struct, frozen=True, kw_only=True):
    """All ticks with orders, lowest first, and that of the last fill."""

    levels: list[Resting]
    last: int | None


# An order past its expiry rests until somebody prunes it, but it can fill no more.
DEPTH = Query(
    "market_book",
    Depth,
    """SELECT (SELECT coalesce(json_agg(l ORDER BY l.tick), '[]'::json) FROM (
        SELECT o.ask, o.book_tick AS tick, sum(o.lots - o.filled_lots)::text AS lots, count(*) AS orders
    FROM chain.v1_book_order o WHERE o.market = %(subject)s AND o.status IN ('OPEN', 'PARTIAL')
        AND (o.expiry = 0 OR o.expiry > extract(epoch FROM h.sealed_time))
    GROUP BY o.ask, o.book_tick) l) AS levels,
    (SELECT f.tick FROM chain.fill f WHERE f.market = %(subject)s ORDER BY f.seq DESC, f.n DESC LIMIT 1) AS last""",
)
_ORDER: LiteralString = """json_build_object('market', o.market, 'order_id', o.order_id::text, 'index', o.index,
    'owner', o.owner, 'outcome', o.outcome, 'side', o.side, 'tick', o.tick, 'lots', o.lots::text,
    'filled_lots', o.filled_lots::text, 'status', o.status, 'expiry', o.expiry, 'client_id', o.client_id::text,
    'slot', o.slot, 'time', extract(epoch FROM o.ts)::bigint, 'signature', o.signature)"""
ORDERS = Query(
    "user_orders",
    Keyed[Order],
    f"""SELECT (o.slot::numeric * 1000000000 + o.order_id)::text AS key, o.market AS last, {_ORDER} AS value
    FROM chain.v1_book_order o WHERE o.owner = %(wallet)s
        AND (%(market)s::text IS NULL OR o.market = %(market)s)
        AND (%(statuses)s::text[] IS NULL OR o.status = ANY(%(statuses)s::text[]))
        AND (%(key)s::numeric IS NULL
            OR (o.slot::numeric * 1000000000 + o.order_id, o.market) < (%(key)s::numeric, %(last)s))
    ORDER BY o.slot::numeric * 1000000000 + o.order_id DESC, o.market DESC LIMIT %(limit)s""",
)
