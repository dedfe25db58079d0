"""Who rules, and by what settings: changes announced and made true, the admin's place, the rules of mints."""

import random
from dataclasses import fields, replace
from typing import Final

import msgspec

from idl import instructions as ix
from idl.enums import Mode
from idl.events import ConfigTerms
from idl.limits import CONFIG_CHANGE_OPEN_S
from localnet.wallets import wallet
from tests.model.nouns import Announced, Bounds, Market, Settings, Why, World
from tests.model.rules.rule import Args, Rule, admin, before, futile, near, signed, since
from tests.model.stage import MINT_OF, Stage
from tests.programs import votes
from tests.programs.pools import CREATOR
from tests.programs.world import MAX_STAKE, MIN_BOND, MIN_STAKE, TERMS, Call, key

NAMED: Final = ("guardian", "council")
FIRST: Final = Settings(
    **{one.name: one.name if one.name in NAMED else getattr(TERMS, one.name) for one in fields(Settings)}
)
BOUNDS: Final = Bounds(MIN_STAKE, MAX_STAKE, 1, MIN_BOND)
# What the settings are changed to; `overturn_bps` of one half is refused.
VALUES: Final[dict[str, tuple[int | str, ...]]] = {
    "guardian": ("guardian", "erin"),
    "council": ("council", "dave"),
    "mode": (Mode.OPEN.value, Mode.OPEN.value, Mode.PROPOSAL.value, Mode.ADMIN.value),
    "protocol_fee_bps": (0, 100, 37),
    "approve_bps": (5_000, 6_000, 10_000),
    "bond_bps": (0, 200, 1_111),
    "quorum_bps": (0, 500, 10_000),
    "overturn_bps": (5_000, 5_001, 6_000, 10_000),
    "slash_bps": (0, 1_000, 3_333, 10_000),
    "min_dur_s": (1, 10, 100),
    "proposal_s": (10, 100),
    "activate_s": (50, 1_000),
    "vote_s": (1, 100),
    "council_s": (0, 1, 100),
    "void_delay_s": (0, 500),
    "gate_s": (1, 20),
    "config_delay_s": (0, 10, 50),
    "quorum_voters": (0, 1, 3),
}
NOTHING: Final = Announced((), "", 0)


def terms_of(values: tuple[tuple[str, int | str], ...]) -> ConfigTerms:
    """All terms of a change: the first ones with these values."""
    told = {name: bytes(key(str(value))) if name in NAMED else value for name, value in values}
    return msgspec.structs.replace(TERMS, **told)


def change(values: tuple[tuple[str, int | str], ...], heir: str) -> Call:
    """apply_config_change by anyone."""
    return votes.change(terms_of(values), bytes(key(heir)) if heir else votes.NOBODY)


def hash_of(announced: Announced | None) -> bytes:
    """What Config keeps of an announced change."""
    return votes.announcement(change(announced.values, announced.heir)) if announced else votes.NOBODY


def draw_change(rng: random.Random, world: World, market: Market) -> Args | None:
    """Some values, now and then the admin's place, from the first moment on that is allowed; sometimes nothing."""
    if futile(rng, world.announced is not None):
        return None
    names = rng.sample(sorted(VALUES), rng.choice((1, 3, 6)))
    values = tuple((name, rng.choice(VALUES[name])) for name in sorted(names))
    heir = rng.choice(("", "", "authority", CREATOR, "erin"))
    eta = world.now + near(rng, world.settings.config_delay_s)
    return (values, heir, eta, admin(rng, world)) if rng.random() < 0.93 else ((), "", 0, admin(rng, world))


def expect_change(world: World, values: tuple[tuple[str, int | str], ...], heir: str, eta: int, by: str) -> Why:
    """The admin announces a change, or calls it off, so that everybody sees it come."""
    why = Why()
    off = not values
    why("NotAdmin", by != world.admin)
    why("EtaTooSoon", not off and eta < world.now + world.settings.config_delay_s)
    if not why:
        world.announced = None if off else Announced(values, heir, eta)
    return why


def call_change(stage: Stage, values: tuple[tuple[str, int | str], ...], heir: str, eta: int, by: str) -> Call:
    """propose_config_change."""
    hashed = hash_of(Announced(values, heir, eta) if values else None)
    return votes.announce(hashed, eta, by)


def draw_apply(rng: random.Random, world: World, market: Market) -> Args | None:
    """Mostly what was announced, in its time."""
    told = world.announced
    if futile(rng, told is None or world.now < told.eta):
        return None
    told = told or Announced((("vote_s", 100),), "", 0)
    heir = rng.choice((told.heir,) * 12 + ("mallory",))
    return (told.values, heir)


def expect_apply(world: World, values: tuple[tuple[str, int | str], ...], heir: str) -> Why:
    """Anyone makes true what was announced, those very values, in its seven days."""
    why, told = Why(), world.announced
    why("WrongChange", told is None or (told.values, told.heir) != (values, heir))
    if told is not None:
        since(why, world.now, told.eta)
        before(why, world.now, told.eta + CONFIG_CHANGE_OPEN_S)
    why("BadConfig", dict(values).get("overturn_bps") == 5_000)
    if not why:
        world.settings = replace(FIRST, **dict(values))  # type: ignore[arg-type]
        world.heir, world.announced = heir, None
    return why


def draw_accept(rng: random.Random, world: World, market: Market) -> Args | None:
    """Mostly the one it was offered to."""
    if futile(rng, not world.heir):
        return None
    return (rng.choice((world.heir or "erin",) * 8 + ("authority", Stage.HOSTILE)),)


def expect_accept(world: World, who: str) -> Why:
    """The admin's place is taken by the one it was offered to."""
    why = Why()
    why("NotPendingAdmin", who != world.heir)
    if not why:
        world.admin, world.heir = who, ""
    return why


def draw_rule(rng: random.Random, world: World, market: Market) -> Args:
    """Other bounds, down to single atoms; sometimes none that leave anything to stake."""
    least, most = rng.choice((1, 7, *[MIN_STAKE] * 5, 0)), rng.choice((*[MAX_STAKE] * 6, 100_000, 3))
    bounds = (least, most, rng.choice((1, 50_000)), rng.choice((1, *[MIN_BOND] * 5, 0)))
    return (rng.choice(sorted(MINT_OF)), *bounds, rng.random() < 0.95, admin(rng, world))


def expect_rule(
    world: World, mint: str, min_stake: int, max_stake: int, min_subsidy: int, min_bond: int, enabled: bool, by: str
) -> Why:
    """The admin says what new markets of a mint are bound to."""
    why = Why()
    why("NotAdmin", by != world.admin)
    why("BadMintRule", not (0 < min_stake <= max_stake and min_bond > 0))
    if not why:
        world.bounds[mint] = Bounds(min_stake, max_stake, min_subsidy, min_bond, enabled)
    return why


def call_rule(
    stage: Stage, mint: str, min_stake: int, max_stake: int, min_subsidy: int, min_bond: int, enabled: bool, by: str
) -> Call:
    """set_mint_rule."""
    bounds = {"min_stake": min_stake, "max_stake": max_stake, "min_subsidy": min_subsidy, "min_bond": min_bond}
    where = {"mint": MINT_OF[mint], "mint_rule": stage.places["mint_rule", mint]}
    one = ix.set_mint_rule(**bounds, enabled=enabled, **where, admin=key(by), payer=key(by))
    return Call(one, (wallet(by),))


def expect_init(world: World, by: str) -> Why:
    """There is one Config, made before all else."""
    why = Why()
    why("Taken", True)
    return why


RULES = {
    "propose_config_change": Rule(
        about="world", draw=draw_change, expect=expect_change, call=call_change,
        seasons={"Proposed": 0.1, "Approved": 0.1, "Active": 0.15, "Closed": 0.3},
    ),
    "apply_config_change": Rule(
        about="world", draw=draw_apply, expect=expect_apply, call=lambda s, values, heir: change(values, heir),
        seasons={"Proposed": 0.5, "Approved": 0.5, "Active": 0.5, "Closed": 0.5, "Finalized": 0.3, "Disputed": 0.5},
    ),
    "accept_admin": Rule(
        about="world", draw=draw_accept, expect=expect_accept, call=lambda s, who: votes.accept(who),
        seasons={"Active": 0.2, "Closed": 0.3},
    ),
    "set_mint_rule": Rule(
        about="world", draw=draw_rule, expect=expect_rule, call=call_rule, seasons={"Active": 0.04, "Closed": 0.3},
    ),
    "init_config": Rule(
        about="world", draw=lambda rng, w, m: (admin(rng, w),), expect=expect_init, seasons={"Active": 0.01},
        call=lambda s, by: signed(s.world.init_config(TERMS), "authority", by),
    ),
}  # fmt: skip
