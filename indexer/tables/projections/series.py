"""The tables of series over time: candles of prices, what happened on a day. Folded from events."""

from indexer.tables.columns import base58, big, u64, u128
from indexer.tables.projections.base import Projections


class Candle(Projections, table=True):
    """The prices of one outcome in one stretch of time, millionths: after each trade, of a book those of its fills.

    interval: seconds, 60, 3600 or 86400; bucket: its first second, unix; a stretch without a trade has none.
    volume: atoms traded on this outcome; trades: those that set the price of any.
    """

    market: str = base58(key=True)
    outcome: int = big(key=True, autoincrement=False)
    interval: int = big(key=True, autoincrement=False)
    bucket: int = big(key=True, autoincrement=False)
    open: int = u64()
    high: int = u64()
    low: int = u64()
    close: int = u64()
    volume: int = u128()
    trades: int = big()


class PlatformDay(Projections, table=True):
    """What one market or pool added to one day, so that each can be folded alone; the platform's day is their sum.

    day: since 1970, UTC; volume: atoms traded; fees: atoms that fees owed grew by; paid: payouts and dividends, atoms.
    """

    __tablename__ = "platform_day"  # pyright: ignore[reportAssignmentType]

    day: int = big(key=True, autoincrement=False)
    subject: str = base58(key=True)
    mint: str = base58()
    trades: int = big()
    volume: int = u128()
    fees: int = u128()
    paid: int = u128()
