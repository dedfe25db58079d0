"""Closes the book of a decided market once its seats are swept; its rent goes back to who paid it."""

from collections.abc import Iterator

from idl import addresses
from idl.enums import Flag
from idl.instructions import close_book
from relayer.keepers.kind import CrankKind, Due, Keeper, all_gone, crank
from relayer.keepers.world import DECIDED, World

NAME = "close_book"


def due(world: World) -> Iterator[Due]:
    """Decided markets with a book in which nobody sits."""
    for market in world.markets:
        if market.state not in DECIDED or not market.flags & Flag.HAS_BOOK or world.seated(market.market):
            continue
        book = addresses.book(market.market).address
        call = close_book(market=market.market, book=book, payer=market.vault_payer)
        yield Due(kind=NAME, subject=str(market.market), episode="close", crank=crank(call, book))


KEEPER = Keeper(kind=CrankKind(name=NAME, judge=all_gone), due=due)
