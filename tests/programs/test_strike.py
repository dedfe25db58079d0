"""record_strike: the first price of the minute, candidates and their gate, forged prices."""

import pytest
from solders.pubkey import Pubkey

from idl.enums import Flag, Op, State
from idl.events import (
    PriceResolved,
    StateChanged,
    StrikeRecorded,
)
from idl.price import PriceUpdate, encode_price
from idl.program import POSTER_ID, TOKEN_PROGRAM
from localnet.wallets import wallet
from tests.programs import tokens
from tests.programs.pools import FEED, opened, updown
from tests.programs.refusals import refused
from tests.programs.world import SOL, TERMS, World, key

GATE = TERMS.gate_s


@pytest.mark.parametrize(("publish", "prev"), [(0, -1), (60, -1), (30, -500), (1, 0)])
def test_strike(world: World, publish: int, prev: int) -> None:
    """The first update of the minute is the strike; one that may not be the first is a candidate."""
    pool = updown(world)
    start = pool.state.open
    event = world.do(pool.record_strike(world.post(FEED, 100, publish=start + publish, prev=start + prev)))
    told = event.event(StrikeRecorded)
    final = prev < 0
    assert (told.price, told.publish, told.until) == (100, start + publish, 0 if final else world.now + GATE)
    assert bool(pool.state.flags & Flag.STRIKE_FINAL) == final
    assert pool.state.strike_off == publish


@pytest.mark.parametrize(("publish", "prev"), [(-1, -2), (61, 0), (61, 60), (-1, -500)])
def test_updates_outside(world: World, publish: int, prev: int) -> None:
    """An update that is not in the minute, and does not prove it empty, says nothing."""
    pool = updown(world)
    start = pool.state.open
    with refused("PriceOutsideWindow"):
        world.do(pool.record_strike(world.post(FEED, 100, publish=start + publish, prev=start + prev)))


def test_empty_strike_window(world: World) -> None:
    """An update that proves the minute empty voids the market at once."""
    pool = updown(world)
    start = pool.state.open
    landed = world.do(pool.record_strike(world.post(FEED, 100, publish=start + 61, prev=start - 1)))
    assert landed.event(PriceResolved).caller == bytes(key("bob"))
    assert landed.event(StateChanged).to == State.Void
    world.do(pool.pay_out("alice", "bob"))


def test_strike_candidates(world: World) -> None:
    """Only an earlier update replaces a candidate, each starts the gate anew, and the first of the minute ends it."""
    pool = updown(world)
    start = pool.state.open
    posted = {n: world.post(FEED, 100 + n, publish=start + n, prev=start + n - 1) for n in (10, 20, 30)}
    world.do(pool.record_strike(posted[20]))
    for later in (posted[20], posted[30]):
        with refused("PriceOutsideWindow"):
            world.do(pool.record_strike(later))
    empty = world.post(FEED, 1, publish=start + 61, prev=start - 1)
    with refused("PriceOutsideWindow"):
        world.do(pool.record_strike(empty))
    world.at(world.now + GATE - 1)
    assert world.do(pool.record_strike(posted[10])).event(StrikeRecorded).until == world.now + GATE
    first = world.post(FEED, 55, publish=start + 5, prev=start - 1)
    world.at(world.now + GATE - 1)
    assert world.do(pool.record_strike(first)).event(StrikeRecorded).until == 0
    assert (pool.state.strike, pool.state.strike_off) == (55, 5)
    with refused("StrikeFinal"):
        world.do(pool.record_strike(first))


@pytest.mark.parametrize(("shift", "error"), [(-1, None), (0, "StrikeFinal"), (1, "StrikeFinal")])
def test_strike_gate(world: World, shift: int, error: str | None) -> None:
    """A candidate can be bettered until its gate; from then on it is the strike."""
    pool = updown(world)
    start = pool.state.open
    late, early = (world.post(FEED, n, publish=start + n, prev=start + n - 1) for n in (20, 10))
    world.do(pool.record_strike(late))
    world.at(pool.state.strike_until + shift)
    if error is None:
        world.do(pool.record_strike(early))
    else:
        with refused(error):
            world.do(pool.record_strike(early))


@pytest.mark.parametrize(("shift", "error"), [(-1, "TooEarly"), (0, None)])
def test_strike_from_open(world: World, shift: int, error: str | None) -> None:
    """No strike before trading opens."""
    pool = opened(world, price=True, open=world.now + 20, lock=world.now + 100)
    price = world.post(FEED, 100, publish=pool.state.open, prev=pool.state.open - 1)
    world.at(pool.state.open + shift)
    if error is None:
        world.do(pool.record_strike(price))
    else:
        with refused(error):
            world.do(pool.record_strike(price))


@pytest.mark.parametrize(("shift", "error"), [(-1, None), (0, "TooLate"), (1, "TooLate")])
def test_strike_before_void(world: World, shift: int, error: str | None) -> None:
    """Until anyone may void the market, also while it is halted, its strike can be recorded."""
    pool = updown(world)
    world.do(pool.announce_void())
    price = world.post(FEED, 100, publish=pool.state.open, prev=pool.state.open - 1)
    world.at(pool.state.void_after + shift)
    if error is None:
        world.do(pool.record_strike(price))
    else:
        with refused(error):
            world.do(pool.record_strike(price))


@pytest.mark.parametrize(("conf", "wide"), [(1, False), (2, True)])
def test_wide_strike(world: World, conf: int, wide: bool) -> None:
    """A final strike whose confidence is too wide voids the market; at the bound it does not."""
    pool = updown(world)
    start = pool.state.open
    landed = world.do(pool.record_strike(world.post(FEED, 100, publish=start, prev=start - 1, conf=conf)))
    assert landed.event(StrikeRecorded).wide == wide
    assert pool.state.state == (State.Void if wide else State.Active)


@pytest.mark.parametrize(("shift", "error"), [(-1, "TooEarly"), (0, None), (1, None)])
def test_wide_candidate(world: World, shift: int, error: str | None) -> None:
    """A candidate that is too wide lets anyone void the market from its gate on, and decides nothing."""
    pool = updown(world)
    start = pool.state.open
    world.do(pool.record_strike(world.post(FEED, 100, publish=start + 1, prev=start, conf=5)))
    assert pool.state.flags & Flag.STRIKE_WIDE
    world.at(pool.state.strike_until + shift)
    if error is not None:
        with refused(error):
            world.do(pool.void_inactive())
        return
    world.do(pool.void_inactive())
    assert pool.state.state == State.Void


def test_wide_candidate_bettered(world: World) -> None:
    """A narrow update in time takes the wide one's place."""
    pool = updown(world)
    start = pool.state.open
    world.do(pool.record_strike(world.post(FEED, 100, publish=start + 2, prev=start + 1, conf=5)))
    world.do(pool.record_strike(world.post(FEED, 100, publish=start + 1, prev=start)))
    assert not pool.state.flags & Flag.STRIKE_WIDE
    world.at(pool.state.strike_until)
    with refused("TooEarly"):
        world.do(pool.void_inactive())


def test_no_strike_to_record(world: World) -> None:
    """Optimistic markets have no strike, other conditions a fixed one."""
    price = world.post(FEED, 100, publish=world.now, prev=world.now - 1)
    with refused("WrongSource"):
        world.do(opened(world, k=1).record_strike(price))
    with refused("StrikeFixed"):
        world.do(opened(world, k=2, price=True, op=Op.GT, strike=1).record_strike(price))


def forged(world: World, data: bytes, owner: Pubkey = POSTER_ID) -> Pubkey:
    """An account with these bytes."""
    where = wallet("a forger").pubkey()
    tokens.put(world.svm, where, data, owner, SOL)
    return where


def test_forged_prices(world: World) -> None:
    """Bytes of another program, kind, feed or level, and short ones, are not believed."""
    pool = updown(world)
    good = PriceUpdate(FEED, 100, 0, -8, pool.state.open, pool.state.open - 1)
    data = encode_price(good)
    for raw, owner in (
        (data, TOKEN_PROGRAM), (data, pool.address), (data, Pubkey(bytes(32))), (b"\0" + data[1:], POSTER_ID),
        (data[:40] + b"\0" + data[41:], POSTER_ID), (data[:41] + b"\xff" + data[42:], POSTER_ID),
        (data[:132], POSTER_ID), (b"", POSTER_ID),
    ):  # fmt: skip
        with refused("BadPrice"):
            world.do(pool.record_strike(forged(world, raw, owner)))
    world.do(pool.record_strike(forged(world, data[:133])))
