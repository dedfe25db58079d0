"""Pools, fees, creators' shares and the book do in Python what they do in Rust: fingerprints of 100,000 random states.

The same draws and the same fingerprints are in programs/math/tests/twins.rs.
"""

from collections.abc import Iterator
from itertools import islice

from idl.enums import OrderKind, Step
from idl.limits import POOL_SUPPLY_MAX, U64_MAX
from idl.maths import curve, dividends, fees, parimutuel
from idl.maths.book import Book, Order
from idl.maths.lmsr import net_of

STATES = 100_000
POOLS = 0xC7F28D175D9C1C2B
SHARES = 0x8579738922BC0BA0
ORDERS = 0x4537E61043176D99
OWNERS = 9


class Draw:
    """splitmix64."""

    def __init__(self, state: int) -> None:
        self.state = state

    def next(self) -> int:
        """The next 64 bits."""
        self.state = (self.state + 0x9E3779B97F4A7C15) & U64_MAX
        z = (self.state ^ self.state >> 30) * 0xBF58476D1CE4E5B9 & U64_MAX
        z = (z ^ z >> 27) * 0x94D049BB133111EB & U64_MAX
        return z ^ z >> 31

    def sized(self, zeros: int) -> int:
        """A number of any size that leaves at least so many bits above it."""
        wide = self.next()
        return wide >> zeros + self.next() % (64 - zeros)


class Print:
    """FNV-1a over numbers of 64 bits; larger ones count as 7."""

    def __init__(self) -> None:
        self.value = 0xCBF29CE484222325

    def mix(self, *values: int) -> None:
        """Take numbers in."""
        for value in values:
            self.value = (self.value ^ (value if value <= U64_MAX else 7)) * 0x100000001B3 & U64_MAX

    def wide(self, value: int) -> None:
        """Take 128 bits in."""
        self.mix(value & U64_MAX, value >> 64)


def test_pools() -> None:
    """Fees, their parts, the payout, what a position gets and what a stake would."""
    draw, found = Draw(2027), Print()
    for _ in range(STATES):
        n = 2 + draw.next() % 7
        supply = [draw.sized(4) for _ in range(n)]
        rates = [draw.next() % 334 for _ in range(3)]
        total, outcome, amount = sum(rates), draw.next() % n, 1 + draw.sized(4)
        decided = parimutuel.payout(supply, outcome, total)
        found.mix(*decided, *fees.split_fee(decided.fee, *rates))
        found.mix(fees.trade_fee(supply[0], supply[1], total), net_of(amount, total))
        shares = [draw.next() % (held + 1) for held in supply]
        found.mix(parimutuel.masked(shares, decided.mask) * decided.num // decided.den)
        found.mix(_rate(supply, outcome, amount, total))
    assert found.value == POOLS, hex(found.value)


def _rate(supply: list[int], outcome: int, amount: int, total: int) -> int:
    try:
        return parimutuel.stake_rate_bps(supply, outcome, amount, total)
    except OverflowError:
        return 7


def _priced(k: int, n: int | None, a: int, c: int) -> int:
    try:
        return curve.price(a, c, k) if n is None else curve.cost(a, c, k, n)
    except OverflowError:
        return 7


def test_shares() -> None:
    """Prices, costs, what accrues, what is earned and what is left."""
    draw, found = Draw(2028), Print()
    for _ in range(STATES):
        a, c = draw.sized(24), draw.sized(2)
        s = draw.next() % (POOL_SUPPLY_MAX + 1)
        n = draw.next() % (POOL_SUPPLY_MAX - s + 1) >> draw.next() % 20
        found.mix(_priced(s, None, a, c), _priced(s, n, a, c))
        supply = 1 + draw.next() % POOL_SUPPLY_MAX
        carry, amount = draw.next() % supply, draw.sized(0)
        before = draw.next() << draw.next() % 40
        acc, rest = dividends.accrue(before, carry, amount, supply)
        found.wide(acc)
        held = draw.next() % (supply + 1)
        whole, fraction = dividends.earned(held, acc, before)
        found.mix(rest, whole, fraction)
        found.wide(dividends.debt_after(acc, held, fraction))
    assert found.value == SHARES, hex(found.value)


def _order(book: Book, found: Print, x: int, now: int) -> None:
    side, sells = x & 1, x & 2 != 0
    tick, lots, seat = 35 + (x >> 8 & 255) % 30, 1 + (x >> 32) % 50, (x >> 56) % OWNERS
    kind = OrderKind.POST_ONLY if x >> 5 & 7 == 0 else OrderKind.IOC
    steps = (x >> 16 & 255) % 17
    taken = book.take(side=side, sells=sells, tick=tick, lots=lots, seat=seat, now=now, steps=steps, kind=kind)
    for one in taken.fills:
        found.mix(one.maker[0], *one[1:])
    found.mix(taken.lots, taken.value, taken.base, taken.minted, taken.merged, taken.crossing)
    if taken.lots < lots and not taken.crossing and not book.is_full(side):
        expiry = now + 1 + (x >> 40) % 64 if x >> 48 & 3 == 0 else 0
        left = lots - taken.lots
        found.mix(*book.post(Order(side=side, sells=sells, tick=tick, lots=left, seat=seat, expiry=expiry)))


def _sweep(book: Book, found: Print, seat: int) -> None:
    locked = book.seats[seat].locked
    credit, shares = book.sweep(seat)
    found.mix(credit, *shares, locked)
    if seat not in book.seats:
        assert book.sit(bytes([seat + 1] * 32)) == seat


def _steps(draw: Draw) -> Iterator[tuple[int, int]]:
    while True:
        yield draw.next(), draw.next() % 8


def test_orders() -> None:
    """Orders, cancels and sweeps, one after another on one book."""
    found, book = Print(), Book(7)
    for owner in range(OWNERS):
        assert book.sit(bytes([owner + 1] * 32)) == owner
    for now, (x, kind) in enumerate(islice(_steps(Draw(2029)), STATES)):
        if kind < 5:
            _order(book, found, x, now)
        elif kind < 7:
            index = min((at for at in book.orders if at >= x % 128), default=None)
            if index is not None:
                gone = book.cancel(index, Step.OWN)
                found.mix(index, gone.seq, gone.lots)
        else:
            _sweep(book, found, (x & 255) % OWNERS)
    assert found.value == ORDERS, hex(found.value)
