"""Trading: a market's trades, its order book, a wallet's orders."""

from __future__ import annotations

from typing import Annotated, Literal

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from ..errors import WrongEngine
from ..queries import trades as sql
from ..queries.read import Reader
from ..schemas import wire
from ..schemas.trades import Book, Level, Order, Trade
from ..schemas.wire import Answer, Listing
from .markets import Cursor, Limit, MarketPath, find, resolve

TICKS = 100
STATUSES = {
    "open": ["OPEN", "PARTIAL"],
    "filled": ["FILLED"],
    "cancelled": ["CANCELLED"],
    "expired": ["EXPIRED"],
}


@get("/v1/markets/{market:str}/trades", tags=["markets"], summary="A market's trades")
async def market_trades(
    market: MarketPath, reader: NamedDependency[Reader], limit: Limit = 20, cursor: Cursor = None
) -> Listing[Trade]:
    """Newest first, whatever the engine."""
    return await reader.page(sql.TRADES, limit, cursor, subject=await resolve(reader, market))


@get("/v1/markets/{market:str}/book", tags=["markets"], summary="A market's order book")
async def market_book(market: MarketPath, reader: NamedDependency[Reader]) -> Answer[Book]:
    """Depth by tick in YES terms, best first; a NO order at t rests on the other side at 100 - t."""
    one = (await find(reader, market)).rows[0]
    if one.engine != "book":
        raise WrongEngine(field="market")
    found = await reader.read(sql.DEPTH, subject=one.address)
    lot = TICKS * int(one.lot_k)
    depth = found.rows[0]
    bids = [_level(row, lot) for row in reversed(depth.levels) if not row.ask]
    asks = [_level(row, lot) for row in depth.levels if row.ask]
    mid = _price((bids[0].tick + asks[0].tick) * 5_000) if bids and asks else None
    last = None if depth.last is None else _price(depth.last * 10_000)
    return found.answer(
        Book(
            market=one.address,
            lot=str(lot),
            bids=bids,
            asks=asks,
            best_bid=bids[0].price if bids else None,
            best_ask=asks[0].price if asks else None,
            mid=mid,
            last=last,
        )
    )


@get("/v1/users/{wallet:str}/orders", tags=["users"], summary="A wallet's orders")
async def user_orders(
    wallet: FromPath[str],
    reader: NamedDependency[Reader],
    status: FromQuery[Literal["open", "filled", "cancelled", "expired"] | None] = None,
    market: Annotated[str | None, QueryParameter(max_length=44, description="of this market alone")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Listing[Order]:
    """Newest first; cancel one by its `index` and `order_id`."""
    return await reader.page(
        sql.ORDERS,
        limit,
        cursor,
        wallet=str(wire.address(wallet, field="wallet")),
        market=market and str(wire.address(market, field="market")),
        statuses=None if status is None else STATUSES[status],
    )


def _level(row: sql.Resting, lot: int) -> Level:
    return Level(
        tick=row.tick,
        price=_price(row.tick * 10_000),
        lots=row.lots,
        shares=str(int(row.lots) * lot),
        orders=row.orders,
    )


def _price(millionths: int) -> str:
    return f"{millionths // 10**6}.{millionths % 10**6:06d}"
