"""Wire values of markets: terms, state, odds, activity, quotes."""

from __future__ import annotations

import msgspec

from .transactions import ProgramFault
from .wire import Address, Amount, Price, UnixTime


class Fees(msgspec.Struct, frozen=True):
    """Parts of the losers' stakes, in basis points."""

    creator: int
    resolver: int
    protocol: int


class Payout(msgspec.Struct, frozen=True):
    """A claim pays floor(sum of shares in mask * num / den)."""

    mask: int
    num: Amount
    den: Amount


class Strike(msgspec.Struct, frozen=True):
    """What the closing price is compared with: price * 10^expo."""

    price: str
    expo: int


class Market(msgspec.Struct, frozen=True, kw_only=True):
    """One market as the mirror knows it.

    liquidity (the market maker's b), subsidy and cost are of an LMSR market, lot_k (a lot is 100 of it) and escrow of
    a book; likes and dislikes are the votes on its proposal.
    """

    address: Address
    slug: str
    question: str
    creator: Address
    mint: Address
    engine: str
    state: str
    n: int
    odds: list[Price]
    supply: list[Amount]
    volume: Amount
    open: UnixTime
    lock: UnixTime
    event: UnixTime
    resolve_by: UnixTime
    void_after: UnixTime
    deadline: UnixTime
    dispute_s: int
    source_kind: str
    source: Address
    op: str | None
    strike: Strike | None
    fee_bps: Fees
    min_stake: Amount
    max_stake: Amount
    uri: str
    metadata_sha256: str
    lot_k: Amount
    subsidy: Amount
    liquidity: Amount
    cost: Amount
    escrow: Amount
    likes: int
    dislikes: int
    quorum_voters: int
    vault: Amount
    fees_owed: list[Amount]
    payout: Payout | None
    winner: int | None
    halted: bool
    created_slot: int
    closed_slot: int | None
    seq: int
    degraded: bool


class OddsPoint(msgspec.Struct, frozen=True, kw_only=True):
    """What the outcomes stood at after a stake or a trade; supply is that of a pool, elsewhere it is left empty."""

    seq: int
    slot: int
    time: UnixTime
    supply: list[Amount]
    odds: list[Price] = []


class ActivityItem(msgspec.Struct, frozen=True):
    """One payment inside an event; `skipped` where the account could not receive."""

    owner: Address
    amount: Amount
    state: str


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a market, in the words of a reader."""

    seq: int
    kind: str
    actor: Address | None
    slot: int
    time: UnixTime
    signature: str
    outcome: int | None = None
    amount: Amount | None = None
    before: str | None = None
    state: str | None = None
    price: str | None = None
    expo: int | None = None
    items: list[ActivityItem] = []


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """What a stake would do if it landed now, exactly as the program computes it."""

    market: Address
    action: str
    outcome: int
    amount: Amount
    shares: Amount
    payout: Amount
    fee: Amount
    rate_bps: int
    min_rate_bps: int
    odds_before: list[Price]
    odds_after: list[Price]
    price_impact_bps: int
    error: ProgramFault | None
