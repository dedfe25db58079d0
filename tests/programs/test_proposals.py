"""Proposed markets: votes on whether they may open, their count, and what is left of them."""

import pytest
from solders.instruction import AccountMeta

from idl.addresses import vote as vote_pda
from idl.enums import ClosedWhat, Mode, State
from idl.events import Closed, MarketCreated, StateChanged, Tallied, VoteCast, VoteClaimed
from idl.instructions import close_orphan
from localnet.wallets import wallet
from tests.programs.pools import Pool, create, created, terms
from tests.programs.refusals import refused
from tests.programs.votes import VOTERS, like, proposed, take_back
from tests.programs.world import TERMS, Call, World, key

VOTING = pytest.mark.parametrize("world", [{"mode": Mode.PROPOSAL}], indirect=True, ids=["voting"])


def likes(pool: Pool, count: int, against: int = 0) -> None:
    """So many votes for the market, then against it."""
    for place, name in enumerate(VOTERS[: count + against]):
        pool.world.do(like(pool, name, int(place < count)))


@VOTING
def test_proposed(world: World) -> None:
    """Where the settings want votes, a market begins as a proposal that ends after its time."""
    event = world.do(create(world, terms(world))).event(MarketCreated)
    assert (event.state, event.deadline) == (State.Proposed, world.now + TERMS.proposal_s)


@VOTING
def test_votes_are_counted(world: World) -> None:
    """Each vote is an account of its wallet and a count in the market."""
    pool = proposed(world)
    event = world.do(like(pool, "alice", 1)).event(VoteCast)
    assert (event.voter, event.round, event.side, event.weight) == (bytes(key("alice")), 0, 1, 1)
    event = world.do(like(pool, "bob", 0)).event(VoteCast)
    assert (event.likes, event.dislikes, event.tally, event.votes) == (1, 1, (), 0)
    assert (pool.state.likes, pool.state.dislikes) == (1, 1)


@VOTING
@pytest.mark.parametrize(("side", "weight"), [(2, 1), (255, 1), (1, 0), (1, 2)])
def test_bad_votes(world: World, side: int, weight: int) -> None:
    """A vote on a proposal is for or against, and counts as one."""
    pool = proposed(world)
    with refused("BadVote"):
        world.do(like(pool, "alice", side, weight=weight))


@VOTING
def test_nobody_votes_twice(world: World) -> None:
    """A second vote of a wallet is refused, even for the other side, and after the first was closed."""
    pool = proposed(world)
    world.do(like(pool, "alice", 1))
    for side in (0, 1):
        with refused("VotedAlready"):
            world.do(like(pool, "alice", side))
    world.do(pool.reject())
    world.do(take_back(pool, "alice"))
    with refused("WrongState"):
        world.do(like(pool, "alice"))


@VOTING
@pytest.mark.parametrize(("shift", "error"), [(-1, None), (0, "TooLate"), (1, "TooLate")])
def test_votes_end(world: World, shift: int, error: str | None) -> None:
    """Votes are taken before the deadline."""
    pool = proposed(world)
    world.at(pool.state.deadline + shift)
    if error is None:
        world.do(like(pool, "alice"))
    else:
        with refused(error):
            world.do(like(pool, "alice"))


@VOTING
@pytest.mark.parametrize(("shift", "error"), [(-1, "TooEarly"), (0, None), (1, None)])
def test_tally_from_the_deadline(world: World, shift: int, error: str | None) -> None:
    """Nobody counts before the end, however clear it is."""
    pool = proposed(world)
    likes(pool, 5)
    world.at(pool.state.deadline + shift)
    if error is None:
        world.do(pool.tally_proposal())
    else:
        with refused(error):
            world.do(pool.tally_proposal())


@VOTING
@pytest.mark.parametrize(
    ("count", "against", "passes"),
    [(3, 0, True), (2, 0, False), (3, 2, True), (2, 2, False), (2, 3, False), (0, 0, False), (0, 3, False)],
    ids=["quorum met", "below quorum", "exactly enough", "a tie", "too few", "nobody", "all against"],
)
def test_tally(world: World, count: int, against: int, passes: bool) -> None:
    """Approved are proposals with approve_bps of at least quorum_voters votes; 3 of 5 are exactly 6,000 bps."""
    pool = proposed(world)
    likes(pool, count, against)
    world.at(pool.state.deadline)
    landed = world.do(pool.tally_proposal())
    event, entered = landed.event(Tallied), landed.event(StateChanged)
    assert (event.round, event.outcome, event.tally, event.total) == (0, passes, (against, count), count + against)
    assert entered.to == (State.Approved if passes else State.Rejected)
    assert entered.deadline == (world.now + TERMS.activate_s if passes else 0)


@VOTING
@pytest.mark.parametrize(("shift", "error"), [(-1, None), (0, "TooLate")])
def test_approved_is_activated_in_time(world: World, shift: int, error: str | None) -> None:
    """An approved market waits for its creator, and is rejected when its time is over."""
    pool = proposed(world, lock=world.now + 5_000, event=world.now + 5_000, resolve_by=world.now + 6_000,
                    void_after=world.now + 6_000 + 3 * 86_400)  # fmt: skip
    with refused("WrongState"):
        world.do(pool.activate())
    likes(pool, 3)
    world.at(pool.state.deadline)
    world.do(pool.tally_proposal())
    world.at(pool.state.deadline + shift)
    if error is None:
        world.do(pool.activate())
        return
    with refused(error):
        world.do(pool.activate())
    landed = world.do(pool.tally_proposal())
    assert landed.event(StateChanged).to == State.Rejected
    assert not [one for one in landed.events if isinstance(one, Tallied)]


def test_an_approved_market_takes_no_votes(world: World) -> None:
    """Where no votes are wanted, none are taken."""
    pool = created(world)
    with refused("WrongState"):
        world.do(like(pool, "alice"))


@VOTING
def test_the_admin_rejects_a_proposal(world: World) -> None:
    """The admin turns a proposed market down at any time."""
    pool = proposed(world)
    change = world.do(pool.reject()).event(StateChanged)
    assert (change.from_, change.to) == (State.Proposed, State.Rejected)
    with refused("WrongState"):
        world.do(pool.tally_proposal())


@VOTING
def test_votes_give_their_rent_back(world: World) -> None:
    """Once the market left Proposed, anyone closes a vote; the rent is the voter's, and nothing else moves."""
    pool = proposed(world)
    likes(pool, 3)
    with refused("WrongState"):
        world.do(take_back(pool, "alice"))
    world.at(pool.state.deadline)
    world.do(pool.tally_proposal())
    had, rent = world.lamports(key("alice")), world.lamports(vote_pda(pool.address, 0, key("alice")).address)
    event = world.do(take_back(pool, "alice")).event(VoteClaimed)
    assert (event.voter, event.round, event.amount, event.rent) == (bytes(key("alice")), 0, 0, rent)
    assert world.lamports(key("alice")) == had + rent == had + world.svm.minimum_balance_for_rent_exemption(88)
    with refused("AccountNotInitialized"):
        world.do(take_back(pool, "alice"))


@VOTING
def test_votes_outlive_their_market(world: World) -> None:
    """A vote whose market is gone is an orphan, whose rent anyone returns; not a moment before."""
    pool = proposed(world)
    likes(pool, 2)
    world.do(pool.reject())
    with refused("MarketExists"):
        world.do(_orphans(pool, "alice"))
    world.at(world.now, slot=pool.state.created_slot + 151)
    world.do(pool.close_market())
    with refused("WrongPayer"):
        world.do(_orphans(pool, "alice", payer="bob"))
    event = world.do(_orphans(pool, "alice", "bob", "alice")).event(Closed)
    assert event.what == ClosedWhat.ORPHAN
    assert [item.owner for item in event.items] == [bytes(key("alice")), bytes(key("bob"))]
    with refused("NothingOwed"):
        world.do(_orphans(pool, "alice"))


def _orphans(pool: Pool, *names: str, payer: str | None = None) -> Call:
    keys = [
        one for name in names
        for one in (vote_pda(pool.address, 0, key(name)).address, pool.address, key(payer or name))
    ]  # fmt: skip
    return Call(close_orphan(remaining=[AccountMeta(one, False, True) for one in keys]), (wallet("payer"),))


@pytest.mark.parametrize("world", [{"mode": Mode.PROPOSAL, "quorum_voters": 0}], indirect=True, ids=["no quorum"])
def test_no_quorum(world: World) -> None:
    """Settings that ask for no votes let an unopposed proposal pass."""
    pool = proposed(world)
    world.at(pool.state.deadline)
    assert world.do(pool.tally_proposal()).event(StateChanged).to == State.Approved


@VOTING
def test_terms_of_the_vote_are_the_markets(world: World) -> None:
    """Quorum and approval are those of the market's making."""
    pool = proposed(world)
    market = pool.state
    assert (market.quorum_voters, market.approve_bps) == (TERMS.quorum_voters, TERMS.approve_bps)
