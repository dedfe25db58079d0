"""What one does at the order book: orders of every kind, cancelling, pruning, sweeping, and its end."""

import random

from idl.enums import Engine, Pause
from tests.model.nouns import Holding, Market, Why, World
from tests.model.rules.deciding import owe
from tests.model.rules.desk import FOK, IOC, Book, Wish, leave, place
from tests.model.rules.maker import tail, usual
from tests.model.rules.opening import BOOK_BYTES, drawn_market
from tests.model.rules.parimutuel import position_of, trading
from tests.model.rules.rule import Args, Rule, anybody, futile, near
from tests.model.stage import Stage
from tests.programs.pools import CREATOR
from tests.programs.world import MAX_STAKE, MIN_STAKE, Call

BOOK = (Engine.BOOK.value,)
OPEN = 2**64 - 1


def book_of(market: Market) -> Book | None:
    """The market's book, if it has one."""
    return market.book if isinstance(market.book, Book) else None


def draw_order(rng: random.Random, world: World, market: Market) -> Args | None:
    """Of every kind, about the middle, so that orders meet; sometimes with a bound or an end."""
    who = anybody(rng)
    holding = market.holders.get(who) or Holding(who, [0, 0])
    outcome = rng.randrange(2)
    sells = rng.random() < (0.5 if holding.shares[outcome] else 0.04)
    tick = near(rng, rng.choice((50, 50, 48, 52, rng.randrange(40, 60), rng.randrange(1, 100), 0, 99)))
    k = market.terms.lot_k or 1
    lots = rng.choice((1, 5, rng.randrange(1, 40), 200))
    if sells:
        lots = near(rng, min(lots, holding.shares[outcome] // (100 * k)) or 1)
    kind, matches = rng.choice((0, 0, 0, 0, 1, 1, 2, 3)), rng.choice((16, 16, 16, 3, 1, 0, 17))
    expiry = world.now + rng.choice((1, 30, 200, 0)) if rng.random() < 0.15 else 0
    bound = 0 if sells else OPEN
    if rng.random() < 0.15:
        bound = near(rng, tick * k * lots)
    rest = (kind, expiry, rng.randrange(4), matches, bound)
    return (market.k, who, sells, outcome, tick, lots, *rest, *tail(rng, world, market, who))


def expect_order(world: World, k: int, who: str, *args: int) -> Why:
    """Matched with what is there, best price first and oldest first; what is left may rest."""
    *terms, nonce, valid = args
    sells, outcome, tick, lots, kind, expiry, client, matches, bound = terms
    market, why = world.markets[k], Why()
    book = book_of(market)
    usual(why, world, market, who, nonce, valid)
    trading(why, world, market, Pause.ORDER)
    why("WrongEngine", market.terms.engine != Engine.BOOK)
    why("NoAccount", book is None)
    why("BadOrder", not (1 <= tick <= 99 and lots > 0 and matches <= 16 and (expiry == 0 or expiry > world.now)))
    why("BadOutcome", outcome > 1)
    locks = (100 if sells else tick) * market.terms.lot_k * lots
    why("AmountTooSmall", locks < MIN_STAKE and not (sells and kind in (IOC, FOK)))
    why("AmountTooLarge", not sells and locks > MAX_STAKE)
    if why:
        return why
    wish = Wish(
        who=who, sells=bool(sells), outcome=outcome, tick=tick, lots=lots, kind=kind, expiry=expiry, client=client,
        matches=matches, bound=bound,
    )  # fmt: skip
    placed = place(world, market, wish, why)
    if placed is None:
        return why
    why("AccountFrozen", placed.missing > 0 and (who, market.terms.mint) in world.frozen)
    why("InsufficientFunds", world.tokens[who, market.terms.mint] < placed.missing)
    if not why:
        position_of(world, market, who)
        placed.holding.used.add(nonce)
        market.holders[who], market.book = placed.holding, placed.book
        world.tokens[who, market.terms.mint] -= placed.missing
        market.vault += placed.missing
        owe(market, placed.fee)
    return why


def call_order(stage: Stage, k: int, who: str, *args: int) -> Call:
    """place_order."""
    sells, outcome, tick, lots, kind, expiry, client, matches, bound, nonce, valid = args
    return stage.pools[k].order(
        who, int(sells), outcome, tick, lots, kind, nonce=nonce, matches=matches, bound=bound, expiry=expiry,
        client=client, valid=valid,
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
    who = anybody(rng)
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


ANY_TIME = {"Active": 0.5, "Locked": 0.5, "Due": 0.3, "Resolving": 0.3, "Disputed": 0.3, "Finalized": 0.5, "Void": 0.5}
RULES = {
    "place_order": Rule(draw=draw_order, expect=expect_order, call=call_order, engines=BOOK, seasons={"Active": 12}),
    "cancel_order": Rule(
        draw=draw_cancel, expect=expect_cancel, engines=BOOK, seasons=ANY_TIME | {"Active": 1.5},
        call=lambda s, k, who, place, seq: s.pools[k].cancel(who, place, seq),
    ),
    "cancel_all": Rule(
        draw=lambda rng, w, m: (m.k, anybody(rng)), expect=expect_cancel_all, engines=BOOK,
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
