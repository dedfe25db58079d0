"""Takes dead orders out of a book: expired ones, once trading is over any; key: the oldest and the market's seq."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from idl import addresses
from idl.accounts import Book
from idl.instructions import prune
from relayer.keepers.kind import CrankKind, Due, Keeper, account_in, crank
from relayer.keepers.world import World
from relayer.model import Crank, Verdict

NAME = "prune"
ORDERS_MAX = 16


def due(world: World) -> Iterator[Due]:
    """Books with dead orders, so many of them at a time."""
    for market, group in groupby(world.dead_orders, key=lambda order: order.market):
        orders = list(group)[:ORDERS_MAX]
        book = addresses.book(market).address
        call = prune(n=len(orders), market=market, book=book)
        payload = crank(call, book, facts=tuple(order.order_id for order in orders))
        episode = f"{orders[0].order_id}.{orders[0].last_seq}"
        yield Due(kind=NAME, subject=str(market), episode=episode, crank=payload)


def judge(payload: Crank, values: Sequence[bytes | None]) -> Verdict:
    """Done once none of these orders rests, or the book is gone: a seq is never given twice."""
    book = account_in(values[0])
    if not isinstance(book, Book):
        return Verdict(done=True)
    return Verdict(done=not {order.seq for order in book.orders} & set(payload.facts))


KEEPER = Keeper(kind=CrankKind(name=NAME, judge=judge), due=due)
