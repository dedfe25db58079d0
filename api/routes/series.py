"""Series and sums: candles of any engine's prices, a market's figures and holders, the platform's days."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from ..queries import series as sql
from ..queries.read import Reader
from ..schemas.series import Candle, Day, MarketHolder, Stats
from ..schemas.wire import Answer, Listing
from .markets import Cursor, Limit, MarketPath, resolve

# Width in seconds, and that of the stored candles it is made of.
INTERVALS: Final = {
    "1m": (60, 60), "5m": (300, 60), "15m": (900, 60), "1h": (3_600, 3_600), "4h": (14_400, 3_600),
    "1d": (86_400, 86_400),
}  # fmt: skip
Outcome = Annotated[int, QueryParameter(ge=0, le=7)]


@get("/v1/markets/{market:str}/candles", tags=["markets"], summary="Candles of an outcome's price")
async def market_candles(
    market: MarketPath,
    reader: NamedDependency[Reader],
    outcome: Outcome = 0,
    interval: FromQuery[Literal["1m", "5m", "15m", "1h", "4h", "1d"]] = "1h",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Listing[Candle]:
    """Newest first: the price after each trade, of an order book that of each fill."""
    width, base = INTERVALS[interval]
    address = await resolve(reader, market)
    return await reader.page(sql.CANDLES, limit, cursor, subject=address, outcome=outcome, width=width, base=base)


@get("/v1/markets/{market:str}/stats", tags=["markets"], summary="A market in figures")
async def market_stats(market: MarketPath, reader: NamedDependency[Reader]) -> Answer[Stats]:
    """All time, and the volume of the last 24 hours."""
    found = await reader.read(sql.STATS, subject=await resolve(reader, market))
    return found.answer(found.rows[0])


@get("/v1/markets/{market:str}/holders", tags=["markets"], summary="Who holds an outcome's shares")
async def market_holders(
    market: MarketPath,
    reader: NamedDependency[Reader],
    outcome: Outcome = 0,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Listing[MarketHolder]:
    """The most shares first."""
    address = await resolve(reader, market)
    return await reader.page(sql.HOLDERS, limit, cursor, subject=address, outcome=outcome)


@get("/v1/analytics/platform", tags=["platform"], summary="The platform's days")
async def analytics_platform(
    reader: NamedDependency[Reader], days: Annotated[int, QueryParameter(ge=1, le=366)] = 30
) -> Listing[Day]:
    """Newest first, one row a day and collateral; days without anything are left out."""
    found = await reader.read(sql.DAYS, days=days)
    return found.listing(found.rows, None)
