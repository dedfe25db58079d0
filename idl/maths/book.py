"""The order book: matching, resting and cancelling orders. Twin of market-math `book.rs` and `book/take.rs`.

All is in YES terms: a bid buys YES with collateral or sells NO shares, an ask sells YES shares or buys NO with
collateral. A lot is 100 * k shares; a YES lot at tick t costs t * k atoms, a NO lot (100 - t) * k: matching never
rounds. Orders keep their places and seats theirs, so that `account` gives the very bytes of the chain. Not frozen: a
book is what changes.
"""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from idl import accounts, types
from idl.enums import OrderKind, Step
from idl.limits import SEATS, SIDE_ORDERS, TICK_MAX

BID: Final = 0
ASK: Final = 1
LOT: Final = 100
NONE: Final = 255
NOBODY: Final = bytes(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A resting order; `sells` shares of lot_of(...) or buys them with collateral."""

    side: int
    sells: bool
    tick: int
    lots: int
    seat: int
    seq: int = 0
    client_id: int = 0
    expiry: int = 0


@dataclass(slots=True)
class Seat:
    """What one maker has in the book: `locked` in orders, the rest free (atoms, YES and NO shares)."""

    owner: bytes
    locked: int = 0
    credit: int = 0
    shares: list[int] = field(default_factory=lambda: [0, 0])


class Fill(NamedTuple):
    """What became of one order of the book; as types.Fill."""

    maker: bytes
    index: int  # pyright: ignore[reportIncompatibleMethodOverride] -- the event's own name
    seq: int
    tick: int
    lots: int
    how: Step


@dataclass(slots=True, kw_only=True)
class Taken:
    """Sums over a taker's steps: lots, collateral against their shares, what the fee is of, shares born and gone."""

    lots: int = 0
    value: int = 0
    base: int = 0
    minted: int = 0
    merged: int = 0
    crossing: bool = False
    fills: list[Fill] = field(default_factory=list)


def lot_of(side: int, sells: bool, tick: int) -> tuple[int, int]:
    """The outcome that one lot of an order is about (0 YES, 1 NO) and its share's price in hundredths."""
    return (0, tick) if (side == BID) != sells else (1, LOT - tick)


def side_of(outcome: int, sells: bool) -> int:
    """Buying YES and selling NO are bids."""
    return BID if sells == (outcome == 1) else ASK


def yes_tick(outcome: int, tick: int) -> int:
    """A price of the outcome's share in YES terms, and back."""
    return tick if outcome == 0 else LOT - tick


def locks(side: int, sells: bool, tick: int, lots: int, k: int) -> int:
    """What an order locks: collateral (atoms) or shares."""
    return (LOT if sells else lot_of(side, sells, tick)[1]) * k * lots


def crosses(side: int, tick: int, other: int) -> bool:
    """Whether an order of `side` at `tick` meets a price of the other side."""
    return other <= tick if side == BID else other >= tick


class Book:
    """An order book: orders by place (bids 0..63, asks 64..127), seats by number."""

    def __init__(self, k: int) -> None:
        self.k = k
        self.order_seq = 0
        self.orders: dict[int, Order] = {}
        self.seats: dict[int, Seat] = {}

    @classmethod
    def of(cls, account: accounts.Book, k: int) -> "Book":
        """The book that an account holds; k of its market."""
        book = cls(k)
        book.order_seq = account.order_seq
        for index, one in enumerate(account.orders):
            if account.used[index // SIDE_ORDERS] >> index % SIDE_ORDERS & 1:
                book.orders[index] = Order(
                    side=index // SIDE_ORDERS, sells=bool(one.sells), tick=one.tick, lots=one.lots, seat=one.seat,
                    seq=one.seq, client_id=one.client_id, expiry=one.expiry,
                )  # fmt: skip
        for number, seat in enumerate(account.seats):
            if account.seated >> number & 1:
                book.seats[number] = Seat(seat.owner, seat.locked, seat.credit, list(seat.shares))
        return book

    def copy(self) -> "Book":
        """A book of its own, to try an order on."""
        return deepcopy(self)

    # looking

    def level(self, side: int, tick: int) -> list[int]:
        """Places of a level's orders, the oldest first."""
        return sorted((i for i, o in self.orders.items() if (o.side, o.tick) == (side, tick)), key=self._age)

    def _age(self, index: int) -> int:
        return self.orders[index].seq

    def _ticks(self, side: int) -> list[int]:
        return [one.tick for one in self.orders.values() if one.side == side]

    def best(self, side: int) -> int:
        """Best price of a side: the highest bid, the lowest ask; NONE without one."""
        return (max if side == BID else min)(self._ticks(side), default=NONE)

    def worst(self, side: int) -> int:
        """Worst price of a side; NONE without one."""
        return (min if side == BID else max)(self._ticks(side), default=NONE)

    def is_full(self, side: int) -> bool:
        """Whether a side has no place left."""
        return len(self._ticks(side)) == SIDE_ORDERS

    def evicted_by(self, side: int, tick: int) -> int | None:
        """The order that a full side gives up for a strictly better price: the newest at its worst."""
        worst = self.worst(side)
        better = tick > worst if side == BID else tick < worst
        return self.level(side, worst)[-1] if better else None

    def orders_of(self, seat: int) -> list[int]:
        """Places of a seat's orders, the bids first."""
        return sorted(index for index, order in self.orders.items() if order.seat == seat)

    def seat_of(self, owner: bytes) -> int:
        """A wallet's seat, NONE without one."""
        return next((number for number, seat in self.seats.items() if seat.owner == owner), NONE)

    def least_locked(self) -> int:
        """The least that any seat has locked; all seats taken."""
        return min((seat.locked for seat in self.seats.values()), default=0)

    # changing

    def take(
        self,
        *,
        side: int,
        sells: bool,
        tick: int,
        lots: int,
        seat: int,
        now: int,
        steps: int,
        kind: int = OrderKind.IOC,
    ) -> Taken:
        """Match a taker: best price first, then oldest first, always at the maker's price."""
        taken = Taken()
        while taken.lots < lots:
            best = self.best(1 - side)
            if best == NONE or not crosses(side, tick, best):
                break
            index = self.level(1 - side, best)[0]
            maker = self.orders[index]
            dead = _dead(maker, seat, now)
            if len(taken.fills) == steps or (dead is None and kind == OrderKind.POST_ONLY):
                taken.crossing = True
                break
            if dead is not None:
                taken.fills.append(self.cancel(index, dead))
            else:
                self._fill(index, min(maker.lots, lots - taken.lots), side, sells, taken)
        return taken

    def _fill(self, index: int, lots: int, side: int, sells: bool, taken: Taken) -> None:
        maker = self.orders[index]
        how = Step.TRANSFER if maker.sells != sells else Step.MERGE if sells else Step.MINT
        self.filled(index, lots)
        shares, value = LOT * self.k * lots, lot_of(side, sells, maker.tick)[1] * self.k * lots
        taken.lots += lots
        taken.value += value
        taken.base += min(value, shares - value)
        taken.minted += shares if how == Step.MINT else 0
        taken.merged += shares if how == Step.MERGE else 0
        owner = self.seats[maker.seat].owner
        taken.fills.append(Fill(owner, index, maker.seq, maker.tick, lots, how))

    def filled(self, index: int, lots: int) -> None:
        """The maker's half of a fill: its order shrinks, its seat gets what it traded for."""
        maker = self.orders.pop(index)
        if lots < maker.lots:
            self.orders[index] = replace(maker, lots=maker.lots - lots)
        seat = self.seats[maker.seat]
        seat.locked -= locks(maker.side, maker.sells, maker.tick, lots, self.k)
        outcome, price = lot_of(maker.side, maker.sells, maker.tick)
        if maker.sells:
            seat.credit += price * self.k * lots
        else:
            seat.shares[outcome] += LOT * self.k * lots

    def cancel(self, index: int, how: Step) -> Fill:
        """Take an order out; what it locks goes back into its seat."""
        order = self.orders.pop(index)
        seat = self.seats[order.seat]
        amount = locks(order.side, order.sells, order.tick, order.lots, self.k)
        seat.locked -= amount
        if order.sells:
            seat.shares[lot_of(order.side, True, order.tick)[0]] += amount
        else:
            seat.credit += amount
        return Fill(seat.owner, index, order.seq, order.tick, order.lots, how)

    def post(self, order: Order) -> tuple[int, int]:
        """Let an order rest as the newest of its level, at the lowest free place of its side; returns place and seq."""
        base = order.side * SIDE_ORDERS
        index = next(i for i in range(base, base + SIDE_ORDERS) if i not in self.orders)
        self.order_seq += 1
        self.orders[index] = replace(order, seq=self.order_seq)
        self.seats[order.seat].locked += locks(order.side, order.sells, order.tick, order.lots, self.k)
        return index, self.order_seq

    def sit(self, owner: bytes) -> int:
        """Give the lowest free seat to a wallet; NONE if all are taken."""
        number = next((n for n in range(SEATS) if n not in self.seats), NONE)
        if number != NONE:
            self.seats[number] = Seat(owner)
        return number

    def sweep(self, number: int) -> tuple[int, list[int]]:
        """Take out what is free in a seat (atoms, YES and NO shares), and free the seat if nothing is left in it."""
        seat = self.seats[number]
        swept = seat.credit, seat.shares
        seat.credit, seat.shares = 0, [0, 0]
        if seat.locked == 0:
            del self.seats[number]
        return swept

    # bytes

    def account(self, market: bytes, payer: bytes) -> accounts.Book:
        """The account of this book."""
        levels = [[self.level(side, tick) for tick in range(1, TICK_MAX + 1)] for side in (BID, ASK)]
        rows = [row for side in levels for row in side]
        links = {index: _linked(row, at) for row in rows for at, index in enumerate(row)}
        masks = tuple(_words(tick for tick, row in enumerate(side, 1) if row) for side in levels)
        used = sum(1 << index for index in self.orders)
        return accounts.Book(
            market=market, payer=payer, levels=masks, used=(used % 2**64, used >> 64),
            seated=sum(1 << number for number in self.seats), order_seq=self.order_seq,
            ticks=tuple(types.Tick(row[0], row[-1], bytes(2)) if row else types.Tick(0, 0, bytes(2)) for row in rows),
            orders=tuple(self._order(index, links) for index in range(2 * SIDE_ORDERS)),
            seats=tuple(self._seat(number) for number in range(SEATS)),
        )  # fmt: skip

    def _order(self, index: int, links: dict[int, tuple[int, int]]) -> types.Order:
        one = self.orders.get(index)
        if one is None:
            return types.Order(0, 0, 0, 0, 0, 0, 0, 0, 0, bytes(3))
        rest = (one.seat, one.tick, int(one.sells), *links[index], bytes(3))
        return types.Order(one.seq, one.client_id, one.expiry, one.lots, *rest)

    def _seat(self, number: int) -> types.Seat:
        one = self.seats.get(number, Seat(NOBODY))
        return types.Seat(one.owner, one.locked, one.credit, tuple(one.shares))


def _dead(maker: Order, seat: int, now: int) -> Step | None:
    """Why an order that a taker meets is cancelled instead of filled."""
    if maker.seat == seat:
        return Step.OWN
    return Step.EXPIRED if maker.expiry and maker.expiry <= now else None


def _linked(row: list[int], at: int) -> tuple[int, int]:
    """Next newer and next older order of a level's order."""
    return (row[at + 1] if at + 1 < len(row) else NONE, row[at - 1] if at else NONE)


def _words(bits: Iterable[int] | Iterator[int]) -> tuple[int, int]:
    mask = sum(1 << bit for bit in bits)
    return mask % 2**64, mask >> 64
