"""What happens around the programs: time goes by, accounts are frozen and thawed, gifts arrive."""

import random
from dataclasses import replace

from idl.enums import Mode
from tests.model.nouns import Market, Why, World
from tests.model.rules.rule import Args, Rule, anybody
from tests.model.stage import Stage
from tests.programs.world import SLOT, START, TERMS, Call


def instants(market: Market) -> set[int]:
    """The times at which something begins or ends."""
    terms = market.terms
    found = {terms.open, terms.lock, terms.event, terms.resolve_by, terms.void_after, market.deadline}
    if market.state in ("Proposed", "Approved"):
        found -= {terms.void_after, terms.resolve_by}
    if market.resolution is not None:
        found.add(market.resolution.window_end)
    if market.strike is not None:
        found.add(market.strike.until)
    return found


def draw_pass(rng: random.Random, world: World, market: Market) -> Args:
    """To the edge of something, or a little on; sometimes many slots."""
    live = [one for one in world.markets.values() if one.state not in ("Closed",)]
    told = {world.announced.eta} if world.announced is not None else set()
    coming = sorted({at for at in told.union(*map(instants, live)) if at >= world.now})[:4]
    if coming and rng.random() < 0.7:
        weights = [8, 4, 1, 0.3][: len(coming)]
        now = rng.choices(coming, weights)[0] + rng.choice((-1, 0, 0, 1))
    else:
        now = world.now + rng.choice((1, 5, 20))
    return (max(now, world.now) - START, world.slot + rng.choice((1, 3, 20, 151)) - SLOT)


def expect_pass(world: World, now: int, slot: int) -> Why:
    """The clock goes on, never back."""
    world.now, world.slot = max(world.now, START + now), max(world.slot, SLOT + slot)
    return Why()


def call_pass(stage: Stage, now: int, slot: int) -> None:
    """Sets the clock."""
    stage.world.at(max(stage.model.now, START + now), slot=max(stage.model.slot, SLOT + slot))


def draw_freeze(rng: random.Random, world: World, market: Market) -> Args:
    """A player's or the treasury's account of the market's mint; mostly thawed again."""
    stuck = sorted(world.frozen)
    if stuck and rng.random() < 0.7:
        return (*rng.choice(stuck), False)
    return (rng.choice((*Stage.TRADERS, "treasury")), market.terms.mint, True)


def expect_freeze(world: World, who: str, mint: str, frozen: bool) -> Why:
    """Nothing leaves a frozen account or comes to it."""
    (world.frozen.add if frozen else world.frozen.discard)((who, mint))
    return Why()


def draw_gift(rng: random.Random, world: World, market: Market) -> Args | None:
    """Tokens for a vault that did not ask for them."""
    vaults = [name for name, there in _vaults(market).items() if there]
    return (market.k, rng.choice(vaults), anybody(rng), rng.choice((1, 7, 5_000))) if vaults else None


def _vaults(market: Market) -> dict[str, bool]:
    held = market.resolution
    return {
        "vault": market.state not in ("Proposed", "Approved", "Rejected", "Closed") and not market.unwrapped,
        "bonds": held is not None and not market.terms.price and market.state != "Closed",
    }


def expect_gift(world: World, k: int, vault: str, who: str, amount: int) -> Why:
    """The market holds more than it owes."""
    market, why = world.markets[k], Why()
    why("NoVault", not _vaults(market)[vault])
    why("AccountFrozen", (who, market.terms.mint) in world.frozen)
    why("InsufficientFunds", world.tokens[who, market.terms.mint] < amount)
    if not why:
        world.tokens[who, market.terms.mint] -= amount
        if vault == "vault":
            market.vault += amount
        else:
            market.bonds += amount
    return why


def call_gift(stage: Stage, k: int, vault: str, who: str, amount: int) -> Call:
    """A plain transfer."""
    pool = stage.pools[k]
    return stage.transfer(pool.token_program, pool.ata(who), stage.places[vault, k], who, amount)


def draw_settings(rng: random.Random, world: World, market: Market) -> Args:
    """With and without votes on proposals, with and without a council."""
    return (rng.choice((Mode.OPEN, Mode.OPEN, Mode.PROPOSAL)).value, rng.choice((0, TERMS.council_s, TERMS.council_s)))


def expect_settings(world: World, mode: int, council_s: int) -> Why:
    """The programs were made with these settings: only before the first market."""
    if not world.markets:
        world.settings = replace(world.settings, mode=mode, council_s=council_s)
    return Why()


RULES = {
    "pass": Rule(about="world", draw=draw_pass, expect=expect_pass, call=call_pass),
    "freeze": Rule(about="world", draw=draw_freeze, expect=expect_freeze, call=lambda stage, *args: None),
    "settings": Rule(about="world", draw=draw_settings, expect=expect_settings, call=lambda stage, *args: None),
    "gift": Rule(
        draw=draw_gift, expect=expect_gift, call=call_gift,
        seasons={"Active": 0.2, "Resolving": 0.2, "Finalized": 0.1, "Void": 0.1},
    ),
}  # fmt: skip
