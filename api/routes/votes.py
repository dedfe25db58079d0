"""Deciding: a market's resolution and its votes."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from ..errors import UnknownResolution
from ..queries import votes as sql
from ..queries.read import Reader
from ..schemas.votes import Resolution, Vote
from ..schemas.wire import Answer, Listing
from .markets import Cursor, Limit, MarketPath, resolve


@get("/v1/markets/{market:str}/resolution", tags=["markets"], summary="How a market is decided")
async def market_resolution(market: MarketPath, reader: NamedDependency[Reader]) -> Answer[Resolution]:
    """Proposal, dispute, tallies and the outcome; it stays after its account is closed."""
    found = await reader.read(sql.RESOLUTION, subject=await resolve(reader, market))
    if not found.rows:
        raise UnknownResolution
    return found.answer(found.rows[0])


@get("/v1/markets/{market:str}/votes", tags=["markets"], summary="A market's votes")
async def market_votes(
    market: MarketPath,
    reader: NamedDependency[Reader],
    only: Annotated[int | None, QueryParameter(name="round", ge=0, le=1, description="0 proposal, 1 dispute")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Listing[Vote]:
    """Newest first."""
    return await reader.page(sql.VOTES, limit, cursor, subject=await resolve(reader, market), round=only)
