"""resolve_by_price and the finalizing of its candidates: each window at its edges."""

import pytest

from idl.enums import Op, State
from idl.events import (
    PriceCandidate,
    PriceResolved,
    StateChanged,
)
from tests.programs.pools import FEED, at_event, opened, updown, with_strike
from tests.programs.refusals import refused
from tests.programs.world import TERMS, World, key

GATE = TERMS.gate_s


@pytest.mark.parametrize(
    ("op", "price", "outcome"),
    [
        (Op.GTE, 100, 0), (Op.GTE, 99, 1), (Op.GT, 100, 1), (Op.GT, 101, 0), (Op.LTE, 100, 0), (Op.LTE, 101, 1),
        (Op.LT, 100, 1), (Op.LT, 99, 0), (Op.UPDOWN, 100, 0), (Op.UPDOWN, 99, 1), (Op.UPDOWN, -1, 1),
    ],
)  # fmt: skip
def test_conditions(world: World, op: Op, price: int, outcome: int) -> None:
    """Outcome 0 is the one where the condition holds; UP includes equal."""
    if op == Op.UPDOWN:
        pool = with_strike(world)
    else:
        pool = opened(world, price=True, op=op, strike=100, expo=-8)
        world.do(pool.stake("alice", 0, 5_000))
        world.do(pool.stake("bob", 1, 7_000))
    event = at_event(world, pool)
    landed = world.do(pool.resolve(world.post(FEED, price, publish=event, prev=event - 1)))
    assert landed.event(StateChanged).outcome == outcome
    assert landed.event(PriceResolved).price == price


@pytest.mark.parametrize(
    ("expo", "price", "to", "outcome"),
    [
        (-9, 1_000, State.Finalized, 0), (-9, 999, State.Finalized, 1), (-20, 100 * 10**12, State.Finalized, 0),
        (-20, 100 * 10**12 - 1, State.Finalized, 1), (-21, 100, State.Void, 2), (4, 1, State.Finalized, 0),
        (5, 1, State.Void, 2),
    ],
)  # fmt: skip
def test_exponents(world: World, expo: int, price: int, to: State, outcome: int) -> None:
    """Exponents up to 12 apart are compared exactly; beyond that the market is void."""
    pool = with_strike(world)
    event = at_event(world, pool)
    change = world.do(pool.resolve(world.post(FEED, price, publish=event, prev=event - 1, expo=expo))).event(
        StateChanged
    )
    assert (change.to, change.outcome) == (to, outcome)


@pytest.mark.parametrize(("shift", "error"), [(-1, "TooEarly"), (0, None), (1, None)])
def test_close_from_event(world: World, shift: int, error: str | None) -> None:
    """Nothing is decided before the event."""
    pool = with_strike(world)
    price = world.post(FEED, 101, publish=pool.state.event, prev=pool.state.event - 1)
    at_event(world, pool, shift)
    if error is None:
        world.do(pool.resolve(price))
    else:
        with refused(error):
            world.do(pool.resolve(price))


@pytest.mark.parametrize(("shift", "error"), [(-1, None), (0, "TooLate"), (1, "TooLate")])
def test_close_before_void(world: World, shift: int, error: str | None) -> None:
    """From void_after a price decides no more."""
    pool = with_strike(world)
    price = world.post(FEED, 101, publish=pool.state.event, prev=pool.state.event - 1)
    world.at(pool.state.void_after + shift)
    if error is None:
        world.do(pool.resolve(price))
    else:
        with refused(error):
            world.do(pool.resolve(price))


@pytest.mark.parametrize(
    ("publish", "prev", "to"),
    [
        (0, -1, State.Finalized), (60, -1, State.Finalized), (61, -1, State.Void), (61, 0, None), (-1, -2, None),
        (60, 0, State.Resolving), (1, 0, State.Resolving),
    ],
)  # fmt: skip
def test_close_window(world: World, publish: int, prev: int, to: State | None) -> None:
    """The minute of the close, at its edges."""
    pool = with_strike(world)
    event = at_event(world, pool, 70)
    call = pool.resolve(world.post(FEED, 101, publish=event + publish, prev=event + prev))
    if to is None:
        with refused("PriceOutsideWindow"):
            world.do(call)
        return
    assert world.do(call).event(StateChanged).to == to


@pytest.mark.parametrize(("conf", "to"), [(1, State.Finalized), (2, State.Void)])
def test_wide_close(world: World, conf: int, to: State) -> None:
    """A close that is too wide to believe voids the market."""
    pool = with_strike(world)
    event = at_event(world, pool)
    price = world.post(FEED, 100, publish=event, prev=event - 1, conf=conf)
    assert world.do(pool.resolve(price)).event(StateChanged).to == to


def test_no_strike_no_close(world: World) -> None:
    """Without a final strike a close decides nothing; with a candidate's gate over it does."""
    pool = updown(world)
    start = pool.state.open
    price = world.post(FEED, 101, publish=pool.state.event, prev=pool.state.event - 1)
    candidate = world.post(FEED, 100, publish=start + 1, prev=start)
    at_event(world, pool)
    with refused("StrikeNotFinal"):
        world.do(pool.resolve(price))
    world.do(pool.record_strike(candidate))
    world.at(pool.state.strike_until - 1)
    with refused("StrikeNotFinal"):
        world.do(pool.resolve(price))
    world.at(pool.state.strike_until)
    assert world.do(pool.resolve(price)).event(StateChanged).to == State.Finalized


def test_price_candidates(world: World) -> None:
    """A candidate is replaced by an earlier one alone, restarts its gate, and stands from its end on."""
    pool = with_strike(world)
    event = at_event(world, pool, 65)
    posted = {n: world.post(FEED, 100 - n, publish=event + n, prev=event + n - 1) for n in (10, 20, 30)}
    first = world.do(pool.resolve(posted[20], "dave")).event(PriceCandidate)
    assert (first.until, first.outcome, first.poster) == (world.now + GATE, 1, bytes(key("dave")))
    for late in (posted[20], posted[30], world.post(FEED, 1, publish=event + 61, prev=event - 1)):
        with refused("PriceOutsideWindow"):
            world.do(pool.resolve(late))
    world.at(world.now + GATE - 1)
    second = world.do(pool.resolve(posted[10], "erin"))
    assert second.event(PriceCandidate).payer == bytes(key("dave"))
    assert not [one for one in second.events if isinstance(one, StateChanged)]
    world.at(world.now + GATE - 1)
    with refused("TooEarly"):
        world.do(pool.finalize())
    world.at(world.now + 1)
    with refused("TooLate"):
        world.do(pool.resolve(world.post(FEED, 1, publish=event + 5, prev=event - 1)))
    change = world.do(pool.finalize()).event(StateChanged)
    assert (change.to, change.outcome, change.resolver_to) == (State.Finalized, 1, bytes(key("erin")))
    world.do(pool.close_resolution("dave", bonded=False))
    assert world.resolution(pool.address) is None


def test_first_update_ends_a_candidate(world: World) -> None:
    """The first update of the minute decides at once, also against a candidate; its caller resolved."""
    pool = with_strike(world)
    event = at_event(world, pool, 65)
    world.do(pool.resolve(world.post(FEED, 90, publish=event + 20, prev=event + 19), "dave"))
    landed = world.do(pool.resolve(world.post(FEED, 110, publish=event + 3, prev=event - 1), "erin"))
    assert landed.event(StateChanged).outcome == 0
    assert pool.state.resolver_to == bytes(key("erin"))


def test_wide_price_candidate(world: World) -> None:
    """A candidate too wide to believe proposes INVALID, and its gate makes that a void."""
    pool = with_strike(world)
    event = at_event(world, pool)
    told = world.do(pool.resolve(world.post(FEED, 100, publish=event + 1, prev=event, conf=9))).event(PriceCandidate)
    assert (told.wide, told.outcome) == (True, 2)
    world.at(told.until)
    assert world.do(pool.finalize()).event(StateChanged).to == State.Void


def test_two_updates_only_the_earlier_decides(world: World) -> None:
    """Of two updates in the minute the later never ends final while the earlier can still be shown."""
    pool = with_strike(world)
    event = at_event(world, pool, 65)
    late = world.post(FEED, 90, publish=event + 2, prev=event + 1)
    early = world.post(FEED, 110, publish=event + 1, prev=event - 5)
    assert world.do(pool.resolve(late)).event(StateChanged).to == State.Resolving
    assert world.do(pool.resolve(early)).event(StateChanged).outcome == 0


def test_price_markets_take_no_proposals(world: World) -> None:
    """What a price decides nobody proposes, and what is proposed no price decides."""
    pool = with_strike(world)
    event = at_event(world, pool)
    with refused("WrongSource"):
        world.do(pool.propose(0))
    other = opened(world, k=1)
    with refused("WrongSource"):
        world.do(other.resolve(world.post(FEED, 1, publish=event, prev=event - 1)))
