"""The order book, as its specification tells it: a plain list of orders and a purse for each seat.

Prices are in hundredths. YES and NO are outcomes 0 and 1; a bid is for YES, an ask against it. A lot is 100 * k shares.
"""

from copy import copy
from dataclasses import dataclass, field, replace

from tests.model.nouns import Holding, Market, Why, World

LIMIT, IOC, FOK, POST_ONLY = range(4)
BID, ASK = 0, 1
SIDE_ORDERS, SEATS = 64, 48


@dataclass(slots=True)
class Order:
    """A resting order for (bid) or against YES; it sells shares, or buys with collateral."""

    owner: str
    side: int
    sells: bool
    tick: int
    lots: int
    expiry: int
    client: int
    place: int
    seq: int

    @property
    def outcome(self) -> int:
        """What its shares are of: a bid buys YES or sells NO."""
        return 0 if (self.side == BID) != self.sells else 1

    def price(self) -> int:
        """Of one of its shares, in hundredths."""
        return self.tick if self.outcome == 0 else 100 - self.tick


@dataclass(slots=True)
class Purse:
    """What a seat holds beside its orders."""

    credit: int = 0
    shares: list[int] = field(default_factory=lambda: [0, 0])


@dataclass(slots=True)
class Book:
    """Orders, and who sits where."""

    k: int
    orders: list[Order] = field(default_factory=list)
    seats: dict[int, str] = field(default_factory=dict)
    purses: dict[str, Purse] = field(default_factory=dict)
    seq: int = 0

    def locked(self, order: Order) -> int:
        """Shares or collateral in an order."""
        return (100 if order.sells else order.price()) * self.k * order.lots

    def locked_by(self, owner: str) -> int:
        """Shares and collateral in a wallet's orders."""
        return sum(self.locked(one) for one in self.of(owner))

    def copy(self) -> "Book":
        """The same again, to try something on."""
        purses = {who: Purse(one.credit, [*one.shares]) for who, one in self.purses.items()}
        return Book(self.k, [copy(one) for one in self.orders], dict(self.seats), purses, self.seq)

    def shares(self) -> list[int]:
        """Shares in the book."""
        sums = [sum(purse.shares[i] for purse in self.purses.values()) for i in (0, 1)]
        for order in self.orders:
            if order.sells:
                sums[order.outcome] += self.locked(order)
        return sums

    def collateral(self) -> int:
        """Collateral in the book."""
        orders = sum(self.locked(one) for one in self.orders if not one.sells)
        return orders + sum(purse.credit for purse in self.purses.values())

    def queue(self, side: int) -> list[Order]:
        """A side's orders as they are served: the best price first, then the oldest."""
        sign = -1 if side == BID else 1
        return sorted((one for one in self.orders if one.side == side), key=lambda one: (sign * one.tick, one.seq))

    def of(self, owner: str) -> list[Order]:
        """A wallet's orders."""
        return [one for one in self.orders if one.owner == owner]

    def cancel(self, order: Order) -> None:
        """What is locked goes into the seat."""
        self.orders.remove(order)
        purse = self.purses[order.owner]
        if order.sells:
            purse.shares[order.outcome] += self.locked(order)
        else:
            purse.credit += self.locked(order)

    def sit(self, owner: str) -> int:
        """The wallet's seat, the lowest free one if it has none."""
        if owner not in self.purses:
            self.seats[next(n for n in range(SEATS) if n not in self.seats)] = owner
            self.purses[owner] = Purse()
        return next(n for n, who in self.seats.items() if who == owner)

    def rest(self, order: Order) -> None:
        """An order stays, at the lowest free place of its side."""
        taken = {one.place for one in self.orders}
        first = order.side * SIDE_ORDERS
        order.place = next(n for n in range(first, first + SIDE_ORDERS) if n not in taken)
        self.seq += 1
        order.seq = self.seq
        self.orders.append(order)


def leave(market: Market, who: str) -> None:
    """What is free in a wallet's seat goes to its position; decided, its orders are cancelled first."""
    book, holding = market.book, market.holders[who]
    if not isinstance(book, Book) or holding.seat is None:
        return
    if market.decided:
        for order in book.of(who):
            book.cancel(order)
    purse = book.purses[who]
    holding.credit += purse.credit
    holding.shares = [a + b for a, b in zip(holding.shares, purse.shares, strict=True)]
    purse.credit, purse.shares = 0, [0, 0]
    if not book.of(who):
        del book.purses[who], book.seats[holding.seat]
        holding.seat = None


def with_seat(market: Market, who: str) -> Holding:
    """A wallet's holding as it is once its seat is swept; the market stays as it is."""
    holding = copy_of(market.holders[who])
    assert holding is not None
    if isinstance(market.book, Book) and holding.seat is not None:
        leave(trial_of(market, market.book.copy(), {who: holding}), who)
    return holding


def copy_of(holding: Holding | None) -> Holding | None:
    """The same again."""
    return replace(holding, shares=[*holding.shares], used=set(holding.used)) if holding is not None else None


def trial_of(market: Market, book: Book, holders: dict[str, Holding]) -> Market:
    """A market to try something on."""
    return Market(k=-1, terms=market.terms, state=market.state, deadline=0, book=book, holders=holders)


def side_of(sells: bool, outcome: int) -> int:
    """Buying YES and selling NO are bids."""
    return BID if sells == (outcome == 1) else ASK


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An order as its owner says it: `tick` is the price of the outcome's share."""

    who: str
    sells: bool
    outcome: int
    tick: int
    lots: int
    kind: int
    expiry: int
    client: int
    matches: int
    bound: int
    other: str

    @property
    def side(self) -> int:
        """The side of the book it is on."""
        return side_of(self.sells, self.outcome)

    @property
    def yes(self) -> int:
        """The price in YES terms."""
        return self.tick if self.outcome == 0 else 100 - self.tick


@dataclass(slots=True)
class Taken:
    """What a wish took at once, in so many steps."""

    steps: int = 0
    lots: int = 0
    value: int = 0
    base: int = 0
    crossing: bool = False


def take(book: Book, wish: Wish, now: int) -> Taken:
    """Serves a wish from the other side's queue; the taker's own and dead orders are cancelled on the way."""
    taken = Taken()
    for maker in book.queue(1 - wish.side):
        if taken.lots == wish.lots or (maker.tick > wish.yes if wish.side == BID else maker.tick < wish.yes):
            break
        dead = maker.owner == wish.who or 0 < maker.expiry <= now
        if taken.steps == wish.matches or (not dead and wish.kind == POST_ONLY):
            taken.crossing = True
            break
        taken.steps += 1
        if dead:
            book.cancel(maker)
        else:
            fill(book, maker, wish, min(maker.lots, wish.lots - taken.lots), taken)
    return taken


def fill(book: Book, maker: Order, wish: Wish, lots: int, taken: Taken) -> None:
    """At the maker's price: two buyers make sets, two sellers end them, else shares go over."""
    shares = 100 * book.k * lots
    value = (maker.tick if wish.outcome == 0 else 100 - maker.tick) * book.k * lots
    purse = book.purses[maker.owner]
    if maker.sells:
        purse.credit += maker.price() * book.k * lots
    else:
        purse.shares[maker.outcome] += shares
    maker.lots -= lots
    if maker.lots == 0:
        book.orders.remove(maker)
    taken.lots += lots
    taken.value += value
    taken.base += min(value, shares - value)


@dataclass(frozen=True, slots=True)
class Placed:
    """What comes of a wish: the book, its owner's holding and that of who lost a seat, what is paid in, the fee."""

    book: Book
    holding: Holding
    lost: dict[str, Holding]
    missing: int
    fee: int


def place(world: World, market: Market, wish: Wish, why: Why) -> Placed | None:
    """Tries a wish on a copy of the book; None if it is refused."""
    assert isinstance(market.book, Book)
    book = market.book.copy()
    holding = copy_of(market.holders.get(wish.who)) or Holding(wish.who, [0, 0])
    trial = trial_of(market, book, {wish.who: holding})
    taken = take(book, wish, world.now)
    whole = taken.lots == wish.lots
    why("NotFilled", wish.kind == FOK and not whole)
    why("WouldCross", wish.kind == POST_ONLY and taken.crossing)
    stays = not whole and not taken.crossing and wish.kind in (LIMIT, POST_ONLY)
    rivals = {wish.other: held} if (held := copy_of(market.holders.get(wish.other))) else {}
    if stays and not why and needs_seat(book, holding, wish, wish.lots - taken.lots, market.terms.bounds.min_stake):
        oust(trial_of(market, book, rivals), wish, wish.lots - taken.lots, taken.steps, why)
    locked = 0
    if stays and not why:
        locked = post(book, holding, wish, wish.lots - taken.lots, market.terms.bounds.min_stake, why)
    if why:
        return None
    leave(trial, wish.who)
    fee = -(-taken.base * sum(market.terms.fee_bps) // 10_000)
    filled, missing = 100 * book.k * taken.lots, 0
    if wish.sells:
        holding.shares[wish.outcome] -= filled + locked
        why("SharesTooFew", holding.shares[wish.outcome] < 0)
        holding.credit += taken.value - fee
        why("BoundMissed", taken.value - fee < wish.bound)
    else:
        holding.shares[wish.outcome] += filled
        cost = taken.value + fee + locked
        why("BoundMissed", cost > wish.bound)
        own = min(holding.credit, cost)
        holding.credit -= own
        missing = cost - own
    return Placed(book, holding, rivals, missing, fee)


def needs_seat(book: Book, holding: Holding, wish: Wish, lots: int, least: int) -> bool:
    """Whether what is left can only rest in a seat that is another's."""
    return holding.seat is None and len(book.seats) == SEATS and book.locked(order_of(wish, lots)) >= least


def oust(rival: Market, wish: Wish, lots: int, steps: int, why: Why) -> None:
    """The one who is named, with the least locked of all and half of the newcomer's, gives up the seat."""
    book = rival.book
    assert isinstance(book, Book)
    orders = book.of(wish.other)
    seated = wish.other in book.purses
    has = book.locked_by(wish.other) if seated else 0
    small = seated and has == min(map(book.locked_by, book.purses)) and 2 * has <= book.locked(order_of(wish, lots))
    why("SeatsFull", not small or steps + bool(orders) > wish.matches)
    if not why:
        for order in orders:
            book.cancel(order)
        leave(rival, wish.other)


def order_of(wish: Wish, lots: int) -> Order:
    """What rests of a wish."""
    return Order(wish.who, wish.side, wish.sells, wish.yes, lots, wish.expiry, wish.client, -1, -1)


def post(book: Book, holding: Holding, wish: Wish, lots: int, least: int, why: Why) -> int:
    """What is left rests, if it locks enough; a full side gives up its newest worst order for a better one."""
    order = order_of(wish, lots)
    locked = book.locked(order)
    if locked < least:
        return 0
    holding.seat = book.sit(wish.who)
    queue = book.queue(wish.side)
    if len(queue) == SIDE_ORDERS:
        worst = queue[-1]
        better = wish.yes > worst.tick if wish.side == BID else wish.yes < worst.tick
        why("BookFull", not better)
        if not better:
            return 0
        book.cancel(worst)
    book.rest(order)
    return locked
