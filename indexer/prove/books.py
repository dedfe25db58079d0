"""Makes the account of an order book from its orders and seats, to compare it with the chain's. Pure; used by compare.

An order's place is in its row; a freed place, level or seat is zeros again, so the account follows from what rests.
"""

from collections.abc import Sequence

from idl.accounts import Book
from indexer.fold.rows import BookOrder, Market, Seat
from indexer.fold.work import base58

TICKS, SIDE_ORDERS, ORDERS, SEATS = 99, 64, 128, 48
NONE = 255
WORD = 1 << 64
NOBODY = base58(bytes(32))
LIVE = frozenset({"OPEN", "PARTIAL"})

# head, tail of a level; seq, client_id, expiry, lots, seat, tick, sells, next, prev of an order; owner, locked, credit,
# shares of a seat.
Level = tuple[int, int]
Place = tuple[int, int, int, int, int, int, int, int, int]
FREE: Place = (0, 0, 0, 0, 0, 0, 0, 0, 0)
Chair = tuple[str, int, int, tuple[int, ...]]


def wanted(market: Market, orders: Sequence[BookOrder], seats: Sequence[Seat]) -> dict[str, object]:
    """The fields of a market's book."""
    taken = {seat.owner: seat for seat in seats if seat.seat != NONE}
    live = sorted((o for o in orders if o.status in LIVE and o.owner in taken), key=lambda order: order.order_id)
    levels: dict[int, list[BookOrder]] = {}
    for order in live:
        levels.setdefault(order.ask * TICKS + order.book_tick - 1, []).append(order)
    return {
        "market": market.market,
        "payer": market.vault_payer,
        "levels": tuple(_bits(levels, side) for side in (False, True)),
        "used": tuple(sum(1 << o.index % SIDE_ORDERS for o in live if o.ask is side) for side in (False, True)),
        "seated": sum(1 << seat.seat for seat in taken.values()),
        "order_seq": max((order.order_id for order in orders), default=0),
        "ticks": tuple(_level(levels.get(n, [])) for n in range(2 * TICKS)),
        "orders": _places(levels, taken),
        "seats": _chairs(taken),
    }


def found(book: Book) -> dict[str, object]:
    """The same fields as the account has them."""
    return {
        "market": base58(book.market),
        "payer": base58(book.payer),
        "levels": tuple(tuple(pair) for pair in book.levels),
        "used": tuple(book.used),
        "seated": book.seated,
        "order_seq": book.order_seq,
        "ticks": tuple((tick.head, tick.tail) for tick in book.ticks),
        "orders": tuple(
            (o.seq, o.client_id, o.expiry, o.lots, o.seat, o.tick, o.sells, o.next, o.prev) for o in book.orders
        ),
        "seats": tuple((base58(s.owner), s.locked, s.credit, tuple(s.shares)) for s in book.seats),
    }


def _bits(levels: dict[int, list[BookOrder]], ask: bool) -> tuple[int, int]:
    """The ticks of one side that have orders: bit t of two words."""
    bits = sum(1 << group[0].book_tick for group in levels.values() if group[0].ask is ask)
    return bits % WORD, bits // WORD


def _level(group: Sequence[BookOrder]) -> Level:
    """Places of the oldest and the newest order of a level; zeros where it has none."""
    return (group[0].index, group[-1].index) if group else (0, 0)


def _places(levels: dict[int, list[BookOrder]], taken: dict[str, Seat]) -> tuple[Place, ...]:
    """Every order at its place, linked to the next newer and the next older one of its level."""
    places: list[Place] = [FREE] * ORDERS
    for group in levels.values():
        around = [NONE, *(order.index for order in group), NONE]
        for n, order in enumerate(group):
            lots, seat = order.lots - order.filled_lots, taken[order.owner].seat
            sells = int(order.side == "sell")
            places[order.index] = (
                order.order_id, order.client_id, order.expiry, lots, seat, order.book_tick, sells, around[n + 2],
                around[n],
            )  # fmt: skip
    return tuple(places)


def _chairs(taken: dict[str, Seat]) -> tuple[Chair, ...]:
    """Every seat at its number."""
    chairs: list[Chair] = [(NOBODY, 0, 0, (0, 0))] * SEATS
    for seat in taken.values():
        chairs[seat.seat] = (seat.owner, seat.locked, seat.credit, seat.shares)
    return tuple(chairs)
