"""Wallets and positions."""

from __future__ import annotations

from typing import Annotated, Literal

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from ..errors import UnknownPosition
from ..queries import positions as sql
from ..queries.read import Reader
from ..schemas import wire
from ..schemas.positions import Position, User
from ..schemas.wire import Answer, Listing
from .markets import Cursor, Limit


@get("/v1/positions/{address:str}", tags=["positions"], summary="One position")
async def position(address: FromPath[str], reader: NamedDependency[Reader]) -> Answer[Position]:
    """By the address of its account."""
    found = await reader.read(sql.ONE, address=str(wire.address(address, field="address")))
    if not found.rows:
        raise UnknownPosition
    return found.answer(found.rows[0])


@get("/v1/users/{wallet:str}", tags=["users"], summary="A wallet's figures")
async def user(wallet: FromPath[str], reader: NamedDependency[Reader]) -> Answer[User]:
    """Sums over all its markets; a wallet that never staked has zeros."""
    found = await reader.read(sql.USER, wallet=str(wire.address(wallet, field="wallet")))
    return found.answer(found.rows[0])


@get("/v1/users/{wallet:str}/positions", tags=["users"], summary="A wallet's positions")
async def user_positions(
    wallet: FromPath[str],
    reader: NamedDependency[Reader],
    only: Annotated[Literal["open", "closed"] | None, QueryParameter(name="state")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Listing[Position]:
    """Newest markets first."""
    return await reader.page(sql.OF_USER, limit, cursor, wallet=str(wire.address(wallet, field="wallet")), state=only)
