"""Folds series over time: candles of prices, what a market or pool added to a day. Pure; called by the folds of trades.

Time is that of the event's block. Every row belongs to one subject, so that a subject can be folded alone.
"""

from collections.abc import Sequence

import msgspec

from indexer.fold.rows import Candle, PlatformDay
from indexer.fold.work import At, Ref, Work

INTERVALS_S = (60, 3_600, 86_400)
DAY_S = 86_400


def day_ref(subject: str, ts: int) -> Ref:
    """The day that an event of a subject may add to; ts: unix seconds."""
    return (PlatformDay, (ts // DAY_S, subject))


def candle_refs(subject: str, ts: int, n: int) -> list[Ref]:
    """The candles that a trade in a market of n outcomes touches."""
    return [(Candle, (subject, i, width, ts - ts % width)) for i in range(n) for width in INTERVALS_S]


def priced(work: Work, at: At, path: Sequence[tuple[int, ...]], outcome: int, volume: int) -> None:
    """A trade of an outcome: the prices of all outcomes that it went through, in order."""
    for i in range(len(path[0])):
        line = [prices[i] for prices in path]
        for width in INTERVALS_S:
            _candle(work, at, i, width, line, volume if i == outcome else 0)


def _candle(work: Work, at: At, i: int, width: int, line: Sequence[int], volume: int) -> None:
    bucket = at.ts_unix_s - at.ts_unix_s % width
    old = work.get(Candle, at.subject, i, width, bucket) or Candle(
        at.subject, i, width, bucket, line[0], line[0], line[0], line[0], 0, 0
    )
    work.put(
        msgspec.structs.replace(
            old, high=max(old.high, *line), low=min(old.low, *line), close=line[-1], volume=old.volume + volume,
            trades=old.trades + 1,
        )
    )  # fmt: skip


def counted(work: Work, at: At, mint: str, *, trades: int = 0, volume: int = 0, fees: int = 0, paid: int = 0) -> None:
    """What an event added to its day; nothing is no row."""
    if not (trades or volume or fees or paid):
        return
    day = at.ts_unix_s // DAY_S
    old = work.get(PlatformDay, day, at.subject) or PlatformDay(day, at.subject, mint, 0, 0, 0, 0)
    work.put(
        msgspec.structs.replace(
            old, trades=old.trades + trades, volume=old.volume + volume, fees=old.fees + fees, paid=old.paid + paid
        )
    )
