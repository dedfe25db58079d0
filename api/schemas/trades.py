"""Wire values of trading: trades, order books, orders."""

from __future__ import annotations

import msgspec

from .wire import Address, Amount, Price, UnixTime


class Trade(msgspec.Struct, frozen=True, kw_only=True):
    """One trade; amount is the collateral paid or received, its fee within; outcome 255 is a complete set."""

    market: Address
    seq: int
    actor: Address
    side: str
    outcome: int
    amount: Amount
    shares: Amount
    fee: Amount
    price: Price
    slot: int
    time: UnixTime
    signature: str


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """All orders that rest at one tick, in YES terms."""

    tick: int
    price: Price
    lots: Amount
    shares: Amount
    orders: int


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """The depth of a market's book in YES terms, best first; lot is the shares (and, a set, the atoms) of one lot.

    last is the price of the last fill.
    """

    market: Address
    lot: Amount
    bids: list[Level]
    asks: list[Level]
    best_bid: Price | None
    best_ask: Price | None
    mid: Price | None
    last: Price | None


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One order as its maker placed it, and what became of it."""

    market: Address
    order_id: Amount
    index: int
    owner: Address
    outcome: int
    side: str
    tick: int
    lots: Amount
    filled_lots: Amount
    status: str
    expiry: UnixTime
    client_id: Amount
    slot: int
    time: UnixTime
    signature: str
