"""A creator's pool: shares on a curve, and dividends for those who hold them.

The parts of a dividend are taken from the maths' Python twin.
"""

import random

from idl.maths import dividends
from tests.model.nouns import Fan, Market, Pool, Why, World
from tests.model.rules.parimutuel import drawn_valid
from tests.model.rules.rule import Args, Rule, anybody, futile, near
from tests.model.stage import MINT_OF, Stage
from tests.programs.creators import CREATOR, Shares
from tests.programs.world import Call

POOL_BYTES, HOLDER_BYTES, TOKEN_BYTES = 160, 160, 165
LOCK_S = 100
SHARES_MAX = 1 << 20


def shares_of(stage: Stage) -> Shares:
    """The pool's calls."""
    pool = stage.model.pool
    return Shares(stage.world, CREATOR, MINT_OF[pool.mint if pool else "USDC"])


def fresh(why: Why, world: World, pool: Pool, who: str, nonce: int, valid: int) -> None:
    """What every trade is refused for."""
    fan = pool.fans.get(who)
    why("Expired", world.slot > valid)
    why("NonceUsed", not fan.fresh(nonce) if fan else nonce == 0)


def nonce_of(rng: random.Random, fan: Fan | None) -> int:
    """Mostly the next one."""
    top = fan.top if fan else 0
    return rng.choice((top + 1,) * 12 + (top, top + 70, max(0, top - 63), max(0, top - 64)))


def accrue(pool: Pool) -> int:
    """What came in since is shared out among those who hold shares."""
    pool.dividends, pool.unsynced = pool.dividends + pool.unsynced, 0
    supply, new = pool.supply(), pool.dividends - pool.recorded
    if supply == 0 or new == 0:
        return 0
    pool.acc, pool.carry = dividends.accrue(pool.acc, pool.carry, new, supply)
    pool.recorded = pool.dividends
    return new


def hold(pool: Pool, fan: Fan, shares: int) -> None:
    """What was earned so far is kept, from now on so many shares earn."""
    whole, fraction = dividends.earned(fan.shares, pool.acc, fan.debt)
    fan.pending += whole
    fan.debt = dividends.debt_after(pool.acc, shares, fraction)
    fan.shares = shares


def draw_create(rng: random.Random, world: World, market: Market) -> Args | None:
    """Once."""
    if futile(rng, world.pool is not None):
        return None
    terms = (rng.choice(sorted(MINT_OF)), rng.choice((0, 3, 1_000)), rng.choice((0, 1, 1_000, 10**6)))
    terms = (*terms, rng.choice((LOCK_S,) * 4 + (1, 0)))
    return (*terms, rng.choice((1, 10, 77)), 1, drawn_valid(rng, world))


def expect_create(world: World, mint: str, a: int, c: int, lock_s: int, shares: int, nonce: int, valid: int) -> Why:
    """The creator makes it and buys the first shares."""
    why, cost = Why(), Pool(mint, a, c, lock_s).cost(shares)
    why("Taken", world.pool is not None)
    why("BadCurve", a == 0 and c == 0)
    why("BadLock", lock_s == 0)
    why("Expired", world.slot > valid)
    why("InsufficientFunds", world.tokens[CREATOR, mint] < cost)
    if not why:
        world.pool = pool = Pool(mint, a, c, lock_s)
        pool.fans[CREATOR] = fan = Fan(used={nonce})
        for size in (POOL_BYTES, HOLDER_BYTES, TOKEN_BYTES, TOKEN_BYTES):
            world.pay_rent(CREATOR, size)
        move(world, pool, CREATOR, fan, shares, cost)
        fan.locked_until = world.now + lock_s
    return why


def move(world: World, pool: Pool, who: str, fan: Fan, shares: int, cost: int) -> None:
    """Shares for their price, or back with a minus."""
    hold(pool, fan, fan.shares + shares)
    world.tokens[who, pool.mint] -= cost
    pool.reserve += cost


def call_create(stage: Stage, mint: str, a: int, c: int, lock_s: int, shares: int, nonce: int, valid: int) -> Call:
    """create_pool."""
    return Shares(stage.world, CREATOR, MINT_OF[mint]).create(
        a=a, c=c, lock_s=lock_s, shares=shares, nonce=nonce, valid=valid
    )


def draw_buy(rng: random.Random, world: World, market: Market) -> Args | None:
    """Some shares, sometimes with a bound at their price."""
    pool, who, shares = world.pool, anybody(rng), rng.choice((0, 1, 5, 20, 20, 20, SHARES_MAX))
    if pool is None:
        return None
    bound = 2**64 - 1 if rng.random() < 0.8 else min(near(rng, pool.cost(shares)), 2**64 - 1)
    return (who, shares, bound, nonce_of(rng, pool.fans.get(who)), drawn_valid(rng, world))


def expect_buy(world: World, who: str, shares: int, bound: int, nonce: int, valid: int) -> Why:
    """The next shares for what they cost; what came in before is not theirs."""
    why, pool = Why(), world.pool
    why("NoAccount", pool is None)
    if pool is None:
        return why
    fresh(why, world, pool, who, nonce, valid)
    cost = pool.cost(shares)
    why("AmountTooSmall", shares == 0)
    why("CostTooHigh", cost > bound)
    why("Overflow", cost >= 2**64)
    why("SupplyExceeded", pool.supply() + shares > SHARES_MAX)
    why("AccountFrozen", (who, pool.mint) in world.frozen)
    why("InsufficientFunds", world.tokens[who, pool.mint] < cost)
    if not why:
        accrue(pool)
        if who not in pool.fans:
            pool.fans[who] = Fan(debt=pool.acc)
            world.pay_rent(who, HOLDER_BYTES)
        fan = pool.fans[who]
        fan.used.add(nonce)
        move(world, pool, who, fan, shares, cost)
        fan.locked_until = max(fan.locked_until, world.now + pool.lock_s)
    return why


def draw_sell(rng: random.Random, world: World, market: Market) -> Args | None:
    """Mostly what one has and may sell."""
    pool, who = world.pool, rng.choice((*Stage.TRADERS, CREATOR))
    fan = pool.fans.get(who) if pool else None
    if pool is None or futile(rng, fan is None or fan.shares == 0 or world.now < fan.locked_until):
        return None
    held = fan.shares if fan else 0
    shares, least = near(rng, held, held // 2, 1), 0
    if 0 < shares <= pool.supply() and rng.random() < 0.3:
        least = near(rng, -pool.cost(-shares))
    return (who, shares, least, nonce_of(rng, fan), drawn_valid(rng, world))


def expect_sell(world: World, who: str, shares: int, least: int, nonce: int, valid: int) -> Why:
    """The last shares go back for what they cost, once the lock is over."""
    why, pool = Why(), world.pool
    fan = pool.fans.get(who) if pool else None
    why("NoAccount", fan is None)
    if pool is None or fan is None:
        return why
    fresh(why, world, pool, who, nonce, valid)
    why("SharesLocked", world.now < fan.locked_until)
    why("SharesTooFew", fan.shares < shares)
    why("AmountTooSmall", shares == 0)
    why("AccountFrozen", (who, pool.mint) in world.frozen)
    value = -pool.cost(-shares) if shares <= fan.shares else 0
    why("OutTooLow", value < least)
    if not why:
        accrue(pool)
        fan.used.add(nonce)
        move(world, pool, who, fan, -shares, -value)
    return why


def draw_earn(rng: random.Random, world: World, market: Market) -> Args | None:
    """Once there is a pool."""
    return (anybody(rng), rng.choice((1, 7, 350, 10**6))) if world.pool else None


def draw_sync(rng: random.Random, world: World, market: Market) -> Args | None:
    """Mostly if something came in."""
    pool = world.pool
    return None if pool is None or futile(rng, pool.recorded == pool.dividends + pool.unsynced) else ()


def draw_claim(rng: random.Random, world: World, market: Market) -> Args | None:
    """Mostly what there is."""
    pool, who = world.pool, rng.choice((*Stage.TRADERS, CREATOR))
    fan = pool.fans.get(who) if pool else None
    hopeless = fan is None or (pool is not None and owed(pool, fan) == 0)
    return None if pool is None or futile(rng, hopeless) else (who,)


def draw_pay(rng: random.Random, world: World, market: Market) -> Args | None:
    """Some holders, perhaps one twice."""
    return (tuple(rng.choices(Stage.TRADERS, k=rng.randint(1, 3))),) if world.pool else None


def expect_earn(world: World, who: str, amount: int) -> Why:
    """Somebody pays into the dividends account."""
    why, pool = Why(), world.pool
    why("NoVault", pool is None)
    if pool is not None:
        why("AccountFrozen", (who, pool.mint) in world.frozen)
        if not why:
            world.tokens[who, pool.mint] -= amount
            pool.dividends += amount
    return why


def expect_sync(world: World) -> Why:
    """Anyone has what came in shared out."""
    why, pool = Why(), world.pool
    why("NoAccount", pool is None)
    if pool is not None:
        why("NothingNew", pool.supply() == 0 or pool.dividends + pool.unsynced == pool.recorded)
        if not why:
            accrue(pool)
    return why


def owed(pool: Pool, fan: Fan) -> int:
    """What a holder would be paid now."""
    return dividends.claimable(
        shares=fan.shares, debt=fan.debt, pending=fan.pending, acc=pool.acc, carry=pool.carry, supply=pool.supply(),
        recorded=pool.recorded, balance=pool.dividends + pool.unsynced,
    )  # fmt: skip


def pay(world: World, pool: Pool, who: str) -> None:
    """A holder takes all dividends."""
    fan = pool.fans[who]
    hold(pool, fan, fan.shares)
    amount, fan.pending = fan.pending, 0
    pool.recorded -= amount
    pool.dividends -= amount
    world.tokens[who, pool.mint] += amount


def expect_claim(world: World, who: str) -> Why:
    """The owner takes their dividends."""
    why, pool = Why(), world.pool
    fan = pool.fans.get(who) if pool else None
    why("NoAccount", fan is None)
    if pool is None or fan is None:
        return why
    why("NothingOwed", owed(pool, fan) == 0)
    why("AccountFrozen", (who, pool.mint) in world.frozen)
    if not why:
        accrue(pool)
        pay(world, pool, who)
    return why


def expect_pay(world: World, names: tuple[str, ...]) -> Why:
    """Anyone pays holders; who cannot be paid stops nobody else."""
    why, pool = Why(), world.pool
    why("NoAccount", pool is None)
    if pool is None:
        return why
    due = [name for name in dict.fromkeys(names) if name in pool.fans and owed(pool, pool.fans[name]) > 0]
    why("NothingOwed", not due)
    if not why:
        accrue(pool)
        for name in due:
            if (name, pool.mint) not in world.frozen:
                pay(world, pool, name)
    return why


def call_earn(stage: Stage, who: str, amount: int) -> Call:
    """A plain transfer into the dividends account."""
    pool = shares_of(stage)
    return stage.transfer(pool.token_program, pool.ata(who), pool.dividends, who, amount)


RULES = {
    "create_pool": Rule(about="pool", draw=draw_create, expect=expect_create, call=call_create),
    "buy_shares": Rule(
        about="pool", draw=draw_buy, expect=expect_buy,
        call=lambda s, who, shares, bound, nonce, valid: shares_of(s).buy(
            who, shares, max_cost=bound, nonce=nonce, valid=valid
        ),
    ),
    "sell_shares": Rule(
        about="pool", draw=draw_sell, expect=expect_sell,
        call=lambda s, who, shares, least, nonce, valid: shares_of(s).sell(
            who, shares, min_out=least, nonce=nonce, valid=valid
        ),
    ),
    "earn": Rule(about="pool", draw=draw_earn, expect=expect_earn, call=call_earn),
    "sync_dividends": Rule(about="pool", draw=draw_sync, expect=expect_sync, call=lambda s: shares_of(s).sync()),
    "claim_dividend": Rule(
        about="pool", draw=draw_claim, expect=expect_claim, call=lambda s, who: shares_of(s).claim(who)
    ),
    "pay_dividends": Rule(
        about="pool", draw=draw_pay, expect=expect_pay, call=lambda s, names: shares_of(s).pay(*names)
    ),
}  # fmt: skip
