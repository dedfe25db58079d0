"""Markets: lists, one market, its odds, activity, positions and quotes."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, PathParameter, QueryParameter
from solders.pubkey import Pubkey

from idl.enums import EffectiveState, Engine

from .. import activity, build
from ..build import trade
from ..errors import InvalidRequest, UnknownMarket
from ..frames import odds
from ..queries import building as building_sql
from ..queries import markets as sql
from ..queries import positions as position_sql
from ..queries.read import Read, Reader
from ..schemas import wire
from ..schemas.markets import Activity, Market, OddsPoint, Quote
from ..schemas.positions import Position
from ..schemas.wire import Answer, Listing

Limit = Annotated[int, QueryParameter(ge=1, le=wire.PAGE_MAX, description="rows a page")]
Cursor = Annotated[str | None, QueryParameter(max_length=300, description="`next_cursor` of the page before")]
MarketPath = Annotated[str, PathParameter(max_length=120, description="address or slug")]


@get("/v1/markets", tags=["markets"], summary="Markets")
async def markets(
    reader: NamedDependency[Reader],
    status: Annotated[str | None, QueryParameter(max_length=200, description="states, by comma")] = None,
    creator: FromQuery[str | None] = None,
    mint: FromQuery[str | None] = None,
    engine: FromQuery[Literal["parimutuel", "lmsr", "book"] | None] = None,
    ends_before: Annotated[
        int | None, QueryParameter(ge=0, le=wire.I64_MAX, description="unix seconds; lock is before")
    ] = None,
    q: Annotated[str | None, QueryParameter(max_length=100, description="part of the question")] = None,
    sort: FromQuery[Literal["volume", "created", "ends", "trending"]] = "created",
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Listing[Market]:
    """Filtered, ordered, paged; trending is the volume of 24 h times its distinct traders."""
    return await reader.page(
        sql.LISTS[sort],
        limit,
        cursor,
        states=_states(status),
        creator=creator and str(wire.address(creator, field="creator")),
        mint=mint and str(wire.address(mint, field="mint")),
        engine=None if engine is None else int(Engine[engine.upper()]),
        ends_before=ends_before,
        q=None if q is None else f"%{_literal(q)}%",
    )


@get("/v1/markets/{market:str}", tags=["markets"], summary="One market")
async def market(market: MarketPath, reader: NamedDependency[Reader]) -> Answer[Market]:
    """By address or slug."""
    found = await find(reader, market)
    return found.answer(found.rows[0])


@get("/v1/markets/{market:str}/odds", tags=["markets"], summary="The odds so far")
async def market_odds(
    market: MarketPath,
    reader: NamedDependency[Reader],
    points: Annotated[int, QueryParameter(ge=2, le=500, description="at most so many points")] = 200,
) -> Listing[OddsPoint]:
    """Oldest first; a long history is thinned evenly, the newest point is always there."""
    address = await resolve(reader, market)
    found = await reader.read(sql.ODDS, subject=address, points=points)
    return found.listing([_point(row) for row in found.rows], None)


@get("/v1/markets/{market:str}/activity", tags=["markets"], summary="What happened in a market")
async def market_activity(
    market: MarketPath, reader: NamedDependency[Reader], limit: Limit = 20, cursor: Cursor = None
) -> Listing[Activity]:
    """Every event, newest first, decoded from the bytes that the chain recorded."""
    address = await resolve(reader, market)
    page = await reader.page(sql.ACTIVITY, limit, cursor, subject=address)
    return wire.mapped(page, activity.of_event)


@get("/v1/markets/{market:str}/positions", tags=["markets"], summary="Who holds what")
async def market_positions(
    market: MarketPath, reader: NamedDependency[Reader], limit: Limit = 20, cursor: Cursor = None
) -> Listing[Position]:
    """The largest stakes first; closed positions keep their history."""
    address = await resolve(reader, market)
    return await reader.page(position_sql.OF_MARKET, limit, cursor, subject=address)


@get("/v1/markets/{market:str}/quote", tags=["markets"], summary="What a stake or a trade would bring")
async def market_quote(
    market: MarketPath,
    reader: NamedDependency[Reader],
    outcome: Annotated[int, QueryParameter(ge=0, le=7)],
    amount: Annotated[str, QueryParameter(description="base units")],
    action: FromQuery[Literal["stake", "buy", "sell"]] = "stake",
    slippage_bps: Annotated[int, QueryParameter(ge=0, le=1000)] = 200,
) -> Answer[Quote]:
    """Exact, by the same integers as the program; `amount` of a sale is shares; `error`: why it could not land now."""
    value = wire.amount(amount, field="amount")
    address = market if _is_address(market) else await resolve(reader, market)
    found = await reader.read(building_sql.FACTS, subject=address, wallet="")
    if not found.rows:
        raise UnknownMarket(field="market")
    facts = found.rows[0]
    asked = {"outcome": outcome, "amount": value, "slippage_bps": slippage_bps}
    asked |= {"pause": facts.pause, "now": found.head.sealed_time}
    if action == "stake":
        return found.answer(build.quote(facts.market, **asked))
    return found.answer(trade.quote(facts.market, action, **asked))


def _point(row: OddsPoint) -> OddsPoint:
    """A pool's odds follow from its supply; the others' are stored with the trade."""
    return msgspec.structs.replace(row, odds=odds([int(part) for part in row.supply])) if row.supply else row


async def find(reader: Reader, market: str) -> Read[Market]:
    """The market that an address or slug names; raises UnknownMarket."""
    by_address = _is_address(market)
    found = await reader.read(sql.ONE if by_address else sql.ONE_BY_SLUG, market if by_address else None, market=market)
    if not found.rows:
        raise UnknownMarket(field="market")
    return found


async def resolve(reader: Reader, market: str) -> str:
    """The address that an address or slug names; raises UnknownMarket."""
    return (await find(reader, market)).rows[0].address


def _is_address(text: str) -> bool:
    try:
        Pubkey.from_string(text)
    except ValueError:
        return False
    return True


def _states(text: str | None) -> list[str] | None:
    if text is None:
        return None
    names = text.split(",")
    unknown = [name for name in names if name not in set(EffectiveState)]
    if unknown:
        known = ", ".join(EffectiveState)
        raise InvalidRequest(f"No state is called {unknown[0]!r}: there are {known}.", field="status")
    return names


def _literal(text: str) -> str:
    """Text that LIKE takes as it is."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
