"""The tables of what traders did: trades, orders of a book, their fills. Folded from events."""

from datetime import datetime

from sqlalchemy import Boolean, Index
from sqlmodel import Field

from indexer.tables.columns import base58, big, moment, text, u64, u64s, u128
from indexer.tables.projections.base import Projections


class Trade(Projections, table=True):
    """One trade of shares as it happened: with the market maker, by whole sets, or an order that met others.

    side: buy, sell, split or merge; amount: collateral atoms paid or received, the fee within; prices: the implied
    chance of each outcome after it, millionths; volume: the market's after it.
    """

    __table_args__ = (Index("trade_slot", "market", "slot"), Index("trade_actor", "actor", "slot"))

    market: str = base58(key=True)
    seq: int = big(key=True, autoincrement=False)
    actor: str = base58()
    side: str = text()
    outcome: int = big()
    amount: int = u128()
    shares: int = u64()
    fee: int = u64()
    price: int = u64()
    prices: list[int] = u64s()
    volume: int = u128()
    slot: int = big()
    ts: datetime = moment()
    signature: str = base58()


class BookOrder(Projections, table=True):
    """One order of a book, from its placing to its end.

    outcome, side and tick as its maker said them; status: OPEN, PARTIAL, FILLED, CANCELLED or EXPIRED; filled_lots of
    lots; ask and book_tick: where it rests in YES terms; index: its slot in the Book account.
    """

    __tablename__ = "book_order"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("book_order_status", "market", "status"), Index("book_order_owner", "owner", "slot"))

    market: str = base58(key=True)
    order_id: int = big(key=True, autoincrement=False)
    owner: str = base58()
    outcome: int = big()
    side: str = text()
    tick: int = big()
    lots: int = u64()
    filled_lots: int = u64()
    status: str = text()
    ask: bool = Field(sa_type=Boolean)
    book_tick: int = big()
    index: int = big()
    expiry: int = big()
    client_id: int = u64()
    seq: int = big()
    slot: int = big()
    ts: datetime = moment()
    signature: str = base58()


class Fill(Projections, table=True):
    """One match of an order with one that rested.

    tick: the maker's, in YES terms; how: mint, merge or transfer.
    """

    __table_args__ = (Index("fill_slot", "market", "slot"), Index("fill_maker", "maker", "slot"))

    market: str = base58(key=True)
    seq: int = big(key=True, autoincrement=False)
    n: int = big(key=True, autoincrement=False)
    taker: str = base58()
    maker: str = base58()
    order_id: int = big()
    tick: int = big()
    lots: int = u64()
    how: str = text()
    slot: int = big()
    ts: datetime = moment()


class Seat(Projections, table=True):
    """What one maker has in a book: every field of the seat in its account.

    seat: its number, 255 once it is free; locked: collateral and shares in its orders, cash: the collateral of it;
    credit and shares: free to be swept.
    """

    market: str = base58(key=True)
    owner: str = base58(key=True)
    seat: int = big()
    locked: int = u64()
    cash: int = u64()
    credit: int = u64()
    shares: list[int] = u64s()
    last_seq: int = big()
