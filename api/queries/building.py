"""What building a transaction needs to know, in one statement each: market, the wallet's place in it, payers, fees."""

from __future__ import annotations

from typing import LiteralString

import msgspec

from ..schemas.markets import Market
from ..terms import Platform
from .markets import COLUMNS
from .read import Query


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The wallet's open position in the market: its nonces and who paid its rent."""

    last_nonce: str
    nonce_bits: str
    payer: str
    claimable: str
    shares: list[str]
    seat: int


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a builder of one market's instructions reads."""

    market: Market
    creator: str
    fee_to: str
    flags: int
    pause: int
    place: Place | None
    open_nonce: str | None
    payer: str | None
    unit_price: int
    min_bond: str
    bond_bps: int
    bond: str


class PoolFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a builder of one pool's instructions reads."""

    pool: str
    mint: str
    a: str
    c: str
    supply: str
    shares: str
    due: str
    locked_until: int
    last_nonce: str | None
    nonce_bits: str
    open_nonce: str | None
    payer: str | None
    unit_price: int


class PayerFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Who may sponsor, and what a unit costs."""

    payer: str | None
    unit_price: int


class TermsFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a new market is held against."""

    platform: Platform | None
    payer: str | None
    unit_price: int


_PAYER: LiteralString = """(SELECT p.address FROM relay.v1_payer p WHERE p.state = 'active'
    ORDER BY p.lamports DESC NULLS LAST, p.address LIMIT 1)"""
_UNIT_PRICE: LiteralString = """coalesce((SELECT least(f.p50, 100000)::bigint FROM relay.v1_fee_sample f
    ORDER BY f.slot DESC LIMIT 1), 0)"""
_CLAIMABLE: LiteralString = """(CASE WHEN m.payout IS NULL THEN 0 ELSE p.credit + div(
    (SELECT coalesce(sum(u.x), 0) FROM unnest(p.shares) WITH ORDINALITY AS u(x, o)
        WHERE (m.mask >> (u.o::int - 1)) & 1 = 1) * m.num, greatest(m.den, 1)) END)::text"""

FACTS = Query(
    "building_facts",
    Facts,
    f"""SELECT to_json(v) AS market, m.creator, m.fee_to, m.flags,
        coalesce((SELECT c.pause FROM chain.v1_config c LIMIT 1), 0) AS pause,
        (SELECT json_build_object('last_nonce', p.last_nonce::text, 'nonce_bits', p.nonce_bits::text,
            'payer', p.payer, 'claimable', {_CLAIMABLE}, 'shares', p.shares::text[], 'seat', p.seat)
            FROM chain.v1_position p
            WHERE p.market = m.market AND p.owner = %(wallet)s AND p.state = 'open') AS place,
        (SELECT o.nonce::text FROM relay.v1_open_nonce o
            WHERE o.wallet = %(wallet)s AND o.subject = m.market) AS open_nonce,
        {_PAYER} AS payer, {_UNIT_PRICE} AS unit_price, m.min_bond::text AS min_bond, m.bond_bps,
        coalesce((SELECT r.bond FROM chain.v1_resolution r
            WHERE r.market = m.market AND r.closed_slot IS NULL), 0)::text AS bond
    FROM chain.v1_market m CROSS JOIN LATERAL (SELECT {COLUMNS}) v WHERE m.market = %(subject)s""",
)
POOL = Query(
    "pool_facts",
    PoolFacts,
    f"""SELECT p.pool, p.mint, p.a::text AS a, p.c::text AS c, p.supply::text AS supply,
        coalesce(h.shares, 0)::text AS shares, coalesce(h.locked_until, 0) AS locked_until,
        coalesce(h.pending + div(h.shares * (p.acc - h.debt), 4294967296), 0)::text AS due,
        h.last_nonce::text AS last_nonce, coalesce(h.nonce_bits, 0)::text AS nonce_bits,
        (SELECT o.nonce::text FROM relay.v1_open_nonce o
            WHERE o.wallet = %(wallet)s AND o.subject = p.pool) AS open_nonce,
        {_PAYER} AS payer, {_UNIT_PRICE} AS unit_price
    FROM chain.v1_pool p LEFT JOIN chain.v1_holder h ON h.pool = p.pool AND h.owner = %(wallet)s
    WHERE p.pool = %(subject)s""",
)
PAYER = Query("payer_facts", PayerFacts, f"SELECT {_PAYER} AS payer, {_UNIT_PRICE} AS unit_price")
TERMS = Query(
    "terms_facts",
    TermsFacts,
    f"""SELECT (SELECT json_build_object('admin', c.admin, 'mode', c.mode, 'pause', c.pause,
            'protocol_fee_bps', c.protocol_fee_bps, 'max_creator_fee_bps', c.max_creator_fee_bps,
            'max_resolver_fee_bps', c.max_resolver_fee_bps, 'min_dur_s', c.min_dur_s, 'max_dur_s', c.max_dur_s,
            'dispute_min_s', c.dispute_min_s, 'dispute_max_s', c.dispute_max_s,
            'mint_enabled', coalesce((SELECT r.enabled FROM chain.v1_mint_rule r WHERE r.mint = %(mint)s), false))
        FROM chain.v1_config c LIMIT 1) AS platform,
        {_PAYER} AS payer, {_UNIT_PRICE} AS unit_price""",
)
