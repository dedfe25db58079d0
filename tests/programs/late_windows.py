"""Windows of deciding, settling, settings and creators' shares: an edge, a call, and what it meets at -1, 0 and +1."""

from collections.abc import Mapping
from typing import Final

from solders.pubkey import Pubkey

from idl.enums import FeeKind
from tests.programs import tokens, votes
from tests.programs.creators import followed, pooled
from tests.programs.lives import LIVES
from tests.programs.makers import made, settled
from tests.programs.pools import CREATOR, FEED, Pool, decided, opened, updown, with_strike
from tests.programs.windows import MONTH, Edge, Make, Terms, Window, begins, ends, includes
from tests.programs.world import TERMS, World, key

# prices


def _strike(world: World, *, late: bool) -> Edge:
    pool = opened(world, price=True, open=world.now + 50, lock=world.now + 150, event=world.now + 250)
    price = world.post(FEED, 100, publish=pool.state.open, prev=pool.state.open - 1)
    return Edge(at=pool.state.void_after if late else pool.state.open, call=pool.record_strike(price))


def _published(world: World, *, close: bool, first: int, prev: int) -> Terms:
    """A price whose publish time is at an edge of the minute."""
    pool = with_strike(world) if close else opened(world, price=True)
    start = pool.state.event if close else pool.state.open
    world.at(start + 100)
    act = pool.resolve if close else pool.record_strike
    return Terms(call=lambda shift: act(world.post(FEED, 100, publish=start + first + shift, prev=start + prev)))


def _candidate(world: World, pool: Pool, start: int, *, wide: bool = False) -> tuple[Pubkey, Pubkey]:
    """A price that may not be the first of the minute, and an earlier one."""
    later = world.post(FEED, 100, publish=start + 40, prev=start + 30, conf=50 if wide else 0)
    return later, world.post(FEED, 100, publish=start + 20, prev=start + 10)


def _strike_gate(world: World) -> Edge:
    pool = opened(world, price=True)
    later, earlier = _candidate(world, pool, pool.state.open)
    world.do(pool.record_strike(later))
    return Edge(at=pool.state.strike_until, call=pool.record_strike(earlier))


def _close_gate(world: World, *, finalizes: bool) -> Edge:
    pool = with_strike(world)
    world.at(pool.state.event)
    later, earlier = _candidate(world, pool, pool.state.event)
    world.do(pool.resolve(later))
    call = pool.finalize() if finalizes else pool.resolve(earlier)
    return Edge(at=votes.resolution(pool).window_end, call=call)


def _strike_stands(world: World) -> Edge:
    """The close is there before the strike's gate is over."""
    pool = updown(world)
    event = pool.state.event
    world.at(event)
    later, _ = _candidate(world, pool, pool.state.open)
    world.do(pool.record_strike(later))
    close = world.post(FEED, 100, publish=event, prev=event - 1)
    return Edge(at=pool.state.strike_until, call=pool.resolve(close))


def _wide(world: World) -> Edge:
    pool = updown(world)
    later, _ = _candidate(world, pool, pool.state.open, wide=True)
    world.do(pool.record_strike(later))
    return Edge(at=pool.state.strike_until, call=pool.void_inactive())


def _close(world: World, *, late: bool) -> Edge:
    pool = with_strike(world)
    event = pool.state.event
    price = world.post(FEED, 100, publish=event, prev=event - 1)
    return Edge(at=pool.state.void_after if late else event, call=pool.resolve(price))


OUTSIDE: Final = "PriceOutsideWindow"
PRICES: Final[Mapping[str, Window]] = {
    "record_strike from open": Window(
        lambda w: _strike(w, late=False), begins("TooEarly"), (("Active", "RecordStrike"),)
    ),
    "record_strike before void_after": Window(lambda w: _strike(w, late=True), ends("TooLate")),
    "a strike published from open": Window(lambda w: _published(w, close=False, first=0, prev=-2), begins(OUTSIDE)),
    "a strike published to 60 s from open": Window(
        lambda w: _published(w, close=False, first=60, prev=1), includes(OUTSIDE)
    ),
    "a strike candidate bettered before its gate": Window(_strike_gate, ends("StrikeFinal")),
    "a strike candidate is the strike from its gate": Window(_strike_stands, begins("StrikeNotFinal")),
    "void_inactive of a wide strike from its gate": Window(_wide, begins("TooEarly")),
    "resolve_by_price from event": Window(
        lambda w: _close(w, late=False), begins("TooEarly"), (("Active", "ResolveByPrice"),)
    ),
    "resolve_by_price before void_after": Window(lambda w: _close(w, late=True), ends("TooLate")),
    "a close published from event": Window(lambda w: _published(w, close=True, first=0, prev=-2), begins(OUTSIDE)),
    "a close published to 60 s from event": Window(
        lambda w: _published(w, close=True, first=60, prev=1), includes(OUTSIDE)
    ),
    "a close candidate bettered before its gate": Window(
        lambda w: _close_gate(w, finalizes=False), ends("TooLate"), (("Resolving", "ResolveByPrice"),)
    ),
    "finalize of a close candidate from its gate": Window(lambda w: _close_gate(w, finalizes=True), begins("TooEarly")),
}

# proposals, disputes, voids


def _propose(edge: str, by: str = "oracle") -> Make:
    def make(world: World) -> Edge:
        pool = opened(world)
        return Edge(at=getattr(pool.state, edge), call=pool.propose(0, by))

    return make


def _window(world: World, act: str) -> Edge:
    pool = votes.resolving(world)
    call = pool.finalize() if act == "finalize" else votes.dispute(pool)
    return Edge(at=votes.resolution(pool).window_end, call=call)


def _voting(world: World, act: str) -> Edge:
    pool = votes.disputed(world)
    call = votes.tally(pool) if act == "tally" else votes.vote(pool, "dave", 1, 6_000)
    return Edge(at=votes.resolution(pool).window_end, call=call)


def _council(world: World, act: str) -> Edge:
    pool = votes.contested(world)
    call = pool.finalize() if act == "finalize" else votes.rule(pool, 1)
    return Edge(at=votes.resolution(pool).window_end, call=call)


def _announced(world: World) -> Edge:
    pool = opened(world)
    world.do(pool.announce_void())
    assert pool.state.deadline == world.now + TERMS.void_delay_s
    return Edge(at=pool.state.deadline, call=pool.void_inactive())


def _forgotten(world: World) -> Edge:
    pool = opened(world)
    return Edge(at=pool.state.void_after, call=pool.void_inactive())


DECIDING: Final[Mapping[str, Window]] = {
    "propose_outcome from event": Window(_propose("event"), begins("TooEarly"), (("Active", "ProposeOutcome"),)),
    "propose_outcome by anyone from resolve_by": Window(_propose("resolve_by", "bob"), begins("NotSource")),
    "propose_outcome before void_after": Window(_propose("void_after"), ends("TooLate")),
    "dispute before the window's end": Window(
        lambda w: _window(w, "dispute"), ends("TooLate"), (("Resolving", "Dispute"),)
    ),
    "finalize from the window's end": Window(
        lambda w: _window(w, "finalize"), begins("TooEarly"), (("Resolving", "Finalize"),)
    ),
    "vote before the voting's end": Window(lambda w: _voting(w, "vote"), ends("TooLate")),
    "tally_dispute from the voting's end": Window(
        lambda w: _voting(w, "tally"), begins("TooEarly"), (("Disputed", "TallyDispute"),)
    ),
    "rule before the council's end": Window(lambda w: _council(w, "rule"), ends("TooLate"), (("Contested", "Rule"),)),
    "finalize from the council's end": Window(
        lambda w: _council(w, "finalize"), begins("TooEarly"), (("Contested", "Finalize"),)
    ),
    "void_inactive from the announced deadline": Window(_announced, begins("TooEarly")),
    "void_inactive from void_after": Window(_forgotten, begins("TooEarly"), (("Active", "VoidInactive"),)),
}

# settling


def _gone(pool: Pool, name: str) -> None:
    """A wallet's token account is closed."""
    tokens.put(pool.world.svm, pool.ata(name), b"", key(name).default(), 0)


def _late_fee(world: World, *, forsaken: bool) -> Edge:
    pool = decided(world)
    treasury = pool.ata("treasury")
    if forsaken:
        call = pool.collect_fees(FeeKind.CREATOR, CREATOR, destination=treasury)
    else:
        _gone(pool, CREATOR)
        call = pool.collect_fees(FeeKind.CREATOR, CREATOR, treasury_destination=treasury)
    return Edge(at=pool.state.deadline + (MONTH if forsaken else 0), call=call)


def _late_subsidy(world: World) -> Edge:
    pool = settled(world)
    _gone(pool, CREATOR)
    return Edge(at=pool.state.deadline, call=pool.withdraw_subsidy(treasury_destination=pool.ata("treasury")))


def _late_rest(world: World) -> Edge:
    """A market maker's market that closes with its subsidy inside, its creator's account gone."""
    pool = made(world)
    world.do(pool.activate(1_000_000))
    pool.decide(2)
    world.do(pool.claim_bond())
    world.do(pool.close_resolution())
    world.at(world.now, slot=pool.state.created_slot + 151)
    _gone(pool, CREATOR)
    call = pool.close_market(creator_destination=pool.ata(CREATOR), treasury_destination=pool.ata("treasury"))
    return Edge(at=pool.state.deadline, call=call)


def _closing(world: World) -> Edge:
    call = LIVES["close_market"](world, 1)
    slot = world.slot - 1
    return Edge(at=slot, call=call, slots=True)


SETTLING: Final[Mapping[str, Window]] = {
    "collect_fees for the treasury from the deadline": Window(
        lambda w: _late_fee(w, forsaken=False), begins("Unpayable")
    ),
    "collect_fees of what nobody took in twice the time": Window(
        lambda w: _late_fee(w, forsaken=True), begins("WrongDestination")
    ),
    "withdraw_subsidy for the treasury from the deadline": Window(_late_subsidy, begins("Unpayable")),
    "close_market for the treasury from the deadline": Window(_late_rest, begins("Unpayable")),
    "close_market more than 150 slots after the making": Window(_closing, ("TooEarly", "TooEarly", None)),
}

# settings and creators' shares


def _eta(world: World) -> Edge:
    eta = world.now + TERMS.config_delay_s + 5
    return Edge(at=world.now + 5, call=votes.announce(bytes(32 * [7]), eta))


def _apply(world: World, *, late: bool) -> Edge:
    call = votes.announced(world, votes.change())
    return Edge(at=votes.config(world).eta + (7 * 86_400 if late else 0), call=call)


def _unlocked(world: World) -> Edge:
    shares = followed(world)
    return Edge(at=shares.held("alice").locked_until, call=shares.sell("alice", 3))


def _lock_floor(world: World) -> Terms:
    shares = pooled(world)
    return Terms(call=lambda shift: shares.create(lock_s=1 + shift))


SETTINGS: Final[Mapping[str, Window]] = {
    "propose_config_change config_delay_s before its eta": Window(_eta, includes("EtaTooSoon")),
    "apply_config_change from its eta": Window(lambda w: _apply(w, late=False), begins("TooEarly")),
    "apply_config_change before 7 days from its eta": Window(lambda w: _apply(w, late=True), ends("TooLate")),
    "sell_shares from the lock's end": Window(_unlocked, begins("SharesLocked")),
    "lock_s from the cluster's floor": Window(_lock_floor, begins("BadLock")),
}
