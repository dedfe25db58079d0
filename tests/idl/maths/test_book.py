"""The order book's twin: prices, what orders lock, matching, bytes there and back. The program: tests/programs."""

import random

import pytest

from idl.enums import OrderKind, Step
from idl.maths.book import ASK, BID, NONE, Book, Order, locks, lot_of, side_of, yes_tick
from idl.maths.orders import Holder, Refused, Request, place, quote

K = 10


def rested(*ticks: int, side: int = BID, sells: bool = False, lots: int = 5) -> Book:
    """A book with orders of one maker."""
    book = Book(K)
    seat = book.sit(bytes([1] * 32))
    for tick in ticks:
        book.post(Order(side=side, sells=sells, tick=tick, lots=lots, seat=seat))
    return book


def test_prices() -> None:
    """Buying YES and selling NO are bids; a set costs a lot, whoever buys its halves."""
    assert [side_of(0, False), side_of(1, True), side_of(1, False), side_of(0, True)] == [BID, BID, ASK, ASK]
    assert (lot_of(BID, False, 60), lot_of(ASK, False, 60)) == ((0, 60), (1, 40))
    assert (lot_of(ASK, True, 60), lot_of(BID, True, 60)) == ((0, 60), (1, 40))
    for tick in range(1, 100):
        assert locks(BID, False, tick, 3, K) + locks(ASK, False, tick, 3, K) == 100 * K * 3
        assert yes_tick(1, yes_tick(1, tick)) == tick
    assert locks(ASK, True, 60, 3, K) == 3_000


def test_empty() -> None:
    """An empty book has no prices, and its account is zeros."""
    book = Book(K)
    assert (book.best(BID), book.worst(ASK), book.seat_of(bytes(32))) == (NONE, NONE, NONE)
    account = book.account(bytes(32), bytes(32))
    assert (account.levels, account.used, account.seated) == (((0, 0), (0, 0)), (0, 0), 0)


def test_price_then_time() -> None:
    """The best bid is met first, then the older of two."""
    book = rested(40, 50, 50, 45)
    taken = book.take(side=ASK, sells=False, tick=45, lots=12, seat=NONE, now=0, steps=16)
    assert [(one.seq, one.tick, one.lots) for one in taken.fills] == [(2, 50, 5), (3, 50, 5), (4, 45, 2)]
    assert (taken.lots, taken.value, taken.minted) == (12, (50 * 10 + 55 * 2) * K, 12_000)
    assert taken.base == (50 * 10 + 45 * 2) * K
    assert book.best(BID) == 45


def test_account_there_and_back() -> None:
    """A random book's account reads as the same book, which has the same account."""
    rng = random.Random(7)
    book = Book(K)
    seats = [book.sit(bytes([n + 1] * 32)) for n in range(9)]
    for _ in range(60):
        order = Order(
            side=rng.randrange(2), sells=rng.random() < 0.5, tick=rng.randint(1, 99), lots=rng.randint(1, 9),
            seat=rng.choice(seats), client_id=rng.randrange(99), expiry=rng.randrange(3),
        )  # fmt: skip
        book.post(order)
    for index in list(book.orders)[::3]:
        book.cancel(index, Step.OWN)
    account = book.account(bytes(32), bytes(32))
    again = Book.of(account, K)
    assert (again.orders, again.seats) == (book.orders, book.seats)
    assert again.account(bytes(32), bytes(32)) == account


@pytest.mark.parametrize(
    ("kind", "lots", "error"),
    [(OrderKind.FOK, 6, "NotFilled"), (OrderKind.FOK, 5, None), (OrderKind.POST_ONLY, 5, "WouldCross")],
)
def test_kinds(kind: OrderKind, lots: int, error: str | None) -> None:
    """An order that cannot do what its kind asks is refused by the program's name."""
    request = Request(sells=False, outcome=1, tick=50, lots=lots, kind=kind)
    if error is None:
        assert quote(rested(50), request, now=0, fee_bps=(100, 0, 100), min_stake=1).fee == 50
        return
    with pytest.raises(Refused, match=error):
        quote(rested(50), request, now=0, fee_bps=(100, 0, 100), min_stake=1)


def test_place() -> None:
    """A buyer pays price, fee and rest: out of free collateral first, then out of the wallet."""
    book, holder = rested(50), Holder(owner=bytes([2] * 32), credit=1_000)
    placed = place(book, holder, Request(sells=False, outcome=1, tick=55, lots=7), now=0, fee_bps=400, min_stake=1)
    assert (placed.taken.value, placed.fee, placed.rest) == (2_500, 100, 2)
    assert (placed.total, placed.missing) == (2_500 + 100 + 1_100, 2_700)
    assert (holder.credit, holder.shares, holder.seat) == (0, [0, 5_000], 1)
    poor = Holder(owner=bytes([3] * 32))
    with pytest.raises(Refused, match="SharesTooFew"):
        place(book, poor, Request(sells=True, outcome=0, tick=60, lots=1), now=0, fee_bps=0, min_stake=1)
