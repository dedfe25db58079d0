"""Every engine played against the real programs: what the folds make of the events is what the accounts say."""

from collections.abc import Callable

import pytest

from indexer.fold.rows import Market, Position, Vote
from tests.indexer import proofs
from tests.programs.books import BUY, SELL, YES, dealt
from tests.programs.creators import followed
from tests.programs.makers import SUBSIDY, maker
from tests.programs.votes import claim_vote, contested, disputed, like, proposed, rule, take_back, tally, voted
from tests.programs.world import World, key

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


def a_market_maker(world: World) -> None:
    """Bought, sold, split, merged, handed on."""
    market = maker(world)
    world.do(market.buy("alice", 0, 50_000))
    world.do(market.buy("bob", 1, 30_000))
    world.do(market.split("carol", 20_000))
    proofs.assert_true(world)
    world.do(market.sell("alice", 0, 10_000))
    world.do(market.merge("carol", 5_000))
    world.do(market.transfer("carol", "bob", 1, 4_000, nonce=3))


def a_creator(world: World) -> None:
    """Shares bought and sold, dividends that came in and were claimed and paid."""
    shares = followed(world)
    world.do(shares.sync())
    proofs.assert_true(world)
    world.do(shares.claim("alice"))
    shares.unlock()
    world.do(shares.sell("bob", 5))
    shares.earn(90)
    world.do(shares.pay("alice", "bob"))


def a_book(world: World) -> None:
    """Orders that rest, cross and are cancelled."""
    made = dealt(world)
    world.do(made.order("alice", SELL, YES, 60, 5))
    world.do(made.order("bob", BUY, YES, 40, 5))
    proofs.assert_true(world)
    world.do(made.order("carol", BUY, YES, 60, 3))
    world.do(made.cancel_all("bob"))


LIVES: dict[str, Life] = {
    "proposal": a_proposal,
    "dispute": a_dispute,
    "ruling": a_ruling,
    "market maker": a_market_maker,
    "creator": a_creator,
    "book": a_book,
}


@pytest.mark.parametrize("name", LIVES)
def test_accounts_follow_from_events(name: str) -> None:
    """Config, market, positions, votes, resolution and both vaults are what the folded rows say."""
    world = World()
    LIVES[name](world)
    proofs.assert_true(world)


def test_cost_moves_with_shares() -> None:
    """What was paid for shares is their cost: a sale takes its part away, a transfer takes it along."""
    world = World()
    a_market_maker(world)
    rows = [row for _, state in proofs.states(world).values() for row in state.rows]
    held = {row.owner: row for row in rows if isinstance(row, Position)}
    legs = sum(state.held["VAULT"] for _, state in proofs.states(world).values())
    paid = sum(row.staked for row in held.values())
    assert all(row.held == row.shares and row.cost == sum(row.costs) for row in held.values())
    assert held[str(key("alice"))].realised < 0
    assert held[str(key("carol"))].realised == 0
    back = paid - sum(row.cost - row.realised for row in held.values())
    assert legs == SUBSIDY + paid - back
    (market,) = [row for row in rows if isinstance(row, Market)]
    assert sum(market.price) in range(999_998, 1_000_001)


def test_votes_are_rows() -> None:
    """A vote says what was paid of its weight once it was claimed."""
    world = World()
    a_dispute(world)
    rows = [row for _, state in proofs.states(world).values() for row in state.rows if isinstance(row, Vote)]
    assert sorted((row.weight, row.state, row.paid) for row in rows) == [
        (20_000, "closed", 21_000), (30_000, "open", 0), (40_000, "closed", 42_000),
    ]  # fmt: skip
