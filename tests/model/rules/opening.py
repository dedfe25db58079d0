"""From a question to an open market, and the guardian's pause."""

import random

from idl import instructions as ix
from idl.enums import Engine, Mode, Op, Pause
from idl.maths.lmsr import Curve
from localnet.wallets import wallet
from tests.model import offered
from tests.model.nouns import Market, Terms, Why, World
from tests.model.rules.desk import Book
from tests.model.rules.rule import Args, Rule, before, enter, futile, near, since
from tests.model.stage import MINT_OF, Stage
from tests.programs import pools
from tests.programs.pools import CREATOR
from tests.programs.world import TERMS, Call, key

MARKET_BYTES, TOKEN_BYTES, BOOK_BYTES = 568, 165, 9_120
MARKETS_MAX = 3
# What is offered, each as often as it stands here.
ENGINES = offered.ENGINES


def draw_create(rng: random.Random, world: World, _: Market) -> Args | None:
    """A market of any kind that is offered, most of them open at once."""
    if futile(rng, bool(world.pause & Pause.CREATE)):
        return None
    engine = rng.choice(ENGINES)
    price = rng.random() < 0.4
    n = 2 if price or engine == Engine.BOOK else rng.choice((2, 2, 3, 5, 8))
    wait, length = rng.choice((0, 0, 0, 25)), rng.choice((60, 200, 500))
    mint = rng.choice(sorted(MINT_OF))
    op = rng.choice((*Op, Op.UPDOWN, Op.UPDOWN)) if price else 0
    fees = rng.choice(((0, 0), (200, 100), (500, 200), (1, 0), (333, 7)))
    lot_k = rng.choice((1, 10, 10, 333)) if engine == Engine.BOOK else 0
    return (len(world.markets), engine, n, mint, price, int(op), wait, length, rng.choice((10, 50)), fees, lot_k)


def expect_create(world: World, *args: object) -> Why:
    """A new market, unless creation is paused."""
    why = Why()
    why("Paused", bool(world.pause & Pause.CREATE))
    if not why:
        k = args[0]
        assert isinstance(k, int)
        approved = world.mode != Mode.PROPOSAL
        market = Market(
            k=k, terms=terms_of(world, *args), state="Approved" if approved else "Proposed",  # type: ignore[arg-type]
            deadline=world.now + (TERMS.activate_s if approved else TERMS.proposal_s),
        )  # fmt: skip
        market.strike_final = market.terms.price and market.terms.op != Op.UPDOWN
        world.markets[k] = market
        world.pay_rent(CREATOR, MARKET_BYTES)
    return why


def terms_of(
    world: World, _: int, engine: int, n: int, mint: str, price: bool, op: int, wait: int, length: int, dispute_s: int,
    fees: tuple[int, int], lot_k: int,
) -> Terms:  # fmt: skip
    """The terms that the arguments of a creation stand for."""
    lock = world.now + wait + length
    return Terms(
        engine=engine, n=n, mint=mint, price=price, op=op, open=world.now + wait, lock=lock, event=lock + 100,
        resolve_by=lock + 500, void_after=lock + 500 + 3 * 86_400, dispute_s=dispute_s,
        fee_bps=(*fees, TERMS.protocol_fee_bps), created_slot=world.slot, source="oracle", council_s=world.council_s,
        strike=100 if price and op != Op.UPDOWN else 0, lot_k=lot_k,
    )  # fmt: skip


def call_create(stage: Stage, *args: object) -> Call:
    """create_market by the creator."""
    where = stage.world
    told = terms_of(World(where.now, where.slot, {}, {}), *args)  # type: ignore[arg-type]
    given = pools.terms(
        where, k=args[0], price=told.price, engine=told.engine, n=told.n, op=told.op, open=told.open,  # type: ignore[arg-type]
        lock=told.lock, event=told.event, resolve_by=told.resolve_by, void_after=told.void_after,
        dispute_s=told.dispute_s, creator_fee_bps=told.fee_bps[0], resolver_fee_bps=told.fee_bps[1],
        strike=told.strike, expo=-8 if told.strike else 0, lot_k=told.lot_k,
    )  # fmt: skip
    return pools.create(where, given, mint=MINT_OF[told.mint])


def draw_activate(rng: random.Random, world: World, market: Market) -> Args | None:
    """Mostly while there is time enough."""
    if futile(rng, world.now + TERMS.min_dur_s > market.terms.lock):
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
    why("BadTimes", not TERMS.min_dur_s <= length <= TERMS.max_dur_s)
    maker = maker_of(market, subsidy) if market.terms.engine == Engine.LMSR else None
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
    pool = stage.pools[k]
    if stage.model.markets[k].terms.engine == Engine.BOOK:
        return pools.Pool.activate(pool, book=pool.book)
    return pools.Pool.activate(pool, subsidy) if subsidy else pools.Pool.activate(pool)


def expect_reject(world: World, k: int) -> Why:
    """The admin turns down what is not open yet."""
    market, why = world.markets[k], Why()
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
        liked = likes * 10_000 >= TERMS.approve_bps * total and total >= TERMS.quorum_voters
        if market.state == "Proposed" and liked:
            enter(world, market, "Approved")
            market.deadline = world.now + TERMS.activate_s
        else:
            enter(world, market, "Rejected")
    return why


def draw_pause(rng: random.Random, world: World, _: Market) -> Args | None:
    """The guardian stops something; the admin mostly lifts it all."""
    who = rng.choice(("guardian", "authority", Stage.HOSTILE))
    if futile(rng, (who == "guardian") == (world.pause != 0)):
        return None
    return (who, 0 if who == "authority" else world.pause | rng.choice(list(Pause)))


def expect_pause(world: World, who: str, bits: int) -> Why:
    """The guardian adds, the admin sets."""
    why = Why()
    adds = bits & world.pause == world.pause
    why("NotGuardian", not (who == "authority" or (who == "guardian" and adds)))
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
        draw=drawn_market, expect=expect_reject, seasons={"Approved": 0.2, "Proposed": 0.2},
        call=lambda s, k: s.pools[k].reject(),
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
