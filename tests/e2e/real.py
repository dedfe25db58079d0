"""Real five-minute markets and real prices, from the folder of data beside the repository where it is there."""

from __future__ import annotations

import bisect
import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import pytest

from localnet.database import ROOT

DATA = ROOT.parent / "shared" / "data"
WINDOW_S = 60
# Data have 18 decimals, prices on the chain 8.
_TO_EXPO = 10**10


@dataclass(frozen=True, slots=True)
class Tick:
    """One price at exponent -8; `prev` is the time of the tick before it, 0 of the first."""

    publish: int
    price: int
    prev: int


@dataclass(frozen=True, slots=True)
class RealMarket:
    """Up or down between two times, and how it officially ended."""

    slug: str
    start: int
    end: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Prices:
    """All ticks in order of time."""

    ticks: tuple[Tick, ...]
    times: tuple[int, ...]

    def first_from(self, time: int) -> Tick | None:
        """The first tick at or after a time: in the window it decides, after it it proves the window empty."""
        index = bisect.bisect_left(self.times, time)
        return self.ticks[index] if index < len(self.ticks) else None


def file(name: str) -> Path:
    """A file of real data; the test is skipped where it is not there."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"no real data: {name} is not in a folder shared/data beside the repository")
    return path


def read_markets() -> list[RealMarket]:
    """The 145 markets in order of time."""
    with gzip.open(file("btc-5m-markets.csv.gz"), "rt") as rows:
        return [
            RealMarket(row["slug"], int(row["start_s"]), int(row["end_s"]), row["outcome"])
            for row in csv.DictReader(rows)
        ]


def read_prices() -> Prices:
    """The 39,086 ticks, the price cut to exponent -8."""
    ticks: list[Tick] = []
    with gzip.open(file("btc-usd-ticks.csv.gz"), "rt") as rows:
        for row in csv.DictReader(rows):
            publish, rest = divmod(int(row["feed_ts_ms"]), 1000)
            assert rest == 0
            ticks.append(Tick(publish, int(row["price_e18"]) // _TO_EXPO, ticks[-1].publish if ticks else 0))
    return Prices(tuple(ticks), tuple(tick.publish for tick in ticks))
