"""Wire values of series and sums: candles, a market's figures, its holders, the platform's days."""

from __future__ import annotations

import msgspec

from .wire import Address, Amount, Price, UnixTime


class Candle(msgspec.Struct, frozen=True, kw_only=True):
    """The prices of one outcome in one stretch of time; a stretch without a trade has none."""

    time: UnixTime
    open: Price
    high: Price
    low: Price
    close: Price
    volume: Amount
    trades: int


class Stats(msgspec.Struct, frozen=True, kw_only=True):
    """A market in figures; fees: of all trades and of the decision; volume_24h: of trades, without complete sets."""

    market: Address
    volume: Amount
    volume_24h: Amount
    trades: int
    traders: int
    holders: int
    fees: Amount
    paid: Amount


class MarketHolder(msgspec.Struct, frozen=True, kw_only=True):
    """What one wallet holds of one outcome, shares in its orders and seat too; cost is what it paid for them."""

    owner: Address
    address: Address
    outcome: int
    shares: Amount
    cost: Amount


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """What happened on one day (UTC) in one collateral."""

    time: UnixTime
    mint: Address
    subjects: int
    trades: int
    volume: Amount
    fees: Amount
    paid: Amount
