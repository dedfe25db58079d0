"""The program against its Python twin: random orders, the same fills, fees, seats and bytes after each."""

import random
from collections.abc import Callable

import pytest

from idl.events import OrderPlaced, Value
from idl.maths.book import NONE, Book
from idl.maths.orders import Holder, Placed, Refused, Request, place, quote
from idl.maths.solvency import required
from tests.programs import tokens
from tests.programs.books import BUY, SELL, Desk, dealt
from tests.programs.pools import PLAYERS
from tests.programs.refusals import refused
from tests.programs.world import MIN_STAKE, World, key

STEPS = 220
SEEDS = range(6)
FEE_BPS = 400
KINDS = (0, 0, 0, 1, 2, 3)


class Mirror:
    """A book in the program and the same in its twin."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.world = World()
        self.desk: Desk = dealt(self.world, 300, lock=self.world.now + 10**6, **_later(self.world))
        self.book = self.desk.rules
        self.holders = {name: self.holder(name) for name in PLAYERS}
        self.refusals: set[str] = set()
        self.fills: set[int] = set()

    def holder(self, name: str) -> Holder:
        """A wallet's Position as the twin sees it."""
        found = self.world.position(self.desk.address, key(name))
        if found is None:
            return Holder(owner=bytes(key(name)))
        return Holder(owner=found.owner, credit=found.credit, shares=list(found.shares), seat=found.seat)

    def request(self) -> Request:
        """An order about the middle, often crossing."""
        rng = self.rng
        sells = rng.random() < 0.4
        return Request(
            sells=sells, outcome=rng.randrange(2), tick=min(99, max(1, round(rng.gauss(50, 12)))),
            lots=rng.choice((1, 3, 8, 20, 60)), kind=rng.choice(KINDS), client_id=rng.randrange(2**64),
            expiry=rng.choice((0, 0, self.world.now + rng.randrange(1, 60))), max_matches=rng.choice((1, 3, 16, 16)),
        )  # type: ignore[arg-type] # fmt: skip

    def order(self) -> None:
        """The same order to both; both do the same, or refuse it by the same name."""
        name, request = self.rng.choice(PLAYERS), self.request()
        book, holder = self.book.copy(), self.holder(name)
        expected: Placed | str
        try:
            _within(request, self.book.k)
            expected = place(book, holder, request, now=self.world.now, fee_bps=FEE_BPS, min_stake=MIN_STAKE)
        except Refused as error:
            expected = error.name
        call = self.desk.order(
            name, SELL if request.sells else BUY, request.outcome, request.tick, request.lots, request.kind,
            matches=request.max_matches, expiry=request.expiry, client=request.client_id,
        )  # fmt: skip
        if isinstance(expected, str):
            with refused(expected):
                self.world.do(call)
            self.refusals.add(expected)
            return
        event = self.world.do(call).event(OrderPlaced)
        self.book = book
        self.holders[name] = holder
        _same(event, expected)
        self.fills |= {one.how for one in event.fills}

    def cancel(self) -> None:
        """Of any order."""
        if self.book.orders:
            index = self.rng.choice(sorted(self.book.orders))
            order = self.book.orders[index]
            name = next(name for name in PLAYERS if bytes(key(name)) == self.book.seats[order.seat].owner)
            self.world.do(self.desk.cancel(name, index, order.seq))
            self.book.cancel(index, 3)  # type: ignore[arg-type]

    def sweep(self) -> None:
        """Of any seat."""
        name = self.rng.choice(PLAYERS)
        if self.holders[name].seat != NONE:
            self.world.do(self.desk.sweep(name))
            self.holders[name].leave(self.book)

    def passing(self) -> None:
        """Some seconds."""
        self.world.at(self.world.now + self.rng.randrange(1, 20))

    def check(self) -> None:
        """The twin's account is the program's; nothing is crossed, and every share and unit is somewhere."""
        desk, held = self.desk, self.desk.held
        assert self.book.account(held.market, held.payer) == held
        assert not (NONE != self.book.best(0) >= self.book.best(1))
        for name, holder in self.holders.items():
            assert self.holder(name) == holder
        market = desk.state
        assert tokens.amount(self.world.svm, desk.vault) == required(market)
        assert market.escrow == self.collateral()
        for outcome in range(2):
            assert market.supply[outcome] == self.shares(outcome)

    def collateral(self) -> int:
        """In positions, seats and orders."""
        book = self.book
        locked = sum(
            _price(order.side, order.tick) * book.k * order.lots for order in book.orders.values() if not order.sells
        )
        free = sum(seat.credit for seat in book.seats.values()) + sum(one.credit for one in self.holders.values())
        return locked + free

    def shares(self, outcome: int) -> int:
        """The same of an outcome's shares."""
        book = self.book
        locked = sum(100 * book.k * o.lots for o in book.orders.values() if o.sells and (o.side == 1) == (outcome == 0))
        free = sum(seat.shares[outcome] for seat in book.seats.values())
        return locked + free + sum(one.shares[outcome] for one in self.holders.values())


def _later(world: World) -> dict[str, int]:
    now = world.now + 10**6
    return {"event": now + 10, "resolve_by": now + 100, "void_after": now + 100 + 3 * 86_400}


def _price(side: int, tick: int) -> int:
    return tick if side == 0 else 100 - tick


def _within(request: Request, k: int) -> None:
    """The bounds of what an order may lock, which the twin leaves to its caller."""
    price = 100 if request.sells else request.tick
    if price * k * request.lots < MIN_STAKE and not (request.sells and request.kind in (1, 2)):
        raise Refused("AmountTooSmall")


def _same(event: OrderPlaced, expected: Placed) -> None:
    assert [tuple(getattr(one, name) for name in one.__struct_fields__) for one in event.fills] == [
        tuple(one) for one in expected.taken.fills
    ]
    assert (event.filled, event.amount, event.fee) == (expected.taken.lots, expected.taken.value, expected.fee)
    assert (event.order.rest, event.order.index, event.order.seq) == (expected.rest, expected.index, expected.seq)
    assert isinstance(event.value, Value)


@pytest.mark.parametrize("seed", SEEDS)
def test_twin(seed: int) -> None:
    """Two hundred random acts leave the same bytes in both."""
    print(f"seed {seed}")
    mirror = Mirror(seed)
    acts: list[Callable[[], None]] = [mirror.order] * 16 + [mirror.cancel, mirror.sweep, mirror.passing]
    for _ in range(STEPS):
        mirror.rng.choice(acts)()
        mirror.check()
    assert mirror.fills >= {0, 1, 2, 3}
    assert mirror.refusals >= {"NotFilled", "WouldCross"}


def test_quote() -> None:
    """A quote says what the order then does, and changes nothing."""
    mirror = Mirror(99)
    for _ in range(60):
        mirror.order()
    before = mirror.book.account(bytes(32), bytes(32))
    for tick in (30, 50, 70):
        request = Request(sells=False, outcome=0, tick=tick, lots=25)
        said = quote(mirror.book, request, now=mirror.world.now, fee_bps=(200, 100, 100), min_stake=MIN_STAKE)
        assert mirror.book.account(bytes(32), bytes(32)) == before
        event = mirror.world.do(mirror.desk.order("carol", BUY, 0, tick, 25)).event(OrderPlaced)
        assert (event.filled, event.amount, event.fee) == (said.taken.lots, said.taken.value, said.fee)
        mirror.world.do(mirror.desk.cancel_all("carol"))
        mirror.book = Book.of(mirror.desk.held, mirror.book.k)
        before = mirror.book.account(bytes(32), bytes(32))
