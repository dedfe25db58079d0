"""From a question to an open market, and the guardian's pause."""

import random
from typing import Any, Final

import msgspec

from idl import instructions as ix
from idl.enums import Engine, Flag, Mode, Op, Pause
from idl.maths.lmsr import Curve
from localnet.wallets import wallet
from tests.model import offered
from tests.model.nouns import POOL, Market, Terms, Why, World
from tests.model.rules.desk import Book
from tests.model.rules.rule import Args, Rule, admin, before, enter, futile, near, signed, since
from tests.model.stage import MINT_OF, Stage
from tests.programs import pools
from tests.programs.pools import CREATOR
from tests.programs.world import Call, key

MARKET_BYTES, TOKEN_BYTES, BOOK_BYTES = 568, 165, 9_120
MARKETS_MAX = 3
# What is offered, each as often as it stands here.
ENGINES = offered.ENGINES


def draw_create(rng: random.Random, world: World, _: Market) -> Args | None:
    """A market of any kind that is offered, most of them open at once."""
    reserved = world.settings.mode == Mode.ADMIN and world.admin != CREATOR
    if futile(rng, bool(world.pause & Pause.CREATE) or reserved):
        return None
    engine = rng.choice(ENGINES)
    price = rng.random() < 0.4
    n = 2 if price or engine == Engine.BOOK else rng.choice((2, 2, 3, 5, 8))
    wait, length = rng.choice((0, 0, 0, 25)), rng.choice((60, 200, 500))
    mint = rng.choice(sorted(MINT_OF))
    op = rng.choice((*Op, Op.UPDOWN, Op.UPDOWN)) if price else 0
    fees = rng.choice(((0, 0), (200, 100), (500, 200), (1, 0), (333, 7)))
    lot_k = rng.choice((1, 10, 10, 333)) if engine == Engine.BOOK else 0
    fee_to = rng.choice(("", "", "", "dave"))
    if world.pool is not None and rng.random() < 0.5:
        mint, fee_to = world.pool.mint if rng.random() < 0.9 else mint, POOL
    how = (price, int(op), wait, length, rng.choice((10, 50)), fees, lot_k, fee_to)
    flaw = rng.choice(sorted(FLAWS)) if rng.random() < 0.1 else ""
    return (len(world.markets), flaw, engine, n, mint, *how)


def expect_create(world: World, k: int, flaw: str, *args: Any) -> Why:
    """A new market of a mint that is offered, unless creation is paused, or is the admin's alone."""
    why = Why()
    why("Paused", bool(world.pause & Pause.CREATE))
    why("NotAdmin", world.settings.mode == Mode.ADMIN and world.admin != CREATOR)
    why("MintDisabled", not world.bounds[args[2]].enabled)
    length = args[6]
    why("BadTimes", not world.settings.min_dur_s <= length <= world.settings.max_dur_s)
    why(flaw, bool(flaw))
    if not why:
        approved = world.settings.mode != Mode.PROPOSAL
        market = Market(
            k=k, terms=terms_of(world, *args), state="Approved" if approved else "Proposed",
            deadline=world.now + (world.settings.activate_s if approved else world.settings.proposal_s),
        )  # fmt: skip
        market.strike_final = market.terms.price and market.terms.op != Op.UPDOWN
        world.markets[k] = market
        world.pay_rent(CREATOR, MARKET_BYTES)
    return why


def terms_of(
    world: World, engine: int, n: int, mint: str, price: bool, op: int, wait: int, length: int, dispute_s: int,
    fees: tuple[int, int], lot_k: int, fee_to: str,
) -> Terms:  # fmt: skip
    """The terms that the arguments of a creation stand for."""
    lock = world.now + wait + length
    return Terms(
        engine=engine, n=n, mint=mint, price=price, op=op, open=world.now + wait, lock=lock, event=lock + 100,
        resolve_by=lock + 500, void_after=lock + 500 + 3 * 86_400, dispute_s=dispute_s,
        fee_bps=(*fees, world.settings.protocol_fee_bps), created_slot=world.slot, source="oracle",
        fee_to=fee_to or CREATOR, rules=world.settings, bounds=world.bounds[mint],
        strike=100 if price and op != Op.UPDOWN else 0, lot_k=lot_k,
    )  # fmt: skip


# Terms that no market can have, each by the error that they are refused for.
FLAWS: Final[dict[str, dict[str, object]]] = {
    "BadQuestion": {"question": "Why?"},
    "BadUri": {"uri": "u" * 121},
    "BadOutcomeCount": {"n": 9},
    "BadEngine": {"engine": 3},
    "BadFlags": {"flags": 1},
    "BadSource": {"source": bytes(32)},
    "BadOp": {"op": 9, "source_kind": 0, "n": 2},
    "BadStrike": {"strike": 5, "source_kind": 1, "op": 0},
    "BadTimes": {"open": 1 << 40},
    "BadId": {"id": 1},
    "FeeTooHigh": {"creator_fee_bps": 501},
    "BadDispute": {"dispute_s": 9},
}


def call_create(stage: Stage, k: int, flaw: str, *args: Any) -> Call:
    """create_market by the creator."""
    where, flawed = stage.world, FLAWS.get(flaw, {})
    told = terms_of(stage.model, *args)
    flags = Flag.FEE_TO_ACCOUNT.value if told.fee_to == POOL else 0
    fee_to = stage.places[("dividends",)] if told.fee_to == POOL else key(told.fee_to)
    given = pools.terms(
        where, k=k, price=told.price, engine=told.engine, n=told.n, op=told.op, open=told.open,
        lock=told.lock, event=told.event, resolve_by=told.resolve_by, void_after=told.void_after,
        dispute_s=told.dispute_s, creator_fee_bps=told.fee_bps[0], resolver_fee_bps=told.fee_bps[1],
        strike=told.strike, expo=-8 if told.strike else 0, lot_k=told.lot_k, fee_to=bytes(fee_to), flags=flags,
    )  # fmt: skip
    given = msgspec.structs.replace(given, **flawed)
    return pools.create(where, given, mint=MINT_OF[told.mint])


def draw_activate(rng: random.Random, world: World, market: Market) -> Args | None:
    """Mostly while there is time enough."""
    if futile(rng, world.now + world.settings.min_dur_s > market.terms.lock):
        return None
    right = market.terms.engine == Engine.LMSR
    subsidy = rng.choice((10_000, 77_777, 10**6, 10**9, near(rng, 1_700, 2_000), 0))
    return (market.k, subsidy if right else 0)


def maker_of(market: Market, subsidy: int) -> Curve | None:
    """The market maker that a subsidy can carry; None if there is none."""
    try:
        return Curve.funded(subsidy, market.terms.n)
    except ValueError:
        return None


def expect_activate(world: World, k: int, subsidy: int) -> Why:
    """The creator opens an approved market in time, long enough before its lock."""
    market, why = world.markets[k], Why()
    why("WrongState", market.state != "Approved")
    before(why, world.now, market.deadline)
    why("Paused", bool(world.pause & Pause.CREATE))
    length = market.terms.lock - max(market.terms.open, world.now)
    why("BadTimes", not world.settings.min_dur_s <= length <= world.settings.max_dur_s)
    maker = maker_of(market, subsidy) if market.terms.engine == Engine.LMSR else None
    least = world.bounds[market.terms.mint].min_subsidy
    why("BadSubsidy", 0 < subsidy < least)
    why("BadFeeTo", market.terms.fee_to == POOL and (world.pool is None or world.pool.mint != market.terms.mint))
    why("BadSubsidy", maker is None and (subsidy > 0 or market.terms.engine == Engine.LMSR))
    if not why:
        enter(world, market, "Active")
        world.pay_rent(CREATOR, TOKEN_BYTES)
        world.tokens[CREATOR, market.terms.mint] -= subsidy
        market.vault += subsidy
        if market.terms.engine == Engine.BOOK:
            market.book = Book(market.terms.lot_k)
            world.pay_rent(CREATOR, BOOK_BYTES)
        if maker is not None:
            market.b, market.cost = maker.b, maker.cost([0] * market.terms.n)
    return why


def call_activate(stage: Stage, k: int, subsidy: int) -> Call:
    """activate by the creator, for a market maker with a subsidy."""
    pool, terms = stage.pools[k], stage.model.markets[k].terms
    account = {"fee_to": stage.places[("dividends",)]} if terms.fee_to == POOL else {}
    if terms.engine == Engine.BOOK:
        return pools.Pool.activate(pool, book=pool.book, **account)
    return pools.Pool.activate(pool, subsidy, **account)


def expect_reject(world: World, k: int, by: str) -> Why:
    """The admin turns down what is not open yet."""
    market, why = world.markets[k], Why()
    why("NotAdmin", by != world.admin)
    why("WrongState", market.state not in ("Proposed", "Approved"))
    if not why:
        enter(world, market, "Rejected")
    return why


def expect_tally_proposal(world: World, k: int) -> Why:
    """The votes approve or reject; what nobody opened in time is rejected."""
    market, why = world.markets[k], Why()
    why("WrongState", market.state not in ("Proposed", "Approved"))
    since(why, world.now, market.deadline)
    if not why:
        against, likes = market.voices
        total = likes + against
        liked = likes * 10_000 >= market.terms.rules.approve_bps * total
        if market.state == "Proposed" and liked and total >= market.terms.rules.quorum_voters:
            enter(world, market, "Approved")
            market.deadline = world.now + world.settings.activate_s
        else:
            enter(world, market, "Rejected")
    return why


def draw_pause(rng: random.Random, world: World, _: Market) -> Args | None:
    """The guardian stops something; the admin mostly lifts it all."""
    who = rng.choice((world.settings.guardian, world.admin, Stage.HOSTILE))
    if futile(rng, (who == world.settings.guardian) == (world.pause != 0)):
        return None
    return (who, 0 if who == world.admin else world.pause | rng.choice(list(Pause)))


def expect_pause(world: World, who: str, bits: int) -> Why:
    """The guardian adds, the admin sets."""
    why = Why()
    adds = bits & world.pause == world.pause
    why("NotGuardian", not (who == world.admin or (who == world.settings.guardian and adds)))
    if not why:
        world.pause = bits
    return why


def call_pause(stage: Stage, who: str, bits: int) -> Call:
    """set_pause."""
    return Call(ix.set_pause(pause=bits, authority=key(who)), (wallet(who),))


def drawn_market(rng: random.Random, world: World, market: Market) -> Args:
    """The market alone."""
    return (market.k,)


RULES = {
    "create_market": Rule(draw=draw_create, expect=expect_create, call=call_create),
    "activate": Rule(
        draw=draw_activate, expect=expect_activate, seasons={"Approved": 8}, call=call_activate
    ),
    "reject": Rule(
        draw=lambda rng, w, m: (m.k, admin(rng, w)), expect=expect_reject, seasons={"Approved": 0.2, "Proposed": 0.2},
        call=lambda s, k, by: signed(s.pools[k].reject(), "authority", by),
    ),
    "tally_proposal": Rule(
        draw=lambda rng, w, m: None if futile(rng, w.now < m.deadline) else (m.k,), expect=expect_tally_proposal,
        seasons={"Approved": 8, "Proposed": 4},
        call=lambda s, k: s.pools[k].tally_proposal(),
    ),
    "set_pause": Rule(
        about="world", draw=draw_pause, expect=expect_pause, call=call_pause,
        seasons={"Approved": 0.3, "Active": 0.2, "Closed": 0.5},
    ),
}  # fmt: skip
