"""What bonds and votes get back: equal to the twin in Python, never more than the bond vault holds, nothing twice."""

import random

import pytest
from solders.pubkey import Pubkey

from idl.addresses import bond_vault
from idl.enums import ResolutionFlag
from idl.events import BondClaimed, Closed, VoteClaimed
from idl.maths.votes import bond_prize, verdict, vote_due
from tests.programs import tokens
from tests.programs.pools import RICH, Pool, opened
from tests.programs.refusals import refused
from tests.programs.test_refusals import exchanged
from tests.programs.votes import (
    VOTERS,
    claim_vote,
    dispute,
    disputed,
    resolution,
    resolving,
    rule,
    tally,
    vote,
    voted,
)
from tests.programs.world import MINTS, SOL, TERMS, USDC, World, key

MINT = pytest.mark.parametrize("mint", MINTS, ids=["sol", "spl", "spl-2022"])
SLASH = TERMS.slash_bps
BOND = 500


def held(pool: Pool) -> int:
    """What is in the bond vault."""
    return tokens.amount(pool.world.svm, bond_vault(pool.address).address)


def claimed(pool: Pool, name: str) -> int:
    """Close a vote; what its voter's account got is what the event says."""
    had = tokens.amount(pool.world.svm, pool.ata(name))
    lamports = pool.world.lamports(key(name))
    event = pool.world.do(claim_vote(pool, name)).event(VoteClaimed)
    assert tokens.amount(pool.world.svm, pool.ata(name)) - had == event.amount
    assert pool.world.lamports(key(name)) - lamports == event.rent
    assert held(pool) >= resolution(pool).owed == event.owed
    return event.amount


@MINT
def test_right_and_wrong(world: World, mint: Pubkey) -> None:
    """The right ones share a tenth of what the wrong ones staked; the winner of the bond gets half of the other."""
    pool = voted(disputed(world, mint=mint), ("alice", 1, 40_000), ("dave", 1, 20_000), ("erin", 0, 30_000))
    world.do(tally(pool))
    assert claimed(pool, "alice") == 40_000 + 2_000
    assert claimed(pool, "dave") == 20_000 + 1_000
    assert claimed(pool, "erin") == 30_000 - 3_000
    assert resolution(pool).owed == 2 * BOND
    had = tokens.amount(world.svm, pool.ata("bob"))
    event = world.do(pool.claim_bond("bob")).event(BondClaimed)
    assert (event.amount, event.owed, event.flags & 6) == (750, 0, ResolutionFlag.DISPUTER_PAID)
    assert tokens.amount(world.svm, pool.ata("bob")) == had + 750
    treasury = tokens.amount(world.svm, pool.ata("treasury"))
    closed = world.do(pool.close_resolution()).event(Closed)
    assert (closed.residual, closed.residual_to) == (250, bytes(key("treasury")))
    assert tokens.amount(world.svm, pool.ata("treasury")) == treasury + 250


def test_the_proposer_wins(world: World) -> None:
    """A proposal that stood in the vote wins the disputer's half; the disputer gets nothing."""
    pool = voted(disputed(world), ("alice", 0, 40_000))
    world.do(tally(pool))
    with refused("NothingOwed"):
        world.do(pool.claim_bond("bob"))
    assert world.do(pool.claim_bond("oracle")).event(BondClaimed).amount == bond_prize(BOND)
    for name in ("oracle", "bob"):
        with refused("NothingOwed"):
            world.do(pool.claim_bond(name))


def test_half_of_an_odd_bond(world: World) -> None:
    """Half of an odd bond is rounded down for the winner, up for the treasury."""
    pool = resolving(world, k=1)
    world.at(world.now + 1)
    large = _odd(world)
    assert resolution(large).bond % 2 == 1
    world.do(dispute(large))
    voted(large, ("erin", 1, 10**6))
    world.do(tally(large))
    bond = resolution(large).bond
    assert world.do(large.claim_bond("bob")).event(BondClaimed).amount == bond + bond // 2
    assert claimed(large, "erin") == 10**6
    assert world.do(large.close_resolution()).event(Closed).residual == bond - bond // 2
    assert resolution(pool).owed == BOND


def _odd(world: World) -> Pool:
    pool = opened(world, k=7)
    world.do(pool.stake("alice", 0, 50_050))
    world.at(pool.state.event)
    world.do(pool.propose(0))
    return pool


@pytest.mark.parametrize("outcome", [0, 1, 2])
def test_a_ruling_slashes(world: World, outcome: int) -> None:
    """The council's word decides who was right, as the votes' would."""
    cast = (("alice", 0, 5_000), ("dave", 1, 5_001), ("erin", 2, 5_003))
    pool = voted(disputed(world), *cast)
    world.do(tally(pool))
    world.do(rule(pool, outcome))
    tallies = tuple(weight for _, _, weight in cast)
    for name, side, weight in cast:
        due = vote_due(side, weight, outcome=outcome, tally=tallies, slash_bps=SLASH, returned=False)
        assert claimed(pool, name) == due
    winner = "oracle" if outcome == 0 else "bob"
    assert world.do(pool.claim_bond(winner)).event(BondClaimed).owed == 0


def test_nobody_was_right(world: World) -> None:
    """If nobody voted for what the council rules, every weight goes back."""
    pool = voted(disputed(world), ("alice", 0, 5_000), ("dave", 1, 5_001))
    world.do(tally(pool))
    world.do(rule(pool, 2))
    assert (claimed(pool, "alice"), claimed(pool, "dave")) == (5_000, 5_001)
    assert resolution(pool).owed == 2 * BOND


@pytest.mark.parametrize("by", ["oracle", "dave"])
def test_nobody_ruled(world: World, by: str) -> None:
    """After the council's time every weight goes back; the bonds too, but where the source's proposal stands."""
    pool = voted(disputed(world, by=by), ("alice", 0, 5_000), ("erin", 1, 5_001))
    world.do(tally(pool))
    world.at(resolution(pool).window_end)
    world.do(pool.finalize())
    assert (claimed(pool, "alice"), claimed(pool, "erin")) == (5_000, 5_001)
    if by == "oracle":
        with refused("NothingOwed"):
            world.do(pool.claim_bond("bob"))
        assert world.do(pool.claim_bond("oracle")).event(BondClaimed).amount == bond_prize(BOND)
    else:
        amounts = [world.do(pool.claim_bond(name)).event(BondClaimed).amount for name in ("bob", "dave")]
        assert amounts == [BOND, BOND]
        for name in ("bob", "dave"):
            with refused("NothingOwed"):
                world.do(pool.claim_bond(name))
    assert resolution(pool).owed == 0
    world.do(pool.close_resolution(by))


def test_disputed_by_its_proposer(world: World) -> None:
    """Who disputes their own proposal gets both sides' parts: half a bond is lost, or with nobody ruling nothing."""
    pool = resolving(world, k=1)
    world.do(dispute(pool, "oracle"))
    voted(pool, ("erin", 1, 5_000))
    world.do(tally(pool))
    assert world.do(pool.claim_bond("oracle")).event(BondClaimed).amount == bond_prize(BOND)
    with refused("NothingOwed"):
        world.do(pool.claim_bond("oracle"))
    other = resolving(world, by="dave", k=2)
    world.do(dispute(other, "dave"))
    world.do(tally(voted(other)))
    world.at(resolution(other).window_end)
    world.do(other.finalize())
    assert [world.do(other.claim_bond("dave")).event(BondClaimed).owed for _ in range(2)] == [BOND, 0]
    with refused("NothingOwed"):
        world.do(other.claim_bond("dave"))


def test_claim_twice(world: World) -> None:
    """A vote is paid once; its account is gone."""
    pool = voted(disputed(world), ("alice", 1, 5_000))
    world.do(tally(pool))
    claimed(pool, "alice")
    with refused("AccountNotInitialized"):
        world.do(claim_vote(pool, "alice"))
    assert resolution(pool).votes == bytes(3)


def test_paid_where_it_belongs(world: World) -> None:
    """A vote is paid into the voter's own account, its rent to the voter, from its own market's bond vault."""
    pool, other = (voted(disputed(world, k=k), ("alice", 1, 5_000), ("dave", 1, 5_000)) for k in (1, 2))
    for one in (pool, other):
        world.do(tally(one))
    call = claim_vote(pool, "alice")
    with refused("WrongDestination"):
        world.do(claim_vote(pool, "alice", destination=pool.ata("bob")))
    with refused("WrongPayer"):
        world.do(exchanged(call, key("alice"), key("bob")))
    with refused("WrongVote"):
        theirs = claim_vote(other, "alice").instruction.accounts[1].pubkey
        world.do(exchanged(call, call.instruction.accounts[1].pubkey, theirs))
    with refused("WrongBondVault"):
        world.do(exchanged(call, bond_vault(pool.address).address, bond_vault(other.address).address))
    with refused("WrongResolution"):
        theirs = claim_vote(other, "alice").instruction.accounts[3].pubkey
        world.do(exchanged(call, call.instruction.accounts[3].pubkey, theirs))
    tokens.put_tokens(world.svm, key("alice"), USDC, 0, state=tokens.FROZEN)
    with refused("Unpayable"):
        world.do(call)
    tokens.put_tokens(world.svm, key("alice"), USDC, RICH)
    world.do(call)


def test_an_empty_bond_vault_pays_nobody(world: World) -> None:
    """A bond vault that holds less than it owes stops votes, disputes and claims."""
    pool = disputed(world)
    vault = bond_vault(pool.address).address
    world.do(vote(pool, "alice", 1, 5_000))
    tokens.put_tokens(world.svm, pool.address, USDC, 5_000, at=vault)
    with refused("InvariantViolated"):
        world.do(vote(pool, "dave", 1, 5_000))
    world.at(resolution(pool).window_end)
    world.do(tally(pool))
    with refused("InvariantViolated"):
        world.do(claim_vote(pool, "alice"))
    with refused("InvariantViolated"):
        world.do(pool.claim_bond("bob"))
    tokens.put_tokens(world.svm, pool.address, USDC, 6_000, at=vault)
    world.do(pool.claim_bond("bob"))
    claimed(pool, "alice")


def test_the_resolution_waits_for_its_votes(world: World) -> None:
    """A resolution stays until the last bond and vote were claimed, and the market until then."""
    pool = voted(disputed(world), ("alice", 1, 5_000), ("dave", 0, 3_333))
    world.do(tally(pool))
    world.do(pool.claim_bond("bob"))
    for name in ("alice", "dave"):
        with refused("NothingOwed"):
            world.do(pool.close_resolution())
        claimed(pool, name)
    world.do(pool.close_resolution())


@pytest.mark.parametrize("seed", range(12))
def test_random_votes(world: World, seed: int) -> None:
    """Whoever claims in whatever order: the twin's amounts, no more than is there, dust for the treasury."""
    rng = random.Random(f"slashing {seed}")
    names = [*VOTERS, *(f"voter {n}" for n in range(rng.randrange(8)))]
    pool = disputed(world, outcome=rng.randrange(3), by=rng.choice(("oracle", "carol")), n=rng.randint(2, 8))
    for name in names[len(VOTERS) :]:
        world.svm.airdrop(key(name), SOL)
        tokens.put_tokens(world.svm, key(name), USDC, RICH)
    sides = rng.sample(range(pool.state.n + 1), 2)
    weights = (1_000, 1_001, 3_333, 10**6 + 7, rng.randint(1_000, 10**9))
    cast = [(name, rng.choice(sides), rng.choice(weights)) for name in names]
    voted(pool, *cast)
    market, found = pool.state, resolution(pool)
    decided = verdict(found.tally, quorum=found.quorum, overturn_bps=market.overturn_bps)
    world.do(tally(pool))
    if decided is None and rng.random() < 0.5:
        decided = rng.randrange(market.n + 1)
        world.do(rule(pool, decided))
    returned = decided is None
    if returned:
        world.at(resolution(pool).window_end)
        world.do(pool.finalize())
    settle(pool, rng, cast, returned=returned)


def settle(pool: Pool, rng: random.Random, cast: list[tuple[str, int, int]], *, returned: bool) -> None:
    """Claim all votes and bonds in a random order, against the twin."""
    world, final = pool.world, resolution(pool)
    proposer = "oracle" if final.flags & ResolutionFlag.BY_SOURCE else "carol"
    undone = returned and proposer != "oracle"
    if undone:
        owners, prize = ["bob", proposer], final.bond
    else:
        owners, prize = [proposer if final.final_outcome == final.proposed else "bob"], bond_prize(final.bond)
    paid = 0
    acts: list[tuple[str, int, int] | str] = [*cast, *owners]
    rng.shuffle(acts)
    for act in acts:
        if isinstance(act, str):
            event = world.do(pool.claim_bond(act)).event(BondClaimed)
            assert event.amount == prize
            paid += prize
        else:
            name, side, weight = act
            due = vote_due(
                side, weight, outcome=final.final_outcome, tally=final.tally, slash_bps=pool.state.slash_bps,
                returned=returned,
            )  # fmt: skip
            assert claimed(pool, name) == due
            paid += due
        assert held(pool) >= resolution(pool).owed
    whole = 2 * final.bond + final.total
    dust = whole - paid - (0 if undone else final.bond - final.bond // 2)
    assert resolution(pool).owed == 0
    assert 0 <= dust <= 2 * len(cast)
    assert world.do(pool.close_resolution(proposer)).event(Closed).residual == whole - paid
