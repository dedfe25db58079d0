"""Wire values of positions and wallets."""

from __future__ import annotations

import msgspec

from .wire import Address, Amount


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """One wallet's stake in one market; claimable is what a claim would pay now (0 while undecided)."""

    address: Address
    market: Address
    owner: Address
    payer: Address
    question: str
    slug: str
    mint: Address
    market_state: str
    winner: int | None
    shares: list[Amount]
    staked: Amount
    credit: Amount
    claimable: Amount
    payout: Amount
    realised: Amount
    state: str
    last_nonce: Amount
    stake_signature: str
    payout_signature: str | None
    degraded: bool


class MintTotals(msgspec.Struct, frozen=True, kw_only=True):
    """A wallet's figures in one collateral mint; pnl may be negative."""

    mint: Address
    markets: int
    volume: Amount
    staked: Amount
    pnl: str


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A wallet: its totals, and how many of its judged markets it called right."""

    wallet: Address
    totals: list[MintTotals]
    markets: int
    judged: int
    right: int
    created: int
