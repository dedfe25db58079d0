"""A whole order: matching, what of it rests, its fee and what its owner pays. Twin of the program's `engine/book.rs`.

`place` changes the book and the holder as the program would, or raises Refused with the program's error name; `quote`
says what an order would do now.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from idl.enums import OrderKind, Step
from idl.maths.book import NONE, Book, Fill, Order, Taken, locks, lot_of, side_of, yes_tick
from idl.maths.fees import loser_fee


class Refused(Exception):
    """The program would refuse the order; `name` is its error."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An order as its owner says it: `tick` hundredths for the outcome's share, `expiry` unix seconds (0 = never)."""

    sells: bool
    outcome: int
    tick: int
    lots: int
    kind: OrderKind = OrderKind.LIMIT
    expiry: int = 0
    client_id: int = 0
    max_matches: int = 16

    @property
    def side(self) -> int:
        """Its side of the book."""
        return side_of(self.outcome, self.sells)

    @property
    def yes(self) -> int:
        """Its price in YES terms."""
        return yes_tick(self.outcome, self.tick)


@dataclass(slots=True, kw_only=True)
class Holder:
    """An owner beside the book: free collateral, shares and seat of their Position."""

    owner: bytes
    credit: int = 0
    shares: list[int] = field(default_factory=lambda: [0, 0])
    seat: int = NONE

    def leave(self, book: Book) -> None:
        """Take over what is free in the seat."""
        if self.seat == NONE:
            return
        credit, shares = book.sweep(self.seat)
        self.credit += credit
        self.shares = [a + b for a, b in zip(self.shares, shares, strict=True)]
        if self.seat not in book.seats:
            self.seat = NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """What an order did. `total`: what it cost with fee and rest, or brought; `missing`: what the wallet paid of it."""

    taken: Taken
    fee: int
    total: int
    missing: int
    rest: int = 0
    index: int = NONE
    seq: int = 0


def place(
    book: Book, holder: Holder, request: Request, *, now: int, fee_bps: int, min_stake: int, other: Holder | None = None
) -> Placed:
    """Match an order and post what is left; raises Refused, and then nothing may be kept of book and holders."""
    taken = book.take(
        side=request.side, sells=request.sells, tick=request.yes, lots=request.lots, seat=holder.seat, now=now,
        steps=request.max_matches, kind=request.kind,
    )  # fmt: skip
    left = request.lots - taken.lots
    if left and request.kind == OrderKind.FOK:
        raise Refused("NotFilled")
    if taken.crossing and request.kind == OrderKind.POST_ONLY:
        raise Refused("WouldCross")
    locked = locks(request.side, request.sells, request.yes, left, book.k)
    rests = (
        request.kind in (OrderKind.LIMIT, OrderKind.POST_ONLY) and left and not taken.crossing and locked >= min_stake
    )
    index, seq = _post(book, holder, request, left, other, taken.fills) if rests else (NONE, 0)
    holder.leave(book)
    fee = loser_fee(taken.base, fee_bps)
    total, missing = _pay(book, holder, request, taken, fee, locked if rests else 0)
    return Placed(taken=taken, fee=fee, total=total, missing=missing, rest=left if rests else 0, index=index, seq=seq)


def _post(
    book: Book, holder: Holder, request: Request, lots: int, other: Holder | None, fills: list[Fill]
) -> tuple[int, int]:
    if holder.seat == NONE:
        holder.seat = book.sit(holder.owner)
    if holder.seat == NONE:
        _take_seat(book, other, locks(request.side, request.sells, request.yes, lots, book.k), request, fills)
        holder.seat = book.sit(holder.owner)
    if book.is_full(request.side):
        evicted = book.evicted_by(request.side, request.yes)
        if evicted is None:
            raise Refused("BookFull")
        fills.append(book.cancel(evicted, Step.EVICTED))
    return book.post(
        Order(
            side=request.side, sells=request.sells, tick=request.yes, lots=lots, seat=holder.seat,
            client_id=request.client_id, expiry=request.expiry,
        )
    )  # fmt: skip


def _take_seat(book: Book, other: Holder | None, locked: int, request: Request, fills: list[Fill]) -> None:
    """Free the seat with the least locked, if the newcomer locks at least twice that; one step, however many orders."""
    if other is None or other.seat == NONE:
        raise Refused("SeatsFull")
    held = book.seats[other.seat].locked
    places = book.orders_of(other.seat)
    if held != book.least_locked() or locked < 2 * held or len(fills) + bool(places) > request.max_matches:
        raise Refused("SeatsFull")
    fills += [book.cancel(index, Step.SEAT) for index in places]
    other.leave(book)


def _pay(book: Book, holder: Holder, request: Request, taken: Taken, fee: int, locked: int) -> tuple[int, int]:
    """Charge or credit the owner; returns what the order cost or brought, and what the wallet has to pay (atoms)."""
    outcome, _ = lot_of(request.side, request.sells, request.yes)
    filled = 100 * book.k * taken.lots
    if request.sells:
        if holder.shares[outcome] < filled + locked:
            raise Refused("SharesTooFew")
        holder.shares[outcome] -= filled + locked
        holder.credit += taken.value - fee
        return taken.value - fee, 0
    holder.shares[outcome] += filled
    cost = taken.value + fee + locked
    own = min(holder.credit, cost)
    holder.credit -= own
    return cost, cost - own


def quote(book: Book, request: Request, *, now: int, fee_bps: Sequence[int], min_stake: int) -> Placed:
    """What an order of somebody without a seat would do now, with enough shares and a free seat; raises Refused."""
    enough = 100 * book.k * request.lots
    holder = Holder(owner=bytes(32), shares=[enough, enough])
    return place(book.copy(), holder, request, now=now, fee_bps=sum(fee_bps), min_stake=min_stake)
