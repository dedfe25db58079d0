"""What one look of `keep` reads, as one value: the mirror's due rows, prices, and what is already under way. Pure.

Helpers here answer what every keeper asks: where a wallet is paid, and which update decides a price market.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from solders.pubkey import Pubkey

from idl.addresses import ata
from idl.enums import Flag, Op, SourceKind
from idl.limits import PRICE_WINDOW_S
from idl.program import TOKEN_PROGRAM, WSOL_MINT
from relayer.budget import SECONDS_PER_DAY
from relayer.mirror import (
    Head,
    HolderRow,
    MarketRow,
    OrderRow,
    PoolRow,
    PositionRow,
    ResolutionRow,
    SeatRow,
    VoteRow,
)  # fmt: skip

UNDECIDED = ("active", "locked", "halted")
DECIDED = ("finalized", "void")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """The first accepted reading from a time on; posted once its account is on the chain (confirmed)."""

    publish: int
    prev: int
    value: int
    expo: int
    posted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that due functions may know; prices by (feed, from time)."""

    head: Head
    treasury: Pubkey
    markets: tuple[MarketRow, ...] = ()
    positions: Mapping[Pubkey, tuple[PositionRow, ...]]
    resolutions: Mapping[Pubkey, ResolutionRow]
    prices: Mapping[tuple[Pubkey, int], Price]
    tokens: Mapping[Pubkey, Pubkey]
    votes: tuple[VoteRow, ...] = ()
    seats: tuple[SeatRow, ...] = ()
    dead_orders: tuple[OrderRow, ...] = ()
    pools: tuple[PoolRow, ...] = ()
    holders: tuple[HolderRow, ...] = ()
    busy: frozenset[tuple[str, str]] = frozenset()
    unpayable: frozenset[str] = frozenset()
    """Positions that are not tried again before a later day."""
    retried: frozenset[str] = frozenset()
    """Positions that were skipped on an earlier day and are due again."""

    @property
    def day(self) -> int:
        """The day of block time."""
        return self.head.now // SECONDS_PER_DAY

    @property
    def now(self) -> int:
        """Block time of the mirror's head, unix seconds."""
        return self.head.now

    def seated(self, market: Pubkey) -> bool:
        """Whether anybody has a seat in the book of this decided market."""
        return any(seat.market == market for seat in self.seats)

    def token_program(self, mint: Pubkey) -> Pubkey:
        """The program that owns a mint."""
        return self.tokens.get(mint, TOKEN_PROGRAM)

    def account_of(self, owner: Pubkey, market: MarketRow) -> Pubkey:
        """Where a wallet is paid from a decided market: the wallet for SOL, else its canonical token account."""
        if market.mint == WSOL_MINT:
            return owner
        return ata(owner, market.mint, self.token_program(market.mint)).address


def strike_wanted(market: MarketRow) -> bool:
    """Whether an UPDOWN market still lacks a final strike."""
    final = bool(market.flags & Flag.STRIKE_FINAL)
    return market.source_kind == SourceKind.PRICE and market.op == Op.UPDOWN and not final


def wanted(market: MarketRow, now: int) -> Iterator[int]:
    """The times from which this market wants its first price: its opening, then its event."""
    if market.state not in UNDECIDED or market.source_kind != SourceKind.PRICE or now >= market.void_after:
        return
    if strike_wanted(market):
        if now >= market.open and not market.flags & Flag.STRIKE_SET:
            yield market.open
    elif now >= market.event:
        yield market.event


def deciding(world: World, market: MarketRow, at: int) -> Price | None:
    """The update that says something about time at: the first within the window, or one that proves it empty."""
    price = world.prices.get((market.source, at))
    if price is None:
        return None
    inside = price.publish <= at + PRICE_WINDOW_S
    return price if inside or price.prev < at else None
