"""propose_outcome, finalize, claim_bond, and the voids: who, when, and for how much."""

import pytest

from idl.enums import Flag, State
from idl.events import (
    BondClaimed,
    OutcomeProposed,
    StateChanged,
    VoidAnnounced,
)
from localnet.wallets import wallet
from tests.programs import tokens
from tests.programs.pools import CREATOR, at_event, created, opened, updown
from tests.programs.refusals import refused
from tests.programs.world import MIN_BOND, TERMS, World, key


@pytest.mark.parametrize(
    ("who", "when", "shift", "error"),
    [
        ("oracle", "event", -1, "TooEarly"), ("oracle", "event", 0, None), ("bob", "event", 0, "NotSource"),
        ("bob", "resolve_by", -1, "NotSource"), ("bob", "resolve_by", 0, None), ("oracle", "resolve_by", 0, None),
        ("bob", "void_after", -1, None), ("bob", "void_after", 0, "TooLate"), ("oracle", "void_after", 0, "TooLate"),
    ],
)  # fmt: skip
def test_who_proposes_when(world: World, who: str, when: str, shift: int, error: str | None) -> None:
    """The source from the event on, anyone from resolve_by, nobody from void_after."""
    pool = opened(world)
    world.do(pool.stake("alice", 0, 5_000))
    world.at(getattr(pool.state, when) + shift)
    if error is not None:
        with refused(error):
            world.do(pool.propose(0, who))
        return
    event = world.do(pool.propose(0, who)).event(OutcomeProposed)
    assert bool(event.flags & 1) == (who == "oracle" and when == "event")
    assert event.window_end == world.now + pool.state.dispute_s


@pytest.mark.parametrize(("outcome", "error"), [(0, None), (2, None), (3, "BadOutcome"), (255, "BadOutcome")])
def test_proposed_outcomes(world: World, outcome: int, error: str | None) -> None:
    """Any outcome, or INVALID, which is n."""
    pool = opened(world)
    at_event(world, pool)
    if error is None:
        world.do(pool.propose(outcome))
    else:
        with refused(error):
            world.do(pool.propose(outcome))


@pytest.mark.parametrize(("stake", "bond", "quorum"), [(0, MIN_BOND, MIN_BOND), (10**6, 20_000, 50_000)])
def test_bond(world: World, stake: int, bond: int, quorum: int) -> None:
    """The bond is a share of all stakes, at least the least; both numbers are fixed at the proposal."""
    pool = opened(world)
    if stake:
        world.do(pool.stake("alice", 0, stake))
    at_event(world, pool)
    had = tokens.amount(world.svm, pool.ata("oracle"))
    event = world.do(pool.propose(0)).event(OutcomeProposed)
    assert (event.bond, event.quorum, event.owed) == (bond, quorum, bond)
    assert tokens.amount(world.svm, pool.ata("oracle")) == had - bond
    with refused("WrongState", "AccountAlreadyInUse"):
        world.do(pool.propose(0))


@pytest.mark.parametrize(("shift", "error"), [(-1, "TooEarly"), (0, None), (1, None)])
def test_finalize(world: World, shift: int, error: str | None) -> None:
    """A proposal stands from its window's end on; its proposer resolved."""
    pool = opened(world)
    world.do(pool.stake("alice", 0, 5_000))
    at_event(world, pool)
    end = world.do(pool.propose(0)).event(OutcomeProposed).window_end
    world.at(end + shift)
    if error is not None:
        with refused(error):
            world.do(pool.finalize())
        return
    change = world.do(pool.finalize()).event(StateChanged)
    assert (change.to, change.resolver_to) == (State.Finalized, bytes(key("oracle")))
    assert change.deadline == world.now + 30 * 86_400
    with refused("WrongState"):
        world.do(pool.finalize())


def test_bond_goes_back_once(world: World) -> None:
    """The bond goes to its owner's account, once, and only after the decision."""
    pool = opened(world)
    at_event(world, pool)
    had = tokens.amount(world.svm, pool.ata("oracle"))
    world.do(pool.propose(2))
    with refused("NotDecided"):
        world.do(pool.claim_bond())
    with refused("NotDecided"):
        world.do(pool.close_resolution())
    world.at(world.now + pool.state.dispute_s)
    world.do(pool.finalize())
    with refused("NothingOwed"):
        world.do(pool.close_resolution())
    with refused("NothingOwed"):
        world.do(pool.claim_bond("bob"))
    assert world.do(pool.claim_bond()).event(BondClaimed).amount == MIN_BOND
    assert tokens.amount(world.svm, pool.ata("oracle")) == had
    with refused("NothingOwed"):
        world.do(pool.claim_bond())


def test_void_by_the_admin(world: World) -> None:
    """An announced void halts trading, can be called off, and comes true by anyone's hand at its deadline."""
    pool = opened(world)
    world.do(pool.stake("alice", 0, 5_000))
    event = world.do(pool.announce_void()).event(VoidAnnounced)
    assert event.deadline == world.now + TERMS.void_delay_s == pool.state.deadline
    with refused("Halted"):
        world.do(pool.announce_void())
    world.at(event.deadline - 1)
    with refused("TooEarly"):
        world.do(pool.void_inactive())
    assert world.do(pool.cancel_void()).event(VoidAnnounced).deadline == 0
    with refused("NotHalted"):
        world.do(pool.cancel_void())
    world.at(event.deadline)
    with refused("TooEarly"):
        world.do(pool.void_inactive())
    again = world.do(pool.announce_void()).event(VoidAnnounced)
    world.at(again.deadline)
    assert world.do(pool.void_inactive()).event(StateChanged).to == State.Void
    assert not pool.state.flags & Flag.HALTED
    world.do(pool.pay_out("alice"))


def test_halt_does_not_stop_the_decision(world: World) -> None:
    """A halted market is still decided, and the halt is gone then."""
    pool = opened(world)
    world.do(pool.stake("alice", 0, 5_000))
    world.do(pool.announce_void())
    at_event(world, pool)
    world.do(pool.propose(0))
    assert not pool.state.flags & Flag.HALTED
    with refused("WrongState"):
        world.do(pool.void_inactive())


@pytest.mark.parametrize(("shift", "error"), [(-1, "TooEarly"), (0, None), (1, None)])
def test_void_after(world: World, shift: int, error: str | None) -> None:
    """A market that nobody decides is voided by anyone from void_after on."""
    pool = updown(world)
    world.at(pool.state.void_after + shift)
    if error is not None:
        with refused(error):
            world.do(pool.void_inactive())
        return
    change = world.do(pool.void_inactive()).event(StateChanged)
    assert (change.to, change.mask, change.num, change.den) == (State.Void, 0b11, 1, 1)
    assert change.resolver_to == bytes(32)


def test_void_needs_an_active_market(world: World) -> None:
    """Neither an unopened nor a decided market is voided."""
    pool = created(world)
    world.at(pool.state.void_after)
    with refused("WrongState"):
        world.do(pool.void_inactive())
    assert pool.state.creator == bytes(key(CREATOR))


def test_nobody_else_announces(world: World) -> None:
    """Announcing and calling off are the admin's."""
    pool = opened(world)
    for call in (pool.announce_void(), pool.cancel_void()):
        metas = [type(m)(key("alice"), True, False) if m.is_signer else m for m in call.instruction.accounts]
        instruction = type(call.instruction)(call.instruction.program_id, bytes(call.instruction.data), metas)
        with refused("NotAdmin"):
            world.send(instruction, signers=(wallet("alice"),))
