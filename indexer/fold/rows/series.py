"""The rows of series over time: candles of prices, what happened on a day. Pure; used by fold and store."""

from typing import ClassVar

from indexer.model import Row


class Candle(Row, frozen=True, gc=False):
    """The prices of one outcome in one stretch of time, millionths."""

    table: ClassVar[str] = "candle"
    key: ClassVar[tuple[str, ...]] = ("market", "outcome", "interval", "bucket")

    market: str
    outcome: int
    interval: int
    bucket: int
    open: int
    high: int
    low: int
    close: int
    volume: int
    trades: int


class PlatformDay(Row, frozen=True, gc=False):
    """What one market or pool added to one day."""

    table: ClassVar[str] = "platform_day"
    key: ClassVar[tuple[str, ...]] = ("day", "subject")

    day: int
    subject: str
    mint: str
    trades: int
    volume: int
    fees: int
    paid: int
