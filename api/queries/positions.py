"""Statements on positions and wallets."""

from __future__ import annotations

from typing import LiteralString

from ..schemas.positions import Position, User
from .read import Keyed, Query

# div() is the exact integer quotient of numerics, as the program computes it.
_CLAIMABLE: LiteralString = """CASE WHEN p.state = 'open' AND m.payout IS NOT NULL THEN p.credit + div(
    (SELECT coalesce(sum(u.x), 0) FROM unnest(p.shares) WITH ORDINALITY AS u(x, o)
        WHERE (m.mask >> (u.o::int - 1)) & 1 = 1) * m.num, greatest(m.den, 1)) ELSE 0 END"""
COLUMNS: LiteralString = f"""p.address, p.market, p.owner, p.payer, m.question, m.slug, m.mint, m.state AS market_state,
    CASE WHEN m.mask > 0 AND m.mask & (m.mask - 1) = 0 THEN round(log(2, m.mask::numeric))::int END AS winner,
    p.shares::text[] AS shares, p.staked::text AS staked, p.credit::text AS credit, ({_CLAIMABLE})::text AS claimable,
    p.payout::text AS payout, p.realised::text AS realised, p.state, p.last_nonce::text AS last_nonce,
    p.stake_sig AS stake_signature, p.payout_sig AS payout_signature, m.degraded"""
_FROM: LiteralString = "chain.v1_position p JOIN chain.v1_market m ON m.market = p.market"

ONE = Query(
    "position", Position, f"SELECT {COLUMNS} FROM {_FROM} WHERE p.address = %(address)s ORDER BY p.state DESC LIMIT 1"
)
_KEYED: LiteralString = f"FROM {_FROM} CROSS JOIN LATERAL (SELECT {COLUMNS}) v"
OF_MARKET = Query(
    "market_positions",
    Keyed[Position],
    f"""SELECT p.staked::text AS key, p.owner AS last, to_json(v) AS value {_KEYED} WHERE p.market = %(subject)s
    AND (%(key)s::numeric IS NULL OR (p.staked, p.owner) < (%(key)s::numeric, %(last)s))
    ORDER BY p.staked DESC, p.owner DESC LIMIT %(limit)s""",
)
OF_USER = Query(
    "user_positions",
    Keyed[Position],
    f"""SELECT m.created_slot::text AS key, p.market AS last, to_json(v) AS value {_KEYED} WHERE p.owner = %(wallet)s
    AND (%(state)s::text IS NULL OR p.state = %(state)s)
    AND (%(key)s::numeric IS NULL OR (m.created_slot, p.market) < (%(key)s::numeric, %(last)s))
    ORDER BY m.created_slot DESC, p.market DESC LIMIT %(limit)s""",
)
USER = Query(
    "user",
    User,
    """SELECT %(wallet)s::text AS wallet,
        (SELECT coalesce(json_agg(t), '[]'::json) FROM (
            SELECT m.mint, count(*) AS markets, sum(w.volume)::text AS volume, sum(w.staked)::text AS staked,
                sum(w.pnl)::text AS pnl
            FROM chain.wallet_market w JOIN chain.market m ON m.market = w.market
            WHERE w.wallet = %(wallet)s GROUP BY m.mint ORDER BY m.mint) t) AS totals,
        count(w.market) AS markets, count(w.correct) AS judged, count(*) FILTER (WHERE w.correct) AS right,
        (SELECT count(*) FROM chain.market m WHERE m.creator = %(wallet)s) AS created
    FROM chain.wallet_market w WHERE w.wallet = %(wallet)s""",
)
