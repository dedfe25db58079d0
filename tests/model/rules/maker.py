"""The market maker: shares of one outcome bought and sold at a price that follows them, and complete sets.

What shares cost is taken from the maths' Python twin, which is compared with its vectors apart.
"""

import random

from idl.enums import Engine, Pause
from idl.maths import lmsr
from idl.maths.lmsr import Curve
from tests.model.nouns import Market, Why, World
from tests.model.rules.deciding import owe
from tests.model.rules.parimutuel import drawn_nonce, drawn_valid, position_of, shut, trading
from tests.model.rules.rule import Args, Rule, anybody, futile, near, trades, vaulted
from tests.model.rules.settling import unwrap
from tests.model.stage import Stage
from tests.programs.pools import CREATOR
from tests.programs.world import Call

SETS = (Engine.LMSR.value, Engine.BOOK.value)
SUPPLY_MAX = 1 << 62


def curve_of(market: Market) -> Curve:
    """What the market prices by."""
    return Curve.of(market.b)


def trade_of(market: Market, outcome: int, max_cost: int) -> lmsr.Trade | None:
    """What a sum buys now; None where there is nothing to buy from."""
    if not market.b or outcome >= market.terms.n:
        return None
    return lmsr.buy(curve_of(market), market.supply(), market.cost, outcome, max_cost, sum(market.terms.fee_bps))


def tail(rng: random.Random, world: World, market: Market, who: str) -> Args:
    """Nonce and last slot."""
    return (drawn_nonce(rng, market.holders.get(who)), drawn_valid(rng, world))


def usual(why: Why, world: World, market: Market, who: str, nonce: int, valid: int) -> None:
    """What every trade is refused for."""
    vaulted(why, market)
    holding = market.holders.get(who)
    why("Expired", world.slot > valid)
    why("NonceUsed", not holding.fresh(nonce) if holding else nonce == 0)


def pays(why: Why, world: World, market: Market, who: str, amount: int) -> None:
    """Collateral that a wallet pays in, within the market's bounds."""
    why("AmountTooSmall", amount < market.terms.bounds.min_stake)
    why("AmountTooLarge", amount > market.terms.bounds.max_stake)
    why("AccountFrozen", (who, market.terms.mint) in world.frozen)
    why("InsufficientFunds", world.tokens[who, market.terms.mint] < amount)


def draw_buy(rng: random.Random, world: World, market: Market) -> Args | None:
    """Of any size, sometimes with a bound at the edge of what it gets."""
    if futile(rng, shut(world, market, Pause.BUY)):
        return None
    who, outcome = anybody(rng), rng.randrange(market.terms.n + (rng.random() < 0.03))
    money = rng.choice(
        (
            near(rng, market.terms.bounds.min_stake),
            rng.choice((1, 9_999)),
            1_500,
            20_000,
            300_000,
            rng.randrange(1_000, 10**7),
            10**12,
        )
    )
    trade = trade_of(market, outcome, money) if rng.random() < 0.3 else None
    return (market.k, who, outcome, money, near(rng, trade.shares) if trade else 0, *tail(rng, world, market, who))


def expect_buy(world: World, k: int, who: str, outcome: int, money: int, least: int, nonce: int, valid: int) -> Why:
    """As many shares as a sum pays for, fee and all."""
    market, why = world.markets[k], Why()
    usual(why, world, market, who, nonce, valid)
    trading(why, world, market, Pause.BUY)
    why("WrongEngine", market.terms.engine != Engine.LMSR)
    why("BadOutcome", outcome >= market.terms.n)
    trade = trade_of(market, outcome, money)
    if trade is None:
        why.update({"DustTrade", "SupplyTooLarge"})
        return why
    why("TooFewShares", trade.shares < least)
    pays(why, world, market, who, trade.value + trade.fee)
    if not why:
        holding = position_of(world, market, who)
        holding.used.add(nonce)
        holding.shares[outcome] += trade.shares
        settle(world, market, who, trade.value + trade.fee, trade)
    return why


def settle(world: World, market: Market, who: str, paid: int, trade: lmsr.Trade) -> None:
    """The collateral moves, the cost follows the shares, the fee is owed."""
    world.tokens[who, market.terms.mint] -= paid
    market.vault += paid
    market.cost = trade.cost
    owe(market, trade.fee)


def draw_sell(rng: random.Random, world: World, market: Market) -> Args | None:
    """Some of what one has, now and then more."""
    who, outcome = anybody(rng), rng.randrange(market.terms.n)
    holding = market.holders.get(who)
    held = holding.shares[outcome] if holding else 0
    if futile(rng, held == 0):
        return None
    shares = rng.choice((held, near(rng, held), held // 3, rng.randrange(held + 1), 1))
    least = 0
    if market.b and 0 < shares <= held and rng.random() < 0.3:
        out = lmsr.sell(curve_of(market), market.supply(), market.cost, outcome, shares, sum(market.terms.fee_bps))
        least = near(rng, max(0, out.value - out.fee))
    return (market.k, who, rng.choice((who, who, anybody(rng))), outcome, shares, least, *tail(rng, world, market, who))


def expect_sell(
    world: World, k: int, who: str, to: str, outcome: int, shares: int, least: int, nonce: int, valid: int
) -> Why:
    """Shares go back to the market maker; no pause stops it."""
    market, why = world.markets[k], Why()
    holding = market.holders.get(who)
    usual(why, world, market, who, nonce, valid)
    trading(why, world, market, Pause(0))
    why("WrongEngine", market.terms.engine != Engine.LMSR)
    why("BadOutcome", outcome >= market.terms.n)
    why("NoAccount", holding is None)
    if holding is None or outcome >= market.terms.n or not market.b:
        return why
    why("NotEnoughShares", holding.shares[outcome] < shares)
    why("AccountFrozen", (to, market.terms.mint) in world.frozen)
    if shares <= holding.shares[outcome]:
        fees = sum(market.terms.fee_bps)
        trade = lmsr.sell(curve_of(market), market.supply(), market.cost, outcome, shares, fees)
        why("OutTooSmall", trade.value - trade.fee < max(least, 1))
        if not why:
            holding.used.add(nonce)
            holding.shares[outcome] -= shares
            settle(world, market, to, trade.fee - trade.value, trade)
    return why


# complete sets


def draw_split(rng: random.Random, world: World, market: Market) -> Args | None:
    """Of any size."""
    if futile(rng, shut(world, market, Pause.SPLIT)):
        return None
    who = anybody(rng)
    least, most = market.terms.bounds.min_stake, market.terms.bounds.max_stake
    amount = rng.choice((near(rng, least), 5_000, rng.randrange(1_000, 10**6), near(rng, most)))
    return (market.k, who, amount, *tail(rng, world, market, who))


def expect_split(world: World, k: int, who: str, amount: int, nonce: int, valid: int) -> Why:
    """A share of every outcome for each atom."""
    market, why = world.markets[k], Why()
    usual(why, world, market, who, nonce, valid)
    trading(why, world, market, Pause.SPLIT)
    why("WrongEngine", market.terms.engine not in SETS)
    why("SupplyTooLarge", max(market.supply()) + amount > SUPPLY_MAX)
    pays(why, world, market, who, amount)
    if not why:
        holding = position_of(world, market, who)
        holding.used.add(nonce)
        sets(world, market, who, who, amount)
    return why


def sets(world: World, market: Market, who: str, to: str, amount: int) -> None:
    """Complete sets are made, or with a minus taken back."""
    holding = market.holders[who]
    holding.shares = [held + amount for held in holding.shares]
    world.tokens[to, market.terms.mint] -= amount
    market.vault += amount
    if market.terms.engine == Engine.LMSR:
        market.cost += amount


def draw_merge(rng: random.Random, world: World, market: Market) -> Args | None:
    """As many as one has of all, or one more."""
    who = anybody(rng)
    holding = market.holders.get(who)
    least = min(holding.shares) if holding else 0
    if futile(rng, least == 0):
        return None
    return (
        market.k,
        who,
        rng.choice((who, anybody(rng))),
        near(rng, least, least // 2),
        *tail(rng, world, market, who),
    )


def expect_merge(world: World, k: int, who: str, to: str, amount: int, nonce: int, valid: int) -> Why:
    """Sets go back for what they cost, as long as nothing is decided."""
    market, why = world.markets[k], Why()
    holding = market.holders.get(who)
    usual(why, world, market, who, nonce, valid)
    why("WrongEngine", market.terms.engine not in SETS)
    why("WrongState", market.state not in ("Active", "Resolving", "Disputed", "Contested"))
    why("NoAccount", holding is None)
    why("AmountTooSmall", amount == 0)
    why("NotEnoughShares", holding is not None and min(holding.shares) < amount)
    why("AccountFrozen", (to, market.terms.mint) in world.frozen)
    if not why and holding is not None:
        holding.used.add(nonce)
        sets(world, market, who, to, -amount)
    return why


def draw_transfer(rng: random.Random, world: World, market: Market) -> Args | None:
    """To somebody who has a position, mostly."""
    who, to, outcome = anybody(rng), anybody(rng), rng.randrange(market.terms.n)
    holding = market.holders.get(who)
    held = holding.shares[outcome] if holding else 0
    if futile(rng, held == 0 or who == to or to not in market.holders):
        return None
    return (market.k, who, to, outcome, near(rng, held, held // 2), *tail(rng, world, market, who))


def expect_transfer(world: World, k: int, who: str, to: str, outcome: int, shares: int, nonce: int, valid: int) -> Why:
    """Shares change hands."""
    market, why = world.markets[k], Why()
    giver, taker = market.holders.get(who), market.holders.get(to)
    why("NoAccount", giver is None or taker is None)
    why("SamePosition", who == to)
    why("WrongState", market.state != "Active")
    why("Locked", world.now >= market.terms.lock)
    why("Expired", world.slot > valid)
    why("BadOutcome", outcome >= market.terms.n)
    why("AmountTooSmall", shares == 0)
    why("NonceUsed", giver is not None and not giver.fresh(nonce))
    why("NotEnoughShares", giver is not None and outcome < market.terms.n and giver.shares[outcome] < shares)
    if not why and giver is not None and taker is not None:
        giver.used.add(nonce)
        giver.shares[outcome] -= shares
        taker.shares[outcome] += shares
    return why


# the subsidy


def surplus(market: Market) -> int:
    """What a decided market holds beyond what it owes."""
    mask, num, den = market.payout or (0, 0, 1)
    due = sum(amount for i, amount in enumerate(market.supply()) if mask >> i & 1)
    return market.vault - -(-due * num // den) - market.escrow() - sum(market.fees)


def draw_subsidy(rng: random.Random, world: World, market: Market) -> Args | None:
    """Mostly to the creator."""
    if futile(rng, not market.decided or surplus(market) <= 0):
        return None
    return (market.k, rng.choice((CREATOR, CREATOR, CREATOR, "treasury", anybody(rng))))


def expect_subsidy(world: World, k: int, to: str) -> Why:
    """What the market maker does not owe goes back to who funded it."""
    market, why = world.markets[k], Why()
    vaulted(why, market)
    why("WrongEngine", market.terms.engine != Engine.LMSR)
    why("NotDecided", not market.decided)
    if not market.decided:
        return why
    amount = surplus(market)
    why("NothingOwed", amount <= 0)
    why("WrongDestination", to != CREATOR)
    if not why:
        unwrap(market)
        world.give(market, to, amount)
    return why


def call_subsidy(stage: Stage, k: int, to: str) -> Call:
    """withdraw_subsidy."""
    pool = stage.pools[k]
    return pool.withdraw_subsidy(destination=pool.wallet_of(to) if stage.decided(k) else pool.ata(to))


RULES = {
    "buy": Rule(
        draw=draw_buy, expect=expect_buy, engines=(1,), seasons=trades(6),
        call=lambda s, k, who, outcome, money, least, nonce, valid: s.pools[k].buy(
            who, outcome, money, least=least, nonce=nonce, valid=valid
        ),
    ),
    "sell": Rule(
        draw=draw_sell, expect=expect_sell, engines=(1,), seasons=trades(5),
        call=lambda s, k, who, to, outcome, shares, least, nonce, valid: s.pools[k].sell(
            who, outcome, shares, least=least, nonce=nonce, valid=valid, to=to
        ),
    ),
    "split": Rule(
        draw=draw_split, expect=expect_split, engines=SETS, seasons=trades(2),
        call=lambda s, k, who, amount, nonce, valid: s.pools[k].split(who, amount, nonce=nonce, valid=valid),
    ),
    "merge": Rule(
        draw=draw_merge, expect=expect_merge, engines=SETS,
        seasons={"Active": 2, "Locked": 0.5, "Due": 0.3, "Resolving": 0.5, "Disputed": 0.5, "Contested": 0.5},
        call=lambda s, k, who, to, amount, nonce, valid: s.pools[k].merge(who, amount, nonce=nonce, valid=valid, to=to),
    ),
    "transfer_shares": Rule(
        draw=draw_transfer, expect=expect_transfer, seasons=trades(1),
        call=lambda s, k, who, to, outcome, shares, nonce, valid: s.pools[k].transfer(
            who, to, outcome, shares, nonce=nonce, valid=valid
        ),
    ),
    "withdraw_subsidy": Rule(
        draw=draw_subsidy, expect=expect_subsidy, call=call_subsidy, engines=(1,),
        seasons={"Finalized": 1, "Void": 1},
    ),
}  # fmt: skip
