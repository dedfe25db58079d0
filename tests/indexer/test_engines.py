"""Every engine played against the real programs: what the folds make of the events is what the accounts say."""

from collections.abc import Callable

import pytest

from indexer.fold.rows import Vote
from tests.indexer import proofs
from tests.programs.votes import claim_vote, contested, disputed, like, proposed, rule, take_back, tally, voted
from tests.programs.world import World

Life = Callable[[World], object]


def a_proposal(world: World) -> None:
    """Three votes, a tally, a vote taken back."""
    pool = proposed(world)
    for name, side in (("alice", 1), ("bob", 1), ("carol", 0)):
        world.do(like(pool, name, side))
    proofs.assert_true(world)
    world.at(pool.state.deadline)
    world.do(pool.tally_proposal())
    world.do(take_back(pool, "carol"))


def a_dispute(world: World) -> None:
    """Votes decide against the proposal, and everybody is paid."""
    pool = voted(disputed(world), ("alice", 1, 40_000), ("dave", 1, 20_000), ("erin", 0, 30_000))
    proofs.assert_true(world)
    world.do(tally(pool))
    for name in ("alice", "dave"):
        world.do(claim_vote(pool, name))


def a_ruling(world: World) -> None:
    """Nobody voted, the council rules."""
    pool = contested(world)
    proofs.assert_true(world)
    world.do(rule(pool, 1))


LIVES: dict[str, Life] = {"proposal": a_proposal, "dispute": a_dispute, "ruling": a_ruling}


@pytest.mark.parametrize("name", LIVES)
def test_accounts_follow_from_events(name: str) -> None:
    """Config, market, positions, votes, resolution and both vaults are what the folded rows say."""
    world = World()
    LIVES[name](world)
    proofs.assert_true(world)


def test_votes_are_rows() -> None:
    """A vote says what was paid of its weight once it was claimed."""
    world = World()
    a_dispute(world)
    rows = [row for _, state in proofs.states(world).values() for row in state.rows if isinstance(row, Vote)]
    assert sorted((row.weight, row.state, row.paid) for row in rows) == [
        (20_000, "closed", 21_000), (30_000, "open", 0), (40_000, "closed", 42_000),
    ]  # fmt: skip
