"""The pool: a stake buys as many shares, and that is all one can do before the decision."""

import random

from idl.enums import Engine, Pause
from idl.maths.parimutuel import stake_rate_bps
from tests.model.nouns import Holding, Market, Why, World
from tests.model.rules.rule import Args, Rule, anybody, futile, near, trades, vaulted
from tests.model.stage import Stage
from tests.programs.world import Call

POSITION_BYTES = 144


def trading(why: Why, world: World, market: Market, bit: Pause) -> None:
    """Open, not halted, within its hours, not paused."""
    why("WrongState", market.state != "Active")
    why("Halted", market.halted)
    why("NotOpen", world.now < market.terms.open)
    why("Locked", world.now >= market.terms.lock)
    why("Paused", bool(world.pause & bit))


def shut(world: World, market: Market, bit: Pause) -> bool:
    """Whether nothing of this kind can land, whatever it is."""
    return market.halted or bool(world.pause & bit)


def drawn_nonce(rng: random.Random, holding: Holding | None) -> int:
    """Mostly the next one; else one used before, one skipped, one far behind or far ahead."""
    top = holding.top if holding else 0
    back = max(0, top - rng.choice((0, 1, 5, 62, 63, 64, 65)))
    return rng.choice((top + 1,) * 12 + (top + rng.choice((2, 5, 63, 64, 65)), back, back))


def drawn_valid(rng: random.Random, world: World) -> int:
    """The last slot in which it may land, sometimes too early."""
    return world.slot + rng.choice((10,) * 18 + (0, -1))


def position_of(world: World, market: Market, who: str) -> Holding:
    """The wallet's position, made and paid for where there was none."""
    if who not in market.holders:
        market.holders[who] = Holding(who, [0] * market.terms.n)
        world.pay_rent(who, POSITION_BYTES + 8 * market.terms.n)
    return market.holders[who]


def draw_stake(rng: random.Random, world: World, market: Market) -> Args | None:
    """Of any size by anyone, sometimes with a bound that fails."""
    if futile(rng, shut(world, market, Pause.STAKE)):
        return None
    who, outcome = anybody(rng), rng.randrange(market.terms.n + (rng.random() < 0.05))
    least, most = market.terms.bounds.min_stake, market.terms.bounds.max_stake
    amount = rng.choice((least, 1_001, 7_777, 10**6, rng.randrange(1_000, 99_999), near(rng, least, most)))
    rate = 0
    if outcome < market.terms.n and amount > 0 and rng.random() < 0.15:
        rate = near(rng, stake_rate_bps(market.supply(), outcome, amount, sum(market.terms.fee_bps)))
    nonce = drawn_nonce(rng, market.holders.get(who))
    return (market.k, who, outcome, amount, rate, nonce, drawn_valid(rng, world))


def expect_stake(world: World, k: int, who: str, outcome: int, amount: int, rate: int, nonce: int, valid: int) -> Why:
    """Pays collateral in for as many shares of one outcome."""
    market, why = world.markets[k], Why()
    terms, holding = market.terms, market.holders.get(who)
    vaulted(why, market)
    trading(why, world, market, Pause.STAKE)
    why("WrongEngine", terms.engine != Engine.PARIMUTUEL)
    why("Expired", world.slot > valid)
    why("BadOutcome", outcome >= terms.n)
    why("AmountTooSmall", amount < terms.bounds.min_stake)
    why("AmountTooLarge", amount > terms.bounds.max_stake)
    why("NonceUsed", not (holding or Holding(who, [])).fresh(nonce))
    why("AccountFrozen", (who, terms.mint) in world.frozen)
    why("InsufficientFunds", world.tokens[who, terms.mint] < amount)
    if outcome < terms.n:
        why("RateTooLow", stake_rate_bps(market.supply(), outcome, max(amount, 1), sum(terms.fee_bps)) < rate)
    if not why:
        holding = position_of(world, market, who)
        holding.used.add(nonce)
        holding.shares[outcome] += amount
        world.tokens[who, terms.mint] -= amount
        market.vault += amount
    return why


def call_stake(stage: Stage, k: int, who: str, outcome: int, amount: int, rate: int, nonce: int, valid: int) -> Call:
    """stake from the wallet's token account."""
    return stage.pools[k].stake(who, outcome, amount, nonce=nonce, rate=rate, valid=valid)


RULES = {
    "stake": Rule(draw=draw_stake, expect=expect_stake, call=call_stake, seasons=trades(10), engines=(0,)),
}
