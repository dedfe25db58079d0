"""From the event to the decision: prices, proposals with a bond, announced and forgotten voids."""

import random
import struct

from solders.pubkey import Pubkey

from idl.enums import Op
from idl.program import POSTER_ID, SYSTEM_PROGRAM
from tests.model.nouns import Market, Resolution, Strike, Why, World
from tests.model.rules.opening import TOKEN_BYTES, drawn_market
from tests.model.rules.rule import Args, Rule, admin, anybody, before, enter, futile, signed, since
from tests.model.stage import Stage
from tests.programs import tokens
from tests.programs.pools import FEED

RESOLUTION_BYTES = 312
WINDOW_S = 60
DIGITS_MAX = 12
EXPO = -8
PRICE_AT = Pubkey(b"model price".ljust(32, b"\0"))


def decide(world: World, market: Market, outcome: int, resolver: str = "") -> None:
    """The market ends with an outcome; n or what nobody staked on voids it. Fees are due, the payout stands."""
    n, supply = market.terms.n, market.supply()
    pool = market.terms.engine == 0
    won = outcome < n and (supply[outcome] > 0 or not pool)
    if pool and won:
        winners, losers = supply[outcome], sum(supply) - supply[outcome]
        fee = -(-losers * sum(market.terms.fee_bps) // 10_000)
        market.payout = (1 << outcome, winners + losers - fee, winners)
        owe(market, fee)
    elif won:
        market.payout = (1 << outcome, 1, 1)
    else:
        market.payout = ((1 << n) - 1, 1, 1 if pool else n)
        market.fees = [0, 0, sum(market.fees)]
    market.resolver_to = resolver
    if market.resolution is not None:
        market.resolution.final = min(outcome, n)
    enter(world, market, "Finalized" if won else "Void")


def owe(market: Market, fee: int) -> None:
    """A fee in its three parts; what rounding leaves is the protocol's."""
    creator_bps, resolver_bps, _ = market.terms.fee_bps
    total = sum(market.terms.fee_bps)
    creator, resolver = (fee * creator_bps // total, fee * resolver_bps // total) if total else (0, 0)
    for kind, part in enumerate((creator, resolver, fee - creator - resolver)):
        market.fees[kind] += part


# prices


def draw_price(rng: random.Random, start: int) -> Args:
    """(publish, previous publish, price, expo, wide, what is wrong with it) of an update about a window's edges."""
    publish = start + rng.choice((-1, 0, 60, 61, *rng.sample(range(1, 60), 4)))
    prev = min(publish - 1, rng.choice((start - 1, start - 1, start, publish - 1)))
    expo = rng.choice((EXPO,) * 8 + (EXPO + 1, EXPO - 13))
    wrong = rng.choice(("feed", "owner", "partial")) if rng.random() < 0.05 else ""
    return (publish, prev, rng.randint(97, 103), expo, rng.random() < 0.1, wrong)


def judge(why: Why, start: int, update: Args, held: tuple[int, int] | None, now: int) -> str:
    """What an update means for the window that begins at `start`: final, candidate, or that there was none in it."""
    publish, prev = update[:2]
    why("BadPrice", bool(update[5]))
    inside, first = start <= publish <= start + WINDOW_S, prev < start
    open_still = held is None or now < held[1]
    if inside and open_still and first:
        return "final"
    if inside and open_still and (held is None or publish < held[0]):
        return "candidate"
    why("PriceOutsideWindow", not (publish > start + WINDOW_S and first and held is None))
    return "empty"


def holds(op: int, close: tuple[int, int], strike: tuple[int, int]) -> bool | None:
    """Whether the condition holds for (price, expo); None where the exponents are too far apart to compare."""
    if abs(close[1] - strike[1]) > DIGITS_MAX:
        return None
    low = min(close[1], strike[1])
    a, b = (price * 10 ** (expo - low) for price, expo in (close, strike))
    return {Op.GTE: a >= b, Op.UPDOWN: a >= b, Op.GT: a > b, Op.LTE: a <= b, Op.LT: a < b}[Op(op)]


def posted(stage: Stage, update: Args) -> Pubkey:
    """Puts an update there, as the oracle's program would."""
    publish, prev, price, expo, wide, wrong = update
    feed = bytes(32) if wrong == "feed" else FEED
    head = bytes.fromhex("22f123639d7ef4cd") + bytes(32) + (b"\0" if wrong == "partial" else b"\1") + feed
    body = struct.pack("<qQiqqqQQ", price, price if wide else 0, expo, publish, prev, price, 0, 0)
    tokens.put(
        stage.world.svm,
        PRICE_AT,
        (head + body).ljust(134, b"\0"),
        SYSTEM_PROGRAM if wrong == "owner" else POSTER_ID,
        10**9,
    )
    return PRICE_AT


def draw_strike(rng: random.Random, world: World, market: Market) -> Args | None:
    """An update about the opening."""
    if futile(rng, market.terms.op != Op.UPDOWN or market.strike_final):
        return None
    return (market.k, anybody(rng), *draw_price(rng, market.terms.open))


def expect_strike(world: World, k: int, caller: str, *update: int) -> Why:
    """A strike, a better candidate for it, or the proof that there is none."""
    market, why = world.markets[k], Why()
    terms, strike = market.terms, market.strike
    why("WrongSource", not terms.price)
    why("StrikeFixed", terms.op != Op.UPDOWN)
    why("WrongState", market.state != "Active")
    since(why, world.now, terms.open)
    before(why, world.now, terms.void_after)
    why("StrikeFinal", market.strike_final or (strike is not None and world.now >= strike.until))
    held = (strike.publish, strike.until) if strike is not None else None
    verdict = judge(why, terms.open, update, held, world.now)
    if why:
        return why
    publish, _, price, expo, wide, _ = update
    if verdict != "empty":
        until = 0 if verdict == "final" else world.now + terms.rules.gate_s
        market.strike = Strike(price, expo, publish, until, bool(wide))
        market.strike_final = verdict == "final"
    if verdict == "empty" or (verdict == "final" and wide):
        decide(world, market, terms.n)
    return why


def strike_of(world: World, market: Market) -> tuple[int, int] | None:
    """The strike that stands now and is believed, as (price, expo)."""
    if market.terms.op != Op.UPDOWN:
        return market.terms.strike, EXPO
    strike = market.strike
    stands = strike is not None and (market.strike_final or world.now >= strike.until) and not strike.wide
    return (strike.price, strike.expo) if strike is not None and stands else None


def draw_resolve(rng: random.Random, world: World, market: Market) -> Args:
    """An update about the event."""
    return (market.k, anybody(rng), *draw_price(rng, market.terms.event))


def expect_resolve(world: World, k: int, caller: str, *update: int) -> Why:
    """A price ends the market, becomes its candidate, or betters it."""
    market, why = world.markets[k], Why()
    terms, held = market.terms, market.resolution
    why("WrongSource", not terms.price)
    why("WrongState", market.state not in ("Active", "Resolving"))
    why("WrongResolution", (held is not None) != (market.state == "Resolving"))
    if market.state == "Resolving" and held is not None:
        before(why, world.now, held.window_end)
    else:
        since(why, world.now, terms.event)
        before(why, world.now, terms.void_after)
    strike = strike_of(world, market)
    why("StrikeNotFinal", strike is None)
    verdict = judge(why, terms.event, update, (held.publish, held.window_end) if held else None, world.now)
    if why or strike is None:
        return why
    publish, _, price, expo, wide, _ = update
    answer = None if wide else holds(terms.op, (price, expo), strike)
    outcome = terms.n if answer is None or verdict == "empty" else int(not answer)
    if verdict == "candidate":
        return hold(world, market, caller, publish, outcome)
    if held is not None:
        held.publish = publish
    decide(world, market, outcome, caller)
    return why


def hold(world: World, market: Market, caller: str, publish: int, outcome: int) -> Why:
    """A candidate, which may be bettered for a while."""
    until = world.now + market.terms.rules.gate_s
    if market.resolution is None:
        market.resolution = Resolution(caller, caller, outcome, until, publish=publish)
        world.pay_rent(caller, RESOLUTION_BYTES)
    held = market.resolution
    held.proposer, held.outcome, held.window_end, held.publish = caller, outcome, until, publish
    enter(world, market, "Resolving")
    return Why()


# proposals


def draw_propose(rng: random.Random, world: World, market: Market) -> Args:
    """The source, or somebody else."""
    return (market.k, rng.choice(("oracle", "oracle", anybody(rng))), rng.randrange(market.terms.n + 1))


def expect_propose(world: World, k: int, who: str, outcome: int) -> Why:
    """Somebody says with a bond how it ended: the source at first, later anyone."""
    market, why = world.markets[k], Why()
    terms = market.terms
    interest = sum(market.supply()) if terms.engine == 0 else max(market.supply())
    bond = max(terms.bounds.min_bond, interest * terms.rules.bond_bps // 10_000)
    why("WrongSource", terms.price)
    why("WrongState", market.state != "Active")
    why("Taken", market.resolution is not None)
    since(why, world.now, terms.event)
    before(why, world.now, terms.void_after)
    why("NotSource", who != terms.source and world.now < terms.resolve_by)
    why("BadOutcome", outcome > terms.n)
    why("AccountFrozen", (who, terms.mint) in world.frozen)
    why("InsufficientFunds", world.tokens[who, terms.mint] < bond)
    if why:
        return why
    quorum = max(bond, interest * terms.rules.quorum_bps // 10_000)
    by_source = who == terms.source and world.now < terms.resolve_by
    market.resolution = Resolution(
        who, who, outcome, world.now + terms.dispute_s, bond=bond, quorum=quorum, by_source=by_source, owed=bond
    )
    world.pay_rent(who, RESOLUTION_BYTES)
    world.pay_rent(who, TOKEN_BYTES)
    world.tokens[who, terms.mint] -= bond
    market.bonds += bond
    enter(world, market, "Resolving")
    return why


def expect_finalize(world: World, k: int) -> Why:
    """A proposal or a price candidate stands, its window being over."""
    market, why = world.markets[k], Why()
    held = market.resolution
    why("NoAccount", held is None)
    why("WrongState", market.state not in ("Resolving", "Contested"))
    since(why, world.now, held.window_end if held else 0)
    if not why and held is not None:
        stands = market.state == "Resolving" or held.by_source
        decide(world, market, held.outcome if stands else market.terms.n, held.proposer if stands else "")
    return why


# voids


def draw_announce(rng: random.Random, world: World, market: Market) -> Args | None:
    """Mostly once."""
    return None if futile(rng, market.halted) else (market.k, admin(rng, world))


def draw_cancel(rng: random.Random, world: World, market: Market) -> Args | None:
    """Mostly what was announced."""
    return None if futile(rng, not market.halted) else (market.k, admin(rng, world))


def expect_announce(world: World, k: int, by: str) -> Why:
    """The admin halts a market, which may be voided later."""
    market, why = world.markets[k], Why()
    why("NotAdmin", by != world.admin)
    why("WrongState", market.state != "Active")
    why("Halted", market.halted)
    if not why:
        market.halted, market.deadline = True, world.now + world.settings.void_delay_s
    return why


def expect_cancel(world: World, k: int, by: str) -> Why:
    """The admin calls it off."""
    market, why = world.markets[k], Why()
    why("NotAdmin", by != world.admin)
    why("WrongState", market.state != "Active")
    why("NotHalted", not market.halted)
    if not why:
        market.halted, market.deadline = False, 0
    return why


def expect_void(world: World, k: int) -> Why:
    """Nobody decided it, its void was announced long enough ago, or its strike is not to be believed."""
    market, why = world.markets[k], Why()
    why("WrongState", market.state != "Active")
    strike = market.strike
    wide = strike is not None and strike.wide and world.now >= strike.until
    announced = market.halted and world.now >= market.deadline
    why("TooEarly", not (world.now >= market.terms.void_after or announced or wide))
    if not why:
        decide(world, market, market.terms.n)
    return why


RULES = {
    "record_strike": Rule(
        draw=draw_strike, expect=expect_strike, seasons={"Active": 1, "Locked": 2, "Due": 2}, price=True,
        call=lambda s, k, who, *update: s.pools[k].record_strike(posted(s, update), who),
    ),
    "resolve_by_price": Rule(
        draw=draw_resolve, expect=expect_resolve, seasons={"Due": 4, "Resolving": 2}, price=True,
        call=lambda s, k, who, *update: s.pools[k].resolve(posted(s, update), who),
    ),
    "propose_outcome": Rule(
        draw=draw_propose, expect=expect_propose, seasons={"Due": 4}, price=False,
        call=lambda s, k, who, outcome: s.pools[k].propose(outcome, who),
    ),
    "finalize": Rule(
        draw=drawn_market, expect=expect_finalize, seasons={"Resolving": 2, "Contested": 2},
        call=lambda s, k: s.pools[k].finalize(),
    ),
    "announce_void": Rule(
        draw=draw_announce, expect=expect_announce, seasons={"Active": 0.1, "Locked": 0.1},
        call=lambda s, k, by: signed(s.pools[k].announce_void(), "authority", by),
    ),
    "cancel_void": Rule(
        draw=draw_cancel, expect=expect_cancel, seasons={"Active": 1, "Locked": 1},
        call=lambda s, k, by: signed(s.pools[k].cancel_void(), "authority", by),
    ),
    "void_inactive": Rule(
        draw=drawn_market, expect=expect_void, seasons={"Active": 0.2, "Due": 0.5},
        call=lambda s, k: s.pools[k].void_inactive(),
    ),
}  # fmt: skip
