"""The rows of what traders did: trades, orders of a book, their fills. Pure; used by fold and store."""

from datetime import datetime
from typing import ClassVar

from indexer.model import Row


class Trade(Row, frozen=True, gc=False):
    """One trade of shares as it happened: with the market maker, by whole sets, or an order that met others."""

    table: ClassVar[str] = "trade"
    key: ClassVar[tuple[str, ...]] = ("market", "seq")

    market: str
    seq: int
    actor: str
    side: str
    outcome: int
    amount: int
    shares: int
    fee: int
    price: int
    prices: tuple[int, ...]
    volume: int
    slot: int
    ts: datetime
    signature: str


class BookOrder(Row, frozen=True, gc=False):
    """One order of a book, from its placing to its end."""

    table: ClassVar[str] = "book_order"
    key: ClassVar[tuple[str, ...]] = ("market", "order_id")

    market: str
    order_id: int
    owner: str
    outcome: int
    side: str
    tick: int
    lots: int
    filled_lots: int
    status: str
    ask: bool
    book_tick: int
    index: int
    expiry: int
    client_id: int
    seq: int
    slot: int
    ts: datetime
    signature: str


class Fill(Row, frozen=True, gc=False):
    """One match of an order with one that rested."""

    table: ClassVar[str] = "fill"
    key: ClassVar[tuple[str, ...]] = ("market", "seq", "n")

    market: str
    seq: int
    n: int
    taker: str
    maker: str
    order_id: int
    tick: int
    lots: int
    how: str
    slot: int
    ts: datetime


class Seat(Row, frozen=True, gc=False):
    """What one maker has in a book: every field of the seat in its account."""

    table: ClassVar[str] = "seat"
    key: ClassVar[tuple[str, ...]] = ("market", "owner")

    market: str
    owner: str
    seat: int
    locked: int
    cash: int
    credit: int
    shares: tuple[int, ...]
    last_seq: int
