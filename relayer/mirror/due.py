"""Rows of what may want a crank beside markets: votes, seats and dead orders of books, pools and their holders."""

from dataclasses import dataclass

from solders.pubkey import Pubkey

from relayer.mirror.market import Connection

VOTES_MAX = 2_000
SEATS_MAX = 5_000
ORDERS_MAX = 5_000
POOLS_MAX = 2_000
HOLDERS_MAX = 5_000
FRACTION_BITS = 32
"""Fraction of Pool.acc and Holder.debt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteRow:
    """A vote that may be claimed: on a proposal that is over, or in a dispute that is decided."""

    market: Pubkey
    address: Pubkey
    voter: Pubkey
    round: int
    mint: Pubkey
    orphan: bool
    """Whether its market is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatRow:
    """A taken seat of the book of a decided market."""

    market: Pubkey
    owner: Pubkey
    position: Pubkey


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """An order that rests and can fill no more: it expired, or trading is over."""

    market: Pubkey
    order_id: int
    last_seq: int
    """The market's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRow:
    """A creator's pool with shares; unsynced: fees of markets lie in its dividends account, not counted in yet."""

    pool: Pubkey
    mint: Pubkey
    dividends: Pubkey
    acc: int
    last_seq: int
    unsynced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderRow:
    """A holder of a pool's shares."""

    pool: Pubkey
    address: Pubkey
    owner: Pubkey
    shares: int
    debt: int
    pending: int
    skipped_slot: int | None

    def due(self, pool: PoolRow) -> int:
        """Dividends that a payment would pay now, base units."""
        return self.pending + (self.shares * (pool.acc - self.debt) >> FRACTION_BITS)


async def votes(connection: Connection) -> tuple[VoteRow, ...]:
    """Votes that nobody claimed yet and that may be, oldest first."""
    found = await connection.execute(
        "SELECT v.market, v.address, v.voter, v.round, m.mint, m.state = 'closed' FROM chain.v1_vote v"
        " JOIN chain.v1_market m ON m.market = v.market WHERE v.state = 'open' AND NOT m.degraded"
        " AND (v.round = 0 AND m.state <> 'proposed' OR m.state IN ('finalized', 'void', 'closed'))"
        " ORDER BY v.slot, v.address LIMIT %s",
        (VOTES_MAX,),
    )
    return tuple(
        VoteRow(
            market=Pubkey.from_string(market),
            address=Pubkey.from_string(address),
            voter=Pubkey.from_string(voter),
            round=number,
            mint=Pubkey.from_string(mint),
            orphan=orphan,
        )
        for market, address, voter, number, mint, orphan in await found.fetchall()
    )


async def seats(connection: Connection) -> tuple[SeatRow, ...]:
    """Taken seats in books of decided markets."""
    found = await connection.execute(
        "SELECT s.market, s.owner, p.address FROM chain.v1_seat s"
        " JOIN chain.v1_market m ON m.market = s.market"
        " JOIN chain.v1_position p ON p.market = s.market AND p.owner = s.owner"
        " WHERE m.state IN ('finalized', 'void') AND NOT m.degraded ORDER BY s.market, s.seat LIMIT %s",
        (SEATS_MAX,),
    )
    return tuple(
        SeatRow(market=Pubkey.from_string(m), owner=Pubkey.from_string(o), position=Pubkey.from_string(p))
        for m, o, p in await found.fetchall()
    )


async def dead_orders(connection: Connection, *, now: int) -> tuple[OrderRow, ...]:
    """Orders of undecided markets that rest and can fill no more, oldest first."""
    found = await connection.execute(
        "SELECT b.market, b.order_id, m.last_seq FROM chain.v1_book_order b"
        " JOIN chain.v1_market m ON m.market = b.market"
        " WHERE b.status IN ('OPEN', 'PARTIAL') AND NOT m.degraded"
        " AND m.state IN ('active', 'halted', 'locked', 'resolving', 'disputed', 'contested')"
        " AND (b.expiry <> 0 AND b.expiry <= %(now)s OR m.lock <= %(now)s)"
        " ORDER BY b.market, b.order_id LIMIT %(limit)s",
        {"now": now, "limit": ORDERS_MAX},
    )
    return tuple(
        OrderRow(market=Pubkey.from_string(market), order_id=int(order), last_seq=seq)
        for market, order, seq in await found.fetchall()
    )


async def pools(connection: Connection) -> tuple[PoolRow, ...]:
    """Pools with shares."""
    found = await connection.execute(
        "SELECT pool, mint, dividends, acc, last_seq, unsynced FROM chain.v1_pool"
        " WHERE supply > 0 AND NOT degraded ORDER BY created_slot, pool LIMIT %s",
        (POOLS_MAX,),
    )
    return tuple(
        PoolRow(
            pool=Pubkey.from_string(pool),
            mint=Pubkey.from_string(mint),
            dividends=Pubkey.from_string(dividends),
            acc=int(acc),
            last_seq=last_seq,
            unsynced=unsynced,
        )
        for pool, mint, dividends, acc, last_seq, unsynced in await found.fetchall()
    )


async def holders(connection: Connection) -> tuple[HolderRow, ...]:
    """Holders to whom their pool owes a dividend of at least one base unit, in address order."""
    found = await connection.execute(
        "SELECT h.pool, h.address, h.owner, h.shares, h.debt, h.pending, h.skipped_slot FROM chain.v1_holder h"
        " JOIN chain.v1_pool p ON p.pool = h.pool"
        " WHERE h.pending > 0 OR h.shares * (p.acc - h.debt) >= 4294967296 ORDER BY h.pool, h.address LIMIT %s",
        (HOLDERS_MAX,),
    )
    return tuple(
        HolderRow(
            pool=Pubkey.from_string(pool),
            address=Pubkey.from_string(address),
            owner=Pubkey.from_string(owner),
            shares=int(shares),
            debt=int(debt),
            pending=int(pending),
            skipped_slot=skipped,
        )
        for pool, address, owner, shares, debt, pending, skipped in await found.fetchall()
    )
