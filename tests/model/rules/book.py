"""What one does at the order book: orders of every kind, cancelling, pruning, sweeping, and its end."""

import random
from collections.abc import Iterator
from typing import Any

from idl.enums import Engine, Pause
from tests.model.nouns import Holding, Market, Why, World
from tests.model.rules.deciding import owe
from tests.model.rules.desk import BID, FOK, IOC, LIMIT, SEATS, SIDE_ORDERS, Book, Wish, leave, place, side_of
from tests.model.rules.maker import tail, usual
from tests.model.rules.opening import BOOK_BYTES, drawn_market
from tests.model.rules.parimutuel import position_of, shut, trading
from tests.model.rules.rule import Args, Rule, anybody, futile, near, somebody, trades
from tests.model.stage import Stage
from tests.programs.pools import CREATOR
from tests.programs.world import Call

BOOK = (Engine.BOOK.value,)
OPEN = 2**64 - 1


def book_of(market: Market) -> Book | None:
    """The market's book, if it has one."""
    return market.book if isinstance(market.book, Book) else None


def draw_order(rng: random.Random, world: World, market: Market) -> Args | None:
    """Of every kind, about the middle, so that orders meet; sometimes with a bound or an end."""
    if futile(rng, shut(world, market, Pause.ORDER)):
        return None
    book = book_of(market)
    if book is not None and len(book.seats) == SEATS and rng.random() < 0.3:
        return _newcomer(rng, world, market, book)
    who = somebody(rng, market)
    holding = market.holders.get(who) or Holding(who, [0, 0])
    outcome = rng.randrange(2)
    if holding.shares[1 - outcome] and rng.random() < 0.5:
        outcome = 1 - outcome
    sells = rng.random() < (0.5 if holding.shares[outcome] else 0.04)
    tick = near(rng, rng.choice((50, 50, 48, 52, rng.randrange(40, 60), rng.randrange(40, 60), rng.randrange(1, 100))))
    if book is not None and rng.random() < 0.5:
        tick = _at_the_end(rng, book, sells, outcome) or tick
    k = market.terms.lot_k or 1
    least = -(-market.terms.bounds.min_stake // (max(tick, 1) * k))
    lots = rng.choice((near(rng, least), least * rng.randrange(1, 5), rng.randrange(1, 40), 200))
    if sells:
        lots = near(rng, min(lots, holding.shares[outcome] // (100 * k)) or 1)
    kind = rng.choice((0, 0, 0, 0, 1, 1, 2, 3))
    lots = rng.choice((1, least, lots)) if kind == FOK else lots
    matches = rng.choice((16,) * 12 + (3, 3, 1, 1, 0, 17))
    expiry = world.now + rng.choice((1, 3, 30, 30, 200, 0)) if rng.random() < 0.25 else 0
    bound = 0 if sells else OPEN
    if rng.random() < 0.15:
        bound = near(rng, tick * k * lots)
    rest = (kind, expiry, rng.randrange(4), matches, bound)
    return (market.k, who, sells, outcome, tick, lots, *rest, _rival(rng, market), *tail(rng, world, market, who))


def _newcomer(rng: random.Random, world: World, market: Market, book: Book) -> Args:
    """Somebody without a seat, who locks about twice what the least one does, to get that one's."""
    who = rng.choice([one for one in (*Stage.TRADERS, *Stage.GUESTS) if one not in book.purses])
    outcome, tick, unit = rng.randrange(2), rng.randrange(13, 30), market.terms.lot_k or 1
    twice = 2 * min(map(book.locked_by, book.purses))
    lots = near(rng, -(-twice // (tick * unit)), 200) or 1
    rest = (LIMIT, 0, 0, rng.choice((16, 16, 16, 1)), OPEN)
    return (market.k, who, False, outcome, tick, lots, *rest, _rival(rng, market), *tail(rng, world, market, who))


def _at_the_end(rng: random.Random, book: Book, sells: bool, outcome: int) -> int | None:
    """About the price of the worst order of a full side."""
    side = side_of(sells, outcome)
    queue = book.queue(side)
    if len(queue) < SIDE_ORDERS:
        return None
    yes = near(rng, queue[-1].tick) + rng.choice((0, 1 if side == BID else -1))
    return yes if outcome == 0 else 100 - yes


def _rival(rng: random.Random, market: Market) -> str:
    """Whose seat may be taken: mostly the least one's of a full book, else mostly nobody's."""
    book = book_of(market)
    if book is None or len(book.seats) < SEATS:
        return anybody(rng) if rng.random() < 0.02 else ""
    least = min(book.purses, key=book.locked_by)
    return rng.choice((least, least, least, rng.choice(list(book.purses)), anybody(rng), ""))


def expect_order(world: World, k: int, who: str, *args: Any) -> Why:
    """Matched with what is there, best price first and oldest first; what is left may rest."""
    *terms, nonce, valid = args
    sells, outcome, tick, lots, kind, expiry, client, matches, bound, other = terms
    market, why = world.markets[k], Why()
    book = book_of(market)
    usual(why, world, market, who, nonce, valid)
    trading(why, world, market, Pause.ORDER)
    why("WrongEngine", market.terms.engine != Engine.BOOK)
    why("NoAccount", book is None)
    why("BadOrder", not (1 <= tick <= 99 and lots > 0 and matches <= 16 and (expiry == 0 or expiry > world.now)))
    why("BadOutcome", outcome > 1)
    why("WrongPosition", bool(other) and (other == who or other not in market.holders))
    locks = (100 if sells else tick) * market.terms.lot_k * lots
    why("AmountTooSmall", locks < market.terms.bounds.min_stake and not (sells and kind in (IOC, FOK)))
    why("AmountTooLarge", not sells and locks > market.terms.bounds.max_stake)
    if why:
        return why
    wish = Wish(
        who=who, sells=bool(sells), outcome=outcome, tick=tick, lots=lots, kind=kind, expiry=expiry, client=client,
        matches=matches, bound=bound, other=other,
    )  # fmt: skip
    placed = place(world, market, wish, why)
    if placed is None:
        return why
    why("AccountFrozen", placed.missing > 0 and (who, market.terms.mint) in world.frozen)
    why("InsufficientFunds", world.tokens[who, market.terms.mint] < placed.missing)
    if not why:
        position_of(world, market, who)
        placed.holding.used.add(nonce)
        market.holders |= {who: placed.holding} | placed.lost
        market.book = placed.book
        world.tokens[who, market.terms.mint] -= placed.missing
        market.vault += placed.missing
        owe(market, placed.fee)
    return why


def call_order(stage: Stage, k: int, who: str, *args: Any) -> Call:
    """place_order."""
    sells, outcome, tick, lots, kind, expiry, client, matches, bound, other, nonce, valid = args
    return stage.pools[k].order(
        who, int(sells), outcome, tick, lots, kind, nonce=nonce, matches=matches, bound=bound, expiry=expiry,
        client=client, valid=valid, other=other or None,
    )  # fmt: skip


def draw_cancel(rng: random.Random, world: World, market: Market) -> Args | None:
    """Mostly one's own order."""
    book = book_of(market)
    if futile(rng, book is None or not book.orders):
        return None
    order = rng.choice(book.orders) if book and book.orders else None
    place, seq, owner = (order.place, order.seq, order.owner) if order else (0, 1, "alice")
    return (market.k, rng.choice((owner,) * 6 + (anybody(rng),)), place, near(rng, seq) if rng.random() < 0.1 else seq)


def expect_cancel(world: World, k: int, who: str, place: int, seq: int) -> Why:
    """The owner takes an order out."""
    market, why = world.markets[k], Why()
    book = book_of(market)
    why("NoAccount", book is None)
    mine = [one for one in (book.of(who) if book else []) if (one.place, one.seq) == (place, seq)]
    why("NoSuchOrder", not mine)
    if not why and book is not None:
        book.cancel(mine[0])
    return why


def expect_cancel_all(world: World, k: int, who: str) -> Why:
    """The owner takes all of them out; it never fails."""
    why, book = Why(), book_of(world.markets[k])
    why("NoAccount", book is None)
    for order in book.of(who) if book else []:
        book.cancel(order)  # type: ignore[union-attr]
    return why


def expect_prune(world: World, k: int, count: int) -> Why:
    """Anyone takes dead orders out, lowest places first."""
    market, why = world.markets[k], Why()
    book = book_of(market)
    why("NoAccount", book is None)
    over = world.now >= market.terms.lock
    orders = sorted(book.orders, key=lambda one: one.place) if book else []
    dead = [one for one in orders if over or 0 < one.expiry <= world.now][:count]
    why("NothingToPrune", not dead)
    if not why and book is not None:
        for order in dead:
            book.cancel(order)
    return why


def draw_sweep(rng: random.Random, world: World, market: Market) -> Args | None:
    """Mostly one's own seat."""
    who = somebody(rng, market)
    holding = market.holders.get(who)
    if futile(rng, holding is None or holding.seat is None):
        return None
    return (market.k, who, rng.choice((who, who, anybody(rng))))


def expect_sweep(world: World, k: int, who: str, by: str) -> Why:
    """The owner always, anyone if no order is open or the market is decided."""
    market, why = world.markets[k], Why()
    book, holding = book_of(market), market.holders.get(who)
    why("NoAccount", book is None or holding is None)
    why("NoSeat", holding is not None and holding.seat is None)
    if book is None or holding is None:
        return why
    why("SeatInUse", holding.seat is not None and who != by and bool(book.of(who)) and not market.decided)
    if not why:
        leave(market, who)
    return why


def expect_close_book(world: World, k: int) -> Why:
    """Once nobody sits in it, its rent goes back."""
    market, why = world.markets[k], Why()
    book = book_of(market)
    why("NoAccount", book is None)
    why("NotDecided", not market.decided)
    why("SeatsLeft", book is not None and bool(book.seats))
    if not why:
        market.book = None
        world.pay_rent(CREATOR, BOOK_BYTES, 1)
    return why


def draw_close_book(rng: random.Random, world: World, market: Market) -> Args | None:
    """Mostly an empty one."""
    book = book_of(market)
    return None if futile(rng, book is None or bool(book.seats)) else drawn_market(rng, world, market)


# crowds


def draw_throng(rng: random.Random, world: World, market: Market) -> Args | None:
    """Once: so many that seats or a side of the book are full, or nearly."""
    book = book_of(market)
    if book is None or len(market.holders) > len(Stage.TRADERS) or world.pause & Pause.ORDER or market.halted:
        return None
    if not market.terms.open <= world.now < market.terms.lock:
        return None
    guests = rng.choice((SEATS, SEATS, SEATS - 1, SEATS - 4, 20))
    return (market.k, guests, rng.choice((0, 20, 40)), rng.choice((0.0, 1.0, 0.5)), rng.randrange(1 << 30))


def throng(world: World, k: int, guests: int, more: int, asks: float, salt: int) -> Iterator[tuple[str, Args]]:
    """An order of each of many guests, then more of some of them, all far from the middle."""
    rng, market = random.Random(salt), world.markets[k]
    least = market.terms.bounds.min_stake
    for n in range(guests + more):
        who = Stage.GUESTS[n % guests]
        outcome, tick = int(rng.random() < asks), rng.randrange(10, 14)
        lots = -(-least // (tick * (market.terms.lot_k or 1))) + rng.randrange(3)
        nonce = market.holders[who].top + 1 if who in market.holders else 1
        rest = (LIMIT, 0, n, 16, OPEN, "", nonce, world.slot + 10)
        yield "place_order", (k, who, False, outcome, tick, lots, *rest)


ANY_TIME = {"Active": 0.5, "Locked": 0.5, "Due": 0.3, "Resolving": 0.3, "Disputed": 0.3, "Finalized": 0.5, "Void": 0.5}
RULES = {
    "place_order": Rule(draw=draw_order, expect=expect_order, call=call_order, engines=BOOK, seasons=trades(12)),
    "throng": Rule(
        draw=draw_throng, expect=lambda *args: Why(), call=lambda *args: None, engines=BOOK, parts=throng,
        seasons={"Active": 0.1},
    ),
    "cancel_order": Rule(
        draw=draw_cancel, expect=expect_cancel, engines=BOOK, seasons=ANY_TIME | {"Active": 1.5},
        call=lambda s, k, who, place, seq: s.pools[k].cancel(who, place, seq),
    ),
    "cancel_all": Rule(
        draw=lambda rng, w, m: (m.k, somebody(rng, m)), expect=expect_cancel_all, engines=BOOK,
        seasons={"Active": 0.2, "Locked": 0.2, "Void": 0.2}, call=lambda s, k, who: s.pools[k].cancel_all(who),
    ),
    "prune": Rule(
        draw=lambda rng, w, m: (m.k, rng.choice((0, 1, 3, 128))), expect=expect_prune, engines=BOOK, seasons=ANY_TIME,
        call=lambda s, k, count: s.pools[k].prune(count),
    ),
    "sweep_seat": Rule(
        draw=draw_sweep, expect=expect_sweep, engines=BOOK, seasons=ANY_TIME,
        call=lambda s, k, who, by: s.pools[k].sweep(who, by),
    ),
    "close_book": Rule(
        draw=draw_close_book, expect=expect_close_book, engines=BOOK, seasons={"Finalized": 1, "Void": 1},
        call=lambda s, k: s.pools[k].close_book(),
    ),
}  # fmt: skip
