"""Disputes: who, when, what the votes decide, what the council may, and what happens if it does not."""

import pytest

from idl.enums import ResolutionFlag, State
from idl.events import Disputed, Ruled, StateChanged, Tallied, VoteCast
from tests.programs import tokens
from tests.programs.pools import FEED, Pool, at_event, opened, with_strike
from tests.programs.refusals import refused
from tests.programs.test_refusals import exchanged
from tests.programs.votes import (
    claim_vote,
    contested,
    dispute,
    disputed,
    resolution,
    resolving,
    rule,
    tally,
    vote,
    voted,
)
from tests.programs.world import MIN_STAKE, TERMS, USDC, World, key

NOBODY = bytes(32)
BOND = 500  # the least bond: two percent of 13,000 are less
QUORUM = 650  # five percent of 13,000


def test_dispute(world: World) -> None:
    """An equal bond of anyone turns a proposal into a vote; the bonds wait beside each other."""
    pool = resolving(world)
    had = tokens.amount(world.svm, pool.ata("bob"))
    landed = world.do(dispute(pool))
    event, entered = landed.event(Disputed), landed.event(StateChanged)
    assert (event.disputer, event.bond, event.owed) == (bytes(key("bob")), BOND, 2 * BOND)
    assert event.window_end == world.now + TERMS.vote_s == resolution(pool).window_end
    assert (entered.from_, entered.to, entered.outcome) == (State.Resolving, State.Disputed, 255)
    assert tokens.amount(world.svm, pool.ata("bob")) == had - BOND
    for name in ("bob", "dave", "oracle"):
        with refused("WrongState"):
            world.do(dispute(pool, name))


@pytest.mark.parametrize(("shift", "error"), [(-1, None), (0, "TooLate"), (1, "TooLate")])
def test_dispute_in_its_window(world: World, shift: int, error: str | None) -> None:
    """Before the window's end only."""
    pool = resolving(world)
    world.at(resolution(pool).window_end + shift)
    if error is None:
        world.do(dispute(pool))
        return
    with refused(error):
        world.do(dispute(pool))
    world.do(pool.finalize())
    with refused("WrongState"):
        world.do(dispute(pool))


def test_a_price_is_not_disputed(world: World) -> None:
    """Nobody disputes or votes on a price candidate."""
    pool = with_strike(world)
    event = at_event(world, pool)
    world.do(pool.resolve(world.post(FEED, 100, publish=event + 1, prev=event)))
    with refused("WrongSource"):
        world.do(dispute(pool))
    with refused("WrongState"):
        world.do(vote(pool, "alice", 0, MIN_STAKE))


def test_no_void_in_a_dispute(world: World) -> None:
    """Nothing but the votes, the council or its time ends a dispute: neither the admin nor void_after."""
    pool = disputed(world)
    for call in (pool.announce_void(), pool.cancel_void(), pool.finalize()):
        with refused("WrongState"):
            world.do(call)
    world.at(pool.state.void_after + 1)
    with refused("WrongState"):
        world.do(pool.void_inactive())
    world.do(tally(pool))
    for call in (pool.announce_void(), pool.void_inactive()):
        with refused("WrongState"):
            world.do(call)


def test_votes(world: World) -> None:
    """A vote on any outcome or INVALID moves its weight into the bond vault."""
    pool = disputed(world)
    had = tokens.amount(world.svm, pool.ata("alice"))
    event = world.do(vote(pool, "alice", 0, 2_000)).event(VoteCast)
    assert (event.round, event.side, event.weight, event.tally) == (1, 0, 2_000, (2_000, 0, 0))
    world.do(vote(pool, "dave", 2, 3_000))
    event = world.do(vote(pool, "erin", 1, MIN_STAKE)).event(VoteCast)
    assert (event.tally, event.total, event.votes) == ((2_000, MIN_STAKE, 3_000), 5_000 + MIN_STAKE, 3)
    assert event.owed == 2 * BOND + 5_000 + MIN_STAKE
    assert tokens.amount(world.svm, pool.ata("alice")) == had - 2_000


@pytest.mark.parametrize(
    ("side", "weight", "error"),
    [
        (3, MIN_STAKE, "BadVote"), (255, MIN_STAKE, "BadVote"), (0, MIN_STAKE - 1, "AmountTooSmall"),
        (0, 0, "AmountTooSmall"), (2, MIN_STAKE, None), (0, 2**63, "InsufficientFunds"),
    ],
)  # fmt: skip
def test_bad_votes(world: World, side: int, weight: int, error: str | None) -> None:
    """A vote names an outcome or INVALID, weighs at least the least stake, and is paid."""
    pool = disputed(world)
    if error is None:
        world.do(vote(pool, "alice", side, weight))
    else:
        with refused(error):
            world.do(vote(pool, "alice", side, weight))


def test_nobody_votes_twice(world: World) -> None:
    """No wallet votes again, changes its vote, or takes it back before the decision."""
    pool = disputed(world)
    world.do(vote(pool, "alice", 0, 2_000))
    for side in (0, 1, 2):
        with refused("VotedAlready"):
            world.do(vote(pool, "alice", side, 2_000))
    with refused("NotDecided"):
        world.do(claim_vote(pool, "alice"))
    voted(pool, ("dave", 1, 2_000))
    world.do(tally(pool))
    with refused("NotDecided"):
        world.do(claim_vote(pool, "alice"))


@pytest.mark.parametrize(("shift", "error"), [(-1, None), (0, "TooLate"), (1, "TooLate")])
def test_votes_end(world: World, shift: int, error: str | None) -> None:
    """Votes are taken before the window's end."""
    pool = disputed(world)
    world.at(resolution(pool).window_end + shift)
    if error is None:
        world.do(vote(pool, "alice", 0, 2_000))
    else:
        with refused(error):
            world.do(vote(pool, "alice", 0, 2_000))


def test_votes_need_a_dispute(world: World) -> None:
    """An undisputed proposal takes no votes."""
    pool = resolving(world)
    with refused("WrongState"):
        world.do(vote(pool, "alice", 0, 2_000))


@pytest.mark.parametrize(("shift", "error"), [(-1, "TooEarly"), (0, None), (1, None)])
def test_tally_after_the_votes(world: World, shift: int, error: str | None) -> None:
    """Nobody counts before the end, however clear it is; and nobody twice."""
    pool = disputed(world)
    world.do(vote(pool, "alice", 1, 10**9))
    world.at(resolution(pool).window_end + shift)
    if error is not None:
        with refused(error):
            world.do(tally(pool))
        return
    world.do(tally(pool))
    with refused("WrongState"):
        world.do(tally(pool))


TALLIES = [
    ("the proposal stands", (6_000, 4_000, 0), 0), ("overturned", (4_000, 6_000, 0), 1),
    ("INVALID", (2_000, 2_000, 6_000), 2), ("just below", (4_001, 5_999, 0), None), ("a tie", (5_000, 5_000, 0), None),
    ("one voter", (MIN_STAKE, 0, 0), 0),
]  # fmt: skip


@pytest.mark.parametrize(("tallies", "outcome"), [row[1:] for row in TALLIES], ids=[row[0] for row in TALLIES])
def test_tally(world: World, tallies: tuple[int, ...], outcome: int | None) -> None:
    """An outcome with overturn_bps of all weight is final, with 6,000 of 10,000 exactly too; else it is contested."""
    pool = disputed(world)
    votes = [
        (name, side, weight)
        for name, (side, weight) in zip(("alice", "dave", "erin"), enumerate(tallies), strict=True)
        if weight
    ]
    voted(pool, *votes)
    landed = world.do(tally(pool))
    event, entered = landed.event(Tallied), landed.event(StateChanged)
    assert (event.round, event.tally, event.total) == (1, tallies, sum(tallies))
    if outcome is None:
        assert (event.outcome, entered.to) == (255, State.Contested)
        assert event.window_end == world.now + TERMS.council_s
        return
    assert event.outcome == entered.outcome == resolution(pool).final_outcome == outcome
    assert entered.to == (State.Void if outcome == 2 else State.Finalized)
    assert not event.flags & ResolutionFlag.COUNCIL_TIMEOUT
    assert entered.resolver_to == bytes(key("oracle" if outcome == 0 else "bob"))


@pytest.mark.parametrize(("weight", "decides"), [(999_999, False), (1_000_000, True), (1_000_001, True)])
def test_quorum(world: World, weight: int, decides: bool) -> None:
    """Votes that weigh less than the quorum decide nothing, however they agree; exactly it is enough."""
    pool = resolving(world)
    assert resolution(pool).quorum == QUORUM < MIN_STAKE
    pool = _large(world)
    assert resolution(pool).quorum == 1_000_000
    world.do(dispute(pool))
    voted(pool, ("dave", 1, weight))
    assert world.do(tally(pool)).event(StateChanged).to == (State.Finalized if decides else State.Contested)


def _large(world: World) -> Pool:
    """A proposed outcome of a market of twenty million."""
    pool = opened(world, k=1)
    world.do(pool.stake("alice", 0, 10_000_000))
    world.do(pool.stake("bob", 1, 10_000_000))
    at_event(world, pool)
    world.do(pool.propose(0))
    return pool


@pytest.mark.parametrize(("outcome", "to"), [(0, State.Finalized), (1, State.Finalized), (2, State.Void)])
def test_council_rules(world: World, outcome: int, to: State) -> None:
    """The council decides a contested market by any outcome or INVALID, once."""
    pool = contested(world)
    landed = world.do(rule(pool, outcome))
    event, entered = landed.event(Ruled), landed.event(StateChanged)
    assert (event.outcome, event.header.actor) == (outcome, bytes(key("council")))
    assert not event.flags & ResolutionFlag.COUNCIL_TIMEOUT
    assert (entered.from_, entered.to, entered.outcome) == (State.Contested, to, outcome)
    assert entered.resolver_to == bytes(key("oracle" if outcome == 0 else "bob"))
    with refused("WrongState"):
        world.do(rule(pool, outcome))


@pytest.mark.parametrize(("shift", "error"), [(-1, None), (0, "TooLate"), (1, "TooLate")])
def test_council_in_its_time(world: World, shift: int, error: str | None) -> None:
    """Before its window's end only."""
    pool = contested(world)
    world.at(resolution(pool).window_end + shift)
    if error is None:
        world.do(rule(pool, 1))
    else:
        with refused(error):
            world.do(rule(pool, 1))


def test_council_only(world: World) -> None:
    """Nobody else rules, and nobody by an outcome that is none."""
    pool = contested(world)
    for name in ("authority", "guardian", "oracle", "alice"):
        with refused("NotCouncil"):
            world.do(rule(pool, 0, name))
    for outcome in (3, 255):
        with refused("BadOutcome"):
            world.do(rule(pool, outcome))
    with refused("WrongState"):
        world.do(rule(disputed(world, k=1), 0))


@pytest.mark.parametrize(("shift", "error"), [(-1, "TooEarly"), (0, None), (1, None)])
@pytest.mark.parametrize(("by", "to"), [("oracle", State.Finalized), ("dave", State.Void)])
def test_council_is_late(world: World, by: str, to: State, shift: int, error: str | None) -> None:
    """From the council's end on anyone ends it: what the source proposed in its time stands, else it is void."""
    pool = contested(world, by=by)
    world.at(resolution(pool).window_end + shift)
    if error is not None:
        with refused(error):
            world.do(pool.finalize())
        return
    landed = world.do(pool.finalize())
    entered = landed.event(StateChanged)
    assert len(landed.events) == 1
    assert (entered.from_, entered.to) == (State.Contested, to)
    assert entered.outcome == resolution(pool).final_outcome == (0 if by == "oracle" else 2)
    assert entered.resolver_to == (bytes(key("oracle")) if by == "oracle" else NOBODY)
    assert resolution(pool).flags & ResolutionFlag.COUNCIL_TIMEOUT


@pytest.mark.parametrize("world", [{"council_s": 0}], indirect=True, ids=["no council"])
@pytest.mark.parametrize(("by", "outcome", "to"), [("oracle", 0, State.Finalized), ("dave", 2, State.Void)])
def test_no_council(world: World, by: str, outcome: int, to: State) -> None:
    """Without a council the rule of its timeout applies at once."""
    pool = voted(disputed(world, by=by))
    landed = world.do(tally(pool))
    event, entered = landed.event(Tallied), landed.event(StateChanged)
    assert (event.outcome, entered.to, entered.from_) == (outcome, to, State.Disputed)
    assert event.flags & ResolutionFlag.COUNCIL_TIMEOUT


@pytest.mark.parametrize("world", [{"council_s": 0}], indirect=True, ids=["no council"])
def test_no_council_and_a_verdict(world: World) -> None:
    """Where the votes decide, no council is missed."""
    pool = voted(disputed(world, by="dave"), ("erin", 1, 5_000))
    event = world.do(tally(pool)).event(Tallied)
    assert (event.outcome, event.flags & ResolutionFlag.COUNCIL_TIMEOUT) == (1, 0)


def test_a_winner_without_shares(world: World) -> None:
    """An outcome that nobody holds voids a pool, and its bond is won all the same."""
    pool = disputed(world, n=3)
    voted(pool, ("dave", 2, 5_000))
    entered = world.do(tally(pool)).event(StateChanged)
    assert (entered.to, entered.outcome, entered.mask) == (State.Void, 2, 0b111)
    world.do(pool.claim_bond("bob"))


def test_wrong_vaults(world: World) -> None:
    """Bonds and weights go to the market's own bond vault alone, in its own mint."""
    pool, other = opened(world, k=1, dispute_s=5_000), resolving(world, k=2)
    world.do(pool.propose(0))
    fake = tokens.put_tokens(world.svm, pool.address, USDC, 0)
    theirs = dispute(other).instruction.accounts[2].pubkey
    ours = dispute(pool).instruction.accounts[2].pubkey
    for wrong in (fake, theirs, pool.vault):
        with refused("WrongBondVault"):
            world.do(exchanged(dispute(pool), ours, wrong))
    world.do(dispute(pool))
    for wrong in (fake, theirs, pool.vault):
        with refused("WrongBondVault"):
            world.do(exchanged(vote(pool, "alice", 0, 2_000), ours, wrong))
    resolutions = [dispute(one).instruction.accounts[1].pubkey for one in (pool, other)]
    with refused("WrongResolution"):
        world.do(exchanged(vote(pool, "alice", 0, 2_000), *resolutions))
    with refused("WrongVote"):
        ballots = [vote(pool, name, 0, 2_000).instruction.accounts[1].pubkey for name in ("alice", "erin")]
        world.do(exchanged(vote(pool, "alice", 0, 2_000), *ballots))
