"""The model's nouns: what a market is when nothing is said about accounts, bytes or programs.

Amounts are atoms of the market's mint, rents lamports, times unix seconds. People, mints and states go by name. A sum
that can be had from its parts is never stored: the supply of an outcome is what its holders hold.
"""

from dataclasses import dataclass, field
from typing import Final

RENT_PER_BYTE: Final = 6_960
RENT_HEAD: Final = 128
SOL_MINT: Final = "SOL"
POOL: Final = "pool"
DECIDED: Final = ("Finalized", "Void")
UNCLAIMED_S: Final = 30 * 86_400


class Why(set[str]):
    """The reasons for which a step must be refused; empty: it must land. Calling it adds a reason where it holds."""

    def __call__(self, reason: str, holds: bool) -> None:
        if holds:
            self.add(reason)


def rent(size: int) -> int:
    """Lamports that an account of so many bytes must hold."""
    return RENT_PER_BYTE * (RENT_HEAD + size)


@dataclass(slots=True)
class Holding:
    """What one wallet holds in a market, and the nonces it has used up."""

    payer: str
    shares: list[int]
    credit: int = 0
    seat: int | None = None
    used: set[int] = field(default_factory=set)

    @property
    def top(self) -> int:
        """The greatest nonce used."""
        return max(self.used, default=0)

    def fresh(self, nonce: int) -> bool:
        """Whether a nonce may still act: never used, and not 64 or more behind the greatest."""
        return nonce > 0 and nonce not in self.used and nonce > self.top - 64


@dataclass(slots=True)
class Strike:
    """The price to beat of an UPDOWN market."""

    price: int
    expo: int
    publish: int
    until: int
    wide: bool


@dataclass(slots=True)
class Vote:
    """A weight put on an outcome of a dispute (round 1), or a voice about a proposal (round 0)."""

    side: int
    weight: int


@dataclass(slots=True)
class Resolution:
    """Who says how the market ended, and what is at stake for it."""

    proposer: str
    payer: str
    outcome: int
    window_end: int
    bond: int = 0
    quorum: int = 0
    by_source: bool = False
    publish: int = 0
    disputer: str = ""
    final: int | None = None
    timeout: bool = False
    tally: dict[int, int] = field(default_factory=dict)
    bonds_paid: set[str] = field(default_factory=set)
    owed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the admin may change. A market keeps what it was made with; shares are in 1/10000, times in seconds."""

    guardian: str
    council: str
    mode: int
    protocol_fee_bps: int
    approve_bps: int
    bond_bps: int
    quorum_bps: int
    overturn_bps: int
    slash_bps: int
    min_dur_s: int
    max_dur_s: int
    proposal_s: int
    activate_s: int
    vote_s: int
    council_s: int
    void_delay_s: int
    gate_s: int
    config_delay_s: int
    quorum_voters: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the admin says of a mint. A market keeps what it was made with, but for the subsidy."""

    min_stake: int
    max_stake: int
    min_subsidy: int
    min_bond: int
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Announced:
    """A change of the settings to come: new values by name, who is offered the admin's place, from when on."""

    values: tuple[tuple[str, int | str], ...]
    heir: str
    eta: int


@dataclass(slots=True)
class Terms:
    """What is fixed when a market is made; `fee_to` "pool": the creator's fees are dividends of the creator's pool."""

    engine: int
    n: int
    mint: str
    price: bool
    op: int
    open: int
    lock: int
    event: int
    resolve_by: int
    void_after: int
    dispute_s: int
    fee_bps: tuple[int, int, int]
    created_slot: int
    source: str
    fee_to: str
    rules: Settings
    bounds: Bounds
    strike: int = 0
    lot_k: int = 0


@dataclass(slots=True)
class Market:
    """One question. `vault` and `bonds` are what its two token accounts hold."""

    k: int
    terms: Terms
    state: str
    deadline: int
    holders: dict[str, Holding] = field(default_factory=dict)
    voters: dict[tuple[int, str], Vote] = field(default_factory=dict)
    voices: list[int] = field(default_factory=lambda: [0, 0])
    vault: int = 0
    bonds: int = 0
    fees: list[int] = field(default_factory=lambda: [0, 0, 0])
    halted: bool = False
    unwrapped: bool = False
    strike: Strike | None = None
    strike_final: bool = False
    payout: tuple[int, int, int] | None = None
    resolver_to: str = ""
    resolution: Resolution | None = None
    subsidy: int = 0
    b: int = 0
    cost: int = 0
    book: object = None

    @property
    def decided(self) -> bool:
        """Whether the payout stands."""
        return self.state in DECIDED

    @property
    def native(self) -> bool:
        """Whether the collateral is SOL."""
        return self.terms.mint == SOL_MINT

    def supply(self) -> list[int]:
        """Shares of each outcome: what the positions hold, and what the book holds for them."""
        sums = [sum(one.shares[i] for one in self.holders.values()) for i in range(self.terms.n)]
        in_book = self.book.shares() if self.book is not None else [0] * self.terms.n  # type: ignore[attr-defined]
        return [a + b for a, b in zip(sums, in_book, strict=True)]

    def escrow(self) -> int:
        """Collateral that is its owners' own: free credit, and what orders and seats hold."""
        in_book = self.book.collateral() if self.book is not None else 0  # type: ignore[attr-defined]
        return sum(one.credit for one in self.holders.values()) + in_book

    def paid_for(self, holding: Holding) -> int:
        """What a decided market pays for a holding."""
        assert self.payout is not None
        mask, num, den = self.payout
        masked = sum(amount for i, amount in enumerate(holding.shares) if mask >> i & 1)
        return masked * num // den + holding.credit


@dataclass(slots=True)
class Fan:
    """What one wallet holds in a creator's pool. `debt`: what a share had earned when it came, in 2^-32 atoms."""

    shares: int = 0
    debt: int = 0
    pending: int = 0
    locked_until: int = 0
    used: set[int] = field(default_factory=set)

    @property
    def top(self) -> int:
        """The greatest nonce used."""
        return max(self.used, default=0)

    def fresh(self, nonce: int) -> bool:
        """Whether a nonce may still act."""
        return nonce > 0 and nonce not in self.used and nonce > self.top - 64


def sum_of_squares(n: int) -> int:
    """1 + 4 + 9 + ... + n * n; nothing of no number."""
    return n * (n + 1) * (2 * n + 1) // 6 if n > 0 else 0


@dataclass(slots=True)
class Pool:
    """A creator's pool: the k-th share costs a * k^2 + c.

    acc: what one share earned so far, in 2^-32 atoms. unsynced: SOL in the dividends account that are no tokens yet.
    """

    mint: str
    a: int
    c: int
    lock_s: int
    reserve: int = 0
    dividends: int = 0
    recorded: int = 0
    acc: int = 0
    carry: int = 0
    unsynced: int = 0
    fans: dict[str, Fan] = field(default_factory=dict)

    def supply(self) -> int:
        """All shares."""
        return sum(one.shares for one in self.fans.values())

    def cost(self, shares: int) -> int:
        """Of the next so many shares; of the last ones, with a minus."""
        now = self.supply()
        return self.price_of_all(now + shares) - self.price_of_all(now)

    def price_of_all(self, shares: int) -> int:
        """Of so many shares from the first on."""
        return sum_of_squares(shares - 1) * self.a + shares * self.c


@dataclass(slots=True)
class World:
    """Everybody's purses, the clock, and the markets."""

    now: int
    slot: int
    tokens: dict[tuple[str, str], int]
    lamports: dict[str, int]
    settings: Settings
    bounds: dict[str, Bounds]
    markets: dict[int, Market] = field(default_factory=dict)
    frozen: set[tuple[str, str]] = field(default_factory=set)
    pause: int = 0
    admin: str = "authority"
    heir: str = ""
    announced: Announced | None = None
    pool: Pool | None = None

    def pay_rent(self, who: str, size: int, sign: int = -1) -> None:
        """A wallet pays the rent of an account; sign 1: gets it back."""
        self.lamports[who] += sign * rent(size)

    def give(self, market: Market, who: str, amount: int) -> None:
        """A market pays out: as tokens, or as SOL once its vault is unwrapped."""
        market.vault -= amount
        if who == POOL:
            self.earned(market, amount)
        elif market.unwrapped:
            self.lamports[who] += amount
        else:
            self.tokens[who, market.terms.mint] += amount

    def earned(self, market: Market, amount: int) -> None:
        """The creator's pool is paid; SOL becomes tokens when the pool is used next."""
        assert self.pool is not None
        if market.unwrapped:
            self.pool.unsynced += amount
        else:
            self.pool.dividends += amount

    def can_take(self, market: Market, who: str) -> bool:
        """Whether a wallet's token account takes tokens; its wallet always takes SOL."""
        return market.unwrapped or (who, market.terms.mint) not in self.frozen
