"""Statements on creators' pools."""

from __future__ import annotations

from typing import LiteralString

from ..schemas.pools import Dividend, Holder, Pool, ShareTrade
from .read import Keyed, Query

POOL = Query(
    "creator",
    Pool,
    """SELECT p.pool AS address, p.creator, p.mint, p.supply::text AS supply, p.a::text AS a, p.c::text AS c,
        p.price::text AS price, p.lock_s, p.volume::text AS volume, p.earned::text AS earned, p.paid::text AS paid,
        p.dividends, (SELECT count(*) FROM chain.v1_holder h WHERE h.pool = p.pool AND h.shares > 0) AS holders,
        p.created_slot, p.last_seq AS seq, p.degraded
    FROM chain.v1_pool p WHERE p.pool = %(subject)s""",
)
_DUE: LiteralString = "h.pending + div(h.shares * (p.acc - h.debt), 4294967296)"
HOLDERS = Query(
    "creator_holders",
    Keyed[Holder],
    f"""SELECT h.shares::text AS key, h.owner AS last, json_build_object('pool', h.pool, 'owner', h.owner,
        'address', h.address, 'shares', h.shares::text, 'cost', h.cost::text, 'realised', h.realised::text,
        'due', ({_DUE})::text, 'paid', h.paid::text, 'locked_until', h.locked_until,
        'last_nonce', h.last_nonce::text) AS value
    FROM chain.v1_holder h JOIN chain.v1_pool p ON p.pool = h.pool WHERE h.pool = %(subject)s
        AND (%(key)s::numeric IS NULL OR (h.shares, h.owner) < (%(key)s::numeric, %(last)s))
    ORDER BY h.shares DESC, h.owner DESC LIMIT %(limit)s""",
)
TRADES = Query(
    "creator_trades",
    Keyed[ShareTrade],
    """SELECT t.seq::text AS key, '' AS last, json_build_object('pool', t.pool, 'seq', t.seq, 'owner', t.owner,
        'side', t.side, 'shares', t.shares::text, 'amount', t.amount::text, 'supply', t.supply::text,
        'price', t.price::text, 'slot', t.slot, 'time', extract(epoch FROM t.ts)::bigint,
        'signature', t.signature) AS value
    FROM chain.share_trade t WHERE t.pool = %(subject)s AND (%(key)s::bigint IS NULL OR t.seq < %(key)s::bigint)
        AND %(last)s::text IS NOT NULL
    ORDER BY t.seq DESC LIMIT %(limit)s""",
)
DIVIDENDS = Query(
    "creator_dividends",
    Keyed[Dividend],
    """SELECT d.seq::text AS key, '' AS last, json_build_object('pool', d.pool, 'seq', d.seq, 'amount', d.amount::text,
        'supply', d.supply::text, 'slot', d.slot, 'time', extract(epoch FROM d.ts)::bigint,
        'signature', d.signature) AS value
    FROM chain.dividend d WHERE d.pool = %(subject)s AND (%(key)s::bigint IS NULL OR d.seq < %(key)s::bigint)
        AND %(last)s::text IS NOT NULL
    ORDER BY d.seq DESC LIMIT %(limit)s""",
)
