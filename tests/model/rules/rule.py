"""The shape of a rule, and what rules share."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from solders.instruction import AccountMeta, Instruction

from localnet.wallets import wallet
from tests.model.nouns import UNCLAIMED_S, Market, Why, World
from tests.model.stage import Stage
from tests.programs.pools import CREATOR
from tests.programs.world import Call, key

Args = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that can be tried.

    draw: picks the arguments, from what a player can see; None where it makes no sense now.
    expect: the model's answer; changes the model only if it is an empty Why.
    call: the real instruction; None where only the world around the programs changes.
    seasons: how often it is tried in a phase of a market that it fits, beside a rare try anywhere.
    engines, price: which markets it fits; price None: all.
    about: what it is about where that is no market: the world around, or a creator's pool.
    parts: the steps, as (name, arguments), that it stands for where it is none itself.
    """

    draw: Callable[[random.Random, World, Market], Args | None]
    expect: Callable[..., Why]
    call: Callable[..., Call | None]
    seasons: dict[str, float] = field(default_factory=dict)
    engines: tuple[int, ...] = (0, 1, 2)
    price: bool | None = None
    about: str = "market"
    parts: Callable[..., Iterable[tuple[str, Args]]] | None = None

    def weight(self, market: Market, now: int) -> float:
        """How often it is tried on a market now."""
        fits = self.fits(market.terms.engine, market.terms.price)
        return self.seasons.get(phase(market, now), 0.0) if fits else 0.0

    def fits(self, engine: int, price: bool) -> bool:
        """Whether it is for such markets."""
        return engine in self.engines and self.price in (None, price)


def phase(market: Market, now: int) -> str:
    """The state, an active market's by the time of its life: Early, Active, Locked, Due."""
    terms = market.terms
    if market.state != "Active" or terms.open <= now < terms.lock:
        return market.state
    if now < terms.open:
        return "Early"
    return "Locked" if now < terms.event else "Due"


def trades(often: float) -> dict[str, float]:
    """The seasons of a trade: while the market is open, and now and then too early or too late."""
    return {"Early": 0.4, "Active": often, "Locked": 0.3, "Due": 0.1}


def before(why: Why, now: int, end: int) -> None:
    """Refused from `end` on."""
    why("TooLate", now >= end)


def since(why: Why, now: int, start: int) -> None:
    """Refused before `start`."""
    why("TooEarly", now < start)


def vaulted(why: Why, market: Market) -> None:
    """Refused while the market has no vault: its address is checked first."""
    why("WrongVault", market.state in ("Proposed", "Approved", "Rejected"))


def enter(world: World, market: Market, state: str) -> None:
    """Goes over to a state; what comes of it is the same whoever does it."""
    if market.state == "Active":
        market.halted = False
    market.state = state
    market.deadline = world.now + UNCLAIMED_S if market.decided else 0


def near(rng: random.Random, *values: int) -> int:
    """One of the values, or just beside it."""
    return max(0, rng.choice(values) + rng.choice((-1, 0, 0, 1)))


def futile(rng: random.Random, hopeless: bool) -> bool:
    """Whether to leave a try that cannot succeed; now and then it is made all the same."""
    return hopeless and rng.random() < 0.93


def anybody(rng: random.Random, stage: type[Stage] = Stage) -> str:
    """One of the traders."""
    return rng.choice(stage.TRADERS)


def somebody(rng: random.Random, market: Market) -> str:
    """One of the traders; in a crowded market mostly one of those who are there."""
    if len(market.holders) > len(Stage.TRADERS) and rng.random() < 0.7:
        return rng.choice(list(market.holders))
    return anybody(rng)


def admin(rng: random.Random, world: World) -> str:
    """Mostly the admin."""
    return rng.choice((world.admin,) * 8 + ("authority", CREATOR, Stage.HOSTILE))


def signed(call: Call, old: str, new: str) -> Call:
    """The call by somebody else."""
    one = call.instruction
    swap = {key(old): key(new)}
    metas = [AccountMeta(swap.get(m.pubkey, m.pubkey), m.is_signer, m.is_writable) for m in one.accounts]
    return Call(Instruction(one.program_id, bytes(one.data), metas), (wallet(new),))
