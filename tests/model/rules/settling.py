"""From the decision to the last lamport: claims, payouts, fees, bonds, and the closing of everything."""

import random

from solders.instruction import AccountMeta

from idl import addresses
from idl import instructions as ix
from idl.enums import Engine, FeeKind
from localnet.wallets import wallet
from tests.model import offered
from tests.model.nouns import POOL, UNCLAIMED_S, Market, Why, World
from tests.model.rules.deciding import RESOLUTION_BYTES
from tests.model.rules.desk import leave, with_seat
from tests.model.rules.opening import MARKET_BYTES, TOKEN_BYTES
from tests.model.rules.parimutuel import POSITION_BYTES, drawn_nonce, drawn_valid
from tests.model.rules.rule import Args, Rule, anybody, futile, somebody, vaulted
from tests.model.rules.voting import VOTE_BYTES
from tests.model.stage import Stage
from tests.programs.pools import CREATOR
from tests.programs.world import Call, key

PAST = {"Finalized": 1.0, "Void": 1.0}
ID_SLOTS_MAX = 150


def unwrap(market: Market) -> None:
    """The first payment of a decided SOL market turns its vault into plain SOL."""
    market.unwrapped = market.unwrapped or (market.native and market.decided)


def burn(world: World, market: Market, who: str) -> None:
    """The position is closed, its rent goes back."""
    world.pay_rent(market.holders[who].payer, POSITION_BYTES + 8 * market.terms.n, 1)
    del market.holders[who]


def frozen(world: World, market: Market, who: str) -> bool:
    """Whether a payment to this wallet goes to a token account that takes none."""
    return not (market.native and market.decided) and (who, market.terms.mint) in world.frozen


# positions


def draw_claim(rng: random.Random, world: World, market: Market) -> Args | None:
    """Mostly to oneself."""
    who = somebody(rng, market)
    if futile(rng, who not in market.holders) or (market.decided and _lost(rng, market, who)):
        return None
    return (market.k, who, rng.choice((who, who, who, anybody(rng))))


def _lost(rng: random.Random, market: Market, who: str) -> bool:
    """Whether somebody who lost leaves the position where it is."""
    return who in market.holders and market.paid_for(market.holders[who]) == 0 and rng.random() < 0.8


def expect_claim(world: World, k: int, who: str, to: str) -> Why:
    """The owner burns a position for what it pays."""
    market, why = world.markets[k], Why()
    holding = market.holders.get(who)
    vaulted(why, market)
    why("NotDecided", not market.decided)
    why("NoAccount", holding is None)
    if holding is not None and market.decided:
        amount = market.paid_for(with_seat(market, who))
        why("AccountFrozen", amount > 0 and frozen(world, market, to))
        if not why:
            unwrap(market)
            leave(market, who)
            world.give(market, to, amount)
            burn(world, market, who)
    return why


def call_claim(stage: Stage, k: int, who: str, to: str) -> Call:
    """claim."""
    pool = stage.pools[k]
    return pool.claim(who, destination=pool.wallet_of(to) if stage.decided(k) else pool.ata(to))


def draw_pay_out(rng: random.Random, world: World, market: Market) -> Args | None:
    """A batch, sometimes with a repeated, closed or foreign position in it."""
    names = [somebody(rng, market) for _ in range(rng.choice((1, 2, 3, 4, 8)))]
    if futile(rng, not market.holders) or (market.decided and any(_lost(rng, market, one) for one in names)):
        return None
    return (market.k, tuple((rng.choice((market.k,) * 6 + tuple(world.markets)), name) for name in names))


def expect_pay_out(world: World, k: int, batch: tuple[tuple[int, str], ...]) -> Why:
    """Pays whom it can; closed, foreign and repeated positions change nothing."""
    market, why = world.markets[k], Why()
    due = [name for home, name in dict.fromkeys(batch) if home == k and name in market.holders]
    why("NotDecided", not market.decided)
    vaulted(why, market)
    if not why:
        unwrap(market)
        for name in due:
            amount = market.paid_for(with_seat(market, name))
            if amount == 0 or world.can_take(market, name):
                leave(market, name)
                world.give(market, name, amount)
                burn(world, market, name)
    return why


def call_pay_out(stage: Stage, k: int, batch: tuple[tuple[int, str], ...]) -> Call:
    """pay_out to the canonical destinations."""
    pool = stage.pools[k]
    remaining, known = [], [(stage.pools[home], name) for home, name in batch if home in stage.pools]
    for home, name in known:
        keys = (home.position(name), pool.wallet_of(name), key(name))
        remaining += [AccountMeta(one, False, True) for one in keys]
    bumps = b"" if pool.native else bytes(pool.bump(name) for _, name in known)
    where = {"market": pool.address, "vault": pool.vault, "mint": pool.mint, "token_program": pool.token_program}
    if offered.BOOK:
        where["book"] = next((found for home, name in known if home is pool and (found := pool.seated(name))), None)
    return Call(ix.pay_out(bumps=bumps, remaining=remaining, **where), (wallet("payer"),))


def draw_withdraw(rng: random.Random, world: World, market: Market) -> Args | None:
    """Of the free collateral, or more than that."""
    who = somebody(rng, market)
    holding = market.holders.get(who)
    credit = with_seat(market, who).credit if holding else 0
    if futile(rng, credit == 0):
        return None
    amount = rng.choice((credit, credit // 2, credit + 1, 1))
    return (market.k, who, amount, drawn_nonce(rng, holding), drawn_valid(rng, world))


def expect_withdraw(world: World, k: int, who: str, amount: int, nonce: int, valid: int) -> Why:
    """Takes free collateral out, in any state."""
    market, why = world.markets[k], Why()
    holding = market.holders.get(who)
    vaulted(why, market)
    why("NoAccount", holding is None)
    why("Expired", world.slot > valid)
    why("CreditTooSmall", not 0 < amount <= (with_seat(market, who).credit if holding else 0))
    why("NonceUsed", holding is not None and not holding.fresh(nonce))
    why("AccountFrozen", frozen(world, market, who))
    if not why and holding is not None:
        unwrap(market)
        leave(market, who)
        holding.used.add(nonce)
        holding.credit -= amount
        world.give(market, who, amount)
    return why


def call_withdraw(stage: Stage, k: int, who: str, amount: int, nonce: int, valid: int) -> Call:
    """withdraw."""
    pool = stage.pools[k]
    where = pool.wallet_of(who) if stage.decided(k) else pool.ata(who)
    return pool.withdraw(who, amount, nonce=nonce, valid=valid, destination=where)


# fees


def draw_fees(rng: random.Random, world: World, market: Market) -> Args | None:
    """Any of the three, to the right one or to another."""
    kind = rng.choice(list(FeeKind))
    if futile(rng, market.fees[kind] == 0):
        return None
    right = (market.terms.fee_to, market.resolver_to or "treasury", "treasury")[kind]
    return (market.k, int(kind), rng.choice((right, right, right, "treasury", anybody(rng))), rng.random() < 0.3)


def expect_fees(world: World, k: int, kind: int, to: str, fallback: bool) -> Why:
    """The protocol's at any time, the others once it is decided; late, what they cannot take is the treasury's."""
    market, why = world.markets[k], Why()
    vaulted(why, market)
    why("NotDecided", not market.decided and kind != FeeKind.PROTOCOL)
    why("NothingOwed", market.fees[kind] == 0)
    takes = {name: not frozen(world, market, name) for name in (to, "treasury")}
    late = market.decided and world.now >= market.deadline
    recipient = (market.terms.fee_to, market.resolver_to or "treasury", "treasury")[kind]
    paid = to
    forsaken = kind == FeeKind.CREATOR and late and world.now >= market.deadline + UNCLAIMED_S
    if not (forsaken and to == "treasury" and takes[to]):
        why("WrongDestination", to != recipient)
        if to == recipient and not takes[to]:
            why("Unpayable", not (late and fallback and takes["treasury"]))
            paid = "treasury"
    if not why:
        unwrap(market)
        amount, market.fees[kind] = market.fees[kind], 0
        world.give(market, paid, amount)
    return why


def call_fees(stage: Stage, k: int, kind: int, to: str, fallback: bool) -> Call:
    """collect_fees."""
    pool = stage.pools[k]
    decided = stage.decided(k)
    treasury = pool.wallet_of("treasury") if decided else pool.ata("treasury")
    changes: dict[str, object] = {"treasury_destination": treasury} if fallback else {}
    if to == POOL:
        return pool.collect_fees(FeeKind(kind), "treasury", destination=stage.places[("dividends",)], **changes)
    return pool.collect_fees(FeeKind(kind), to, decided=decided, **changes)


# closing


def draw_close_resolution(rng: random.Random, world: World, market: Market) -> Args | None:
    """Its payer gets the rents."""
    held = market.resolution
    if futile(rng, held is None or held.owed > 0):
        return None
    return (market.k, held.payer if held else "oracle", not market.terms.price)


def expect_close_resolution(world: World, k: int) -> Why:
    """A resolution that owes nothing goes, its rents go back, a rest to the treasury."""
    market, why = world.markets[k], Why()
    held = market.resolution
    why("NotDecided", not market.decided)
    why("NoAccount", held is None)
    why("NothingOwed", held is not None and held.owed > 0)
    why("AccountFrozen", market.bonds > 0 and ("treasury", market.terms.mint) in world.frozen)
    if not why and held is not None:
        world.tokens["treasury", market.terms.mint] += market.bonds
        market.bonds = 0
        world.pay_rent(held.payer, RESOLUTION_BYTES, 1)
        if not market.terms.price:
            world.pay_rent(held.payer, TOKEN_BYTES, 1)
        market.resolution = None
    return why


def call_close_resolution(stage: Stage, k: int, payer: str, bonded: bool) -> Call:
    """close_resolution."""
    return stage.pools[k].close_resolution(payer, bonded=bonded)


def draw_close_market(rng: random.Random, world: World, market: Market) -> Args | None:
    """Mostly once it is empty."""
    mask = market.payout[0] if market.payout else 0
    winners = any(amount for i, amount in enumerate(market.supply()) if mask >> i & 1)
    left = winners or any(market.fees) or market.resolution is not None or market.book is not None
    return None if futile(rng, left) else (market.k,)


def expect_close_market(world: World, k: int) -> Why:
    """A market that owes nothing goes; it does not wait for losers."""
    market, why = world.markets[k], Why()
    why("NotDecided", market.state not in ("Finalized", "Void", "Rejected"))
    why("TooEarly", world.slot <= market.terms.created_slot + ID_SLOTS_MAX)
    mask = market.payout[0] if market.payout else 0
    why("SharesLeft", market.escrow() > 0 or any(s for i, s in enumerate(market.supply()) if mask >> i & 1))
    why("FeesLeft", any(market.fees))
    why("ResolutionLeft", market.resolution is not None)
    why("BookLeft", market.book is not None)
    heir = CREATOR if market.terms.engine == Engine.LMSR else "treasury"
    why("Unpayable", market.vault > 0 and frozen(world, market, heir))
    if not why:
        if market.decided:
            unwrap(market)
            world.give(market, heir, market.vault)
            world.pay_rent(CREATOR, TOKEN_BYTES, 1)
        world.pay_rent(CREATOR, MARKET_BYTES, 1)
        market.state = "Closed"
    return why


def call_close_market(stage: Stage, k: int) -> Call:
    """close_market; of a market maker the creator gets the rest."""
    pool = stage.pools[k]
    funded = stage.model.markets[k].terms.engine == Engine.LMSR
    return pool.close_market(**({"creator_destination": pool.wallet_of(CREATOR)} if funded else {}))


def draw_orphans(rng: random.Random, world: World, market: Market) -> Args | None:
    """Some positions and votes of this market and of others."""
    names = rng.choices([*market.holders, *(who for _, who in market.voters)] or Stage.TRADERS, k=rng.randint(1, 3))
    if futile(rng, market.state != "Closed" or not (market.holders or market.voters)):
        return None
    homes = (market.k,) * 6 + tuple(world.markets)
    return (market.k, tuple((rng.choice(homes), name, rng.choice(("position", "vote"))) for name in names))


def expect_orphans(world: World, _: int, batch: tuple[tuple[int, str, str], ...]) -> Why:
    """The rent of positions, and of votes on proposals, whose market is gone goes back."""
    why = Why()
    known = [(world.markets[home], name, kind) for home, name, kind in dict.fromkeys(batch) if home in world.markets]
    there = {"position": lambda m, name: name in m.holders, "vote": lambda m, name: (0, name) in m.voters}
    due = [(market, name, kind) for market, name, kind in known if there[kind](market, name)]
    why("MarketExists", any(market.state != "Closed" for market, _, _ in due))
    why("NothingOwed", not due)
    if not why:
        for market, name, kind in due:
            if kind == "position":
                burn(world, market, name)
            else:
                del market.voters[0, name]
                world.pay_rent(name, VOTE_BYTES, 1)
    return why


def call_orphans(stage: Stage, _: int, batch: tuple[tuple[int, str, str], ...]) -> Call:
    """close_orphan."""
    remaining = []
    for pool, name, kind in [(stage.pools[home], name, kind) for home, name, kind in batch if home in stage.pools]:
        where = pool.position(name) if kind == "position" else addresses.vote(pool.address, 0, key(name)).address
        remaining += [AccountMeta(one, False, True) for one in (where, pool.address, key(name))]
    return Call(ix.close_orphan(remaining=remaining), (wallet("payer"),))


RULES = {
    "claim": Rule(draw=draw_claim, expect=expect_claim, call=call_claim, seasons=PAST),
    "pay_out": Rule(
        draw=draw_pay_out, expect=expect_pay_out, call=call_pay_out, seasons={"Finalized": 0.4, "Void": 0.4}
    ),
    "withdraw": Rule(
        draw=draw_withdraw, expect=expect_withdraw, call=call_withdraw,
        seasons={"Active": 0.6, "Locked": 0.3, "Resolving": 0.3, "Void": 0.2, "Finalized": 0.2},
    ),
    "collect_fees": Rule(draw=draw_fees, expect=expect_fees, call=call_fees, seasons=PAST | {"Active": 0.2}),
    "close_resolution": Rule(
        draw=draw_close_resolution,
        expect=lambda w, k, payer, bonded: expect_close_resolution(w, k), call=call_close_resolution, seasons=PAST,
    ),
    "close_market": Rule(
        draw=draw_close_market, expect=expect_close_market, seasons=PAST | {"Rejected": 3},
        call=call_close_market,
    ),
    "close_orphan": Rule(draw=draw_orphans, expect=expect_orphans, call=call_orphans, seasons={"Closed": 1.0}),
}  # fmt: skip
