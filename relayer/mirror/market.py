"""The head, markets with their positions and resolutions, and the mirror as the second witness of R4."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow
from solders.pubkey import Pubkey

from relayer.model import Attempt, Proof

LAG_SLOTS_MAX = 20
STALE_S = 10
MARKETS_MAX = 2_000
POSITIONS_MAX = 5_000

Connection = AsyncConnection[TupleRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """How far the mirror is; now is the sealed head's block time, unix seconds: the only clock of due times."""

    genesis: str
    sealed_slot: int
    sealed_height: int
    now: int
    final_slot: int
    final_height: int
    tip_slot: int
    fresh: bool

    @property
    def usable(self) -> bool:
        """Whether keepers may act on this mirror."""
        return self.fresh and self.sealed_slot >= self.tip_slot - LAG_SLOTS_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketRow:
    """A market that may want a crank; fields as in its account, state as readers see it."""

    market: Pubkey
    creator: Pubkey
    mint: Pubkey
    payer: Pubkey
    vault_payer: Pubkey
    fee_to: Pubkey
    source: Pubkey
    resolver_to: Pubkey
    state: str
    created_slot: int
    open: int
    lock: int
    event: int
    void_after: int
    deadline: int
    strike_until: int
    strike_off: int
    supply: tuple[int, ...]
    fees_owed: tuple[int, ...]
    escrow: int
    vault: int
    num: int
    den: int
    engine: int
    n: int
    source_kind: int
    flags: int
    op: int
    mask: int
    last_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRow:
    """An open position of a decided or closed market."""

    market: Pubkey
    address: Pubkey
    owner: Pubkey
    payer: Pubkey
    credit: int
    shares: tuple[int, ...]
    orphan: bool
    """Whether its market is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolutionRow:
    """A resolution whose account stands."""

    market: Pubkey
    proposer: Pubkey
    disputer: Pubkey
    payer: Pubkey
    window_end: int
    bond: int
    owed: int
    publish_time: int
    proposed: int
    final_outcome: int
    flags: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A sealed block's place, by its hash."""

    slot: int
    height: int


_KEYS = ("market", "creator", "mint", "payer", "vault_payer", "fee_to", "source", "resolver_to")
_MARKET = (
    *_KEYS,
    *("state", "created_slot", "open", "lock", "event", "void_after", "deadline", "strike_until", "strike_off"),
    *(
        "supply",
        "fees_owed",
        "escrow",
        "vault",
        "num",
        "den",
        "engine",
        "n",
        "source_kind",
        "flags",
        "op",
        "mask",
        "last_seq",
    ),
)

_DUE = """
    m.state IN ('finalized', 'void', 'rejected', 'resolving', 'disputed', 'contested')
    OR m.state IN ('proposed', 'approved') AND m.deadline <= %(now)s
    OR m.state IN ('active', 'locked', 'halted') AND (
        m.source_kind = 0 AND m.op = 4 AND m.flags & 8 = 0 AND m.open <= %(now)s
        OR m.source_kind = 0 AND m.event <= %(now)s
        OR m.void_after <= %(now)s
        OR m.flags & 2 <> 0 AND m.deadline <= %(now)s
        OR m.flags & 16 <> 0 AND m.strike_until <= %(now)s)"""


_MARKETS = sql.SQL(
    "SELECT {} FROM chain.v1_market m WHERE NOT m.degraded AND m.state <> 'closed' AND ({})"
    " ORDER BY m.created_slot, m.market LIMIT {}"
).format(sql.SQL(", ").join(sql.Identifier("m", n) for n in _MARKET), sql.SQL(_DUE), sql.Literal(MARKETS_MAX))


async def head(connection: Connection) -> Head | None:
    """The head row; None while the indexer has not made its first one."""
    found = await connection.execute(
        "SELECT genesis, sealed_slot, sealed_height, coalesce(extract(epoch FROM sealed_time), 0)::bigint, final_slot,"
        " final_height, tip_slot, updated_at > clock_timestamp() - make_interval(secs => %s) FROM chain.v1_head",
        (STALE_S,),
    )
    row = await found.fetchone()
    if row is None:
        return None
    genesis, sealed, height, now, final, final_height, tip, fresh = row
    return Head(
        genesis=genesis,
        sealed_slot=sealed,
        sealed_height=height,
        now=now,
        final_slot=final,
        final_height=final_height,
        tip_slot=tip,
        fresh=fresh,
    )


async def blockhashes(connection: Connection, hashes: Sequence[str]) -> dict[str, Sealed]:
    """Slot and height of those hashes that belong to sealed blocks."""
    found = await connection.execute(
        "SELECT blockhash, slot, height FROM chain.v1_slot WHERE blockhash = ANY(%s)", (list(hashes),)
    )
    return {blockhash: Sealed(slot=slot, height=height) for blockhash, slot, height in await found.fetchall()}


async def markets(connection: Connection, *, now: int) -> tuple[MarketRow, ...]:
    """Markets in which something may be due at this block time, oldest first; degraded ones are left out."""
    found = await connection.execute(
        _MARKETS,
        {"now": now},
    )
    return tuple(_market(row) for row in await found.fetchall())


async def positions(connection: Connection) -> tuple[PositionRow, ...]:
    """Open positions of decided markets, and of markets that are gone, in address order."""
    found = await connection.execute(
        "SELECT p.market, p.address, p.owner, p.payer, p.credit, p.shares, m.state = 'closed' FROM chain.v1_position p"
        " JOIN chain.v1_market m ON m.market = p.market"
        " WHERE p.state = 'open' AND m.state IN ('finalized', 'void', 'closed') AND NOT m.degraded"
        " ORDER BY p.market, p.address LIMIT %s",
        (POSITIONS_MAX,),
    )
    return tuple(
        PositionRow(
            market=Pubkey.from_string(market),
            address=Pubkey.from_string(address),
            owner=Pubkey.from_string(owner),
            payer=Pubkey.from_string(payer),
            credit=int(credit),
            shares=tuple(int(s) for s in shares),
            orphan=orphan,
        )
        for market, address, owner, payer, credit, shares, orphan in await found.fetchall()
    )


async def resolutions(connection: Connection) -> tuple[ResolutionRow, ...]:
    """Resolutions whose account is there."""
    found = await connection.execute(
        "SELECT market, proposer, disputer, payer, window_end, bond, owed, publish_time, proposed, final_outcome,"
        " flags FROM chain.v1_resolution"
        " WHERE closed_slot IS NULL"
    )
    return tuple(_resolution(row) for row in await found.fetchall())


def _resolution(row: TupleRow) -> ResolutionRow:
    market, proposer, disputer, payer, window_end, bond, owed, publish, proposed, final_outcome, flags = row
    return ResolutionRow(
        market=Pubkey.from_string(market),
        proposer=Pubkey.from_string(proposer),
        disputer=Pubkey.from_string(disputer),
        payer=Pubkey.from_string(payer),
        window_end=window_end,
        bond=int(bond),
        owed=int(owed),
        publish_time=publish,
        proposed=proposed,
        final_outcome=final_outcome,
        flags=flags,
    )


async def treasury(connection: Connection) -> Pubkey | None:
    """Config.treasury, None before the configuration."""
    found = await connection.execute("SELECT treasury FROM chain.v1_config")
    row = await found.fetchone()
    return None if row is None else Pubkey.from_string(row[0])


FEE_OF: LiteralString = "(SELECT t.fee FROM chain.v1_transaction t WHERE t.signature = {})"
"""What a transaction cost, lamports, as the mirror saw it; null before it did. A part of a statement."""


async def absent(connection: Connection, attempts: Sequence[Attempt], *, asked: frozenset[str]) -> Proof | None:
    """R4 (d) by the mirror: final past the last valid height, no block missing, all from another endpoint.

    Heights without a hole show that none is missing, not even one whose loss an operator accepted.
    """
    oldest = min(a.blockhash_slot for a in attempts)
    found = await connection.execute(
        "SELECT h.final_slot, h.final_height,"
        " (SELECT count(*) FROM chain.v1_transaction t WHERE t.signature = ANY(%(signatures)s)),"
        " (SELECT min(s.slot) FROM chain.v1_slot s),"
        " (SELECT count(*) FROM chain.v1_slot s WHERE s.slot BETWEEN %(oldest)s AND h.final_slot"
        "   AND split_part(s.source_endpoint, '#', 1) = ANY(%(asked)s)),"
        " (SELECT max(s.height) - min(s.height) + 1 - count(*) FROM chain.v1_slot s"
        "   WHERE s.slot BETWEEN %(oldest)s AND h.final_slot)"
        " FROM chain.v1_head h",
        {"signatures": [a.signature for a in attempts], "oldest": oldest, "asked": sorted(asked)},
    )
    row = await found.fetchone()
    if row is None:
        return None
    final_slot, final_height, known, first, same, lost = row
    if known or same or lost != 0 or first is None or first > oldest:
        return None
    if final_height <= max(a.lvbh for a in attempts):
        return None
    return Proof(
        endpoint="mirror",
        height=final_height,
        slot=final_slot,
        effect_read=False,
        statuses_slot=final_slot,
        history_floor=first,
    )


def _market(row: TupleRow) -> MarketRow:
    values: dict[str, Any] = dict(zip(_MARKET, row, strict=True))
    for name in _KEYS:
        values[name] = Pubkey.from_string(values[name])
    for name in ("supply", "fees_owed"):
        values[name] = tuple(int(v) for v in values[name])
    for name in ("escrow", "vault", "num", "den"):
        values[name] = int(values[name])
    return MarketRow(**values)
