"""Whole lives of markets: every coin that went in comes out, every account is closed, every rent goes back."""

import pytest
from solders.pubkey import Pubkey

from idl.enums import ClosedWhat, FeeKind, State
from idl.events import BondClaimed, Closed, FeesCollected, MarketCreated, PaidOut, Staked, StateChanged
from idl.maths.fees import split_fee
from idl.maths.parimutuel import payout, settle_amount
from idl.program import WSOL_MINT
from localnet.wallets import wallet
from tests.programs import tokens
from tests.programs.pools import CREATOR, EVERYBODY, FEED, Pool, opened
from tests.programs.world import MINTS, World, key

MINT = pytest.mark.parametrize("mint", MINTS, ids=["sol", "spl", "spl-2022"])
STAKES = (("alice", 0, 1_000_003), ("bob", 1, 2_000_005), ("dave", 0, 777_777), ("erin", 1, 1_000))


def wealth(pool: Pool) -> dict[str, int]:
    """What each wallet holds of the collateral, in its token account and for SOL in lamports too."""
    world = pool.world
    names = (*EVERYBODY, "oracle")
    held = {name: tokens.amount(world.svm, pool.ata(name)) for name in names}
    return {name: amount + (world.lamports(key(name)) if pool.native else 0) for name, amount in held.items()}


def staked(pool: Pool) -> None:
    """Four stakes on two outcomes."""
    for name, outcome, amount in STAKES:
        pool.world.do(pool.stake(name, outcome, amount))


@MINT
def test_optimistic(world: World, mint: Pubkey) -> None:
    """Stakes, an undisputed proposal, payouts pushed and one claimed, fees, bond, and nothing is left."""
    pool = opened(world, mint=mint)
    before = wealth(pool)
    staked(pool)
    supply, rates = pool.state.supply[:2], pool.state.fee_bps
    decided = payout(supply, 0, sum(rates))
    landed = pool.decide(0)
    change = landed.event(StateChanged)
    assert (change.to, change.outcome, change.mask, change.num, change.den) == (
        State.Finalized, 0, decided.mask, decided.num, decided.den,
    )  # fmt: skip
    assert change.fees_owed == split_fee(decided.fee, *rates)

    paid = world.do(pool.pay_out("dave", "bob", "erin")).event(PaidOut)
    assert [item.status for item in paid.items] == [0, 0, 0]
    assert [item.amount for item in paid.items] == [777_777 * decided.num // decided.den, 0, 0]
    claimed = world.do(pool.claim("alice")).event(PaidOut)
    assert [item.owner for item in claimed.items] == [bytes(key("alice"))]

    fees = [world.do(pool.collect_fees(kind, to)).event(FeesCollected).amount for kind, to in (
        (FeeKind.CREATOR, CREATOR), (FeeKind.RESOLVER, "oracle"), (FeeKind.PROTOCOL, "treasury"),
    )]  # fmt: skip
    assert tuple(fees) == split_fee(decided.fee, *rates)
    assert world.do(pool.claim_bond()).event(BondClaimed).owed == 0
    assert world.do(pool.close_resolution()).event(Closed).what == ClosedWhat.RESOLUTION
    world.at(world.now, slot=world.slot + 151)
    closed = world.do(pool.close_market()).event(Closed)
    assert closed.what == ClosedWhat.MARKET

    assert world.data(pool.address) is None
    assert world.data(pool.vault) is None
    won = {name: settle_amount(_shares(o, a), decided.mask, decided.num, decided.den, 0) for name, o, a in STAKES}
    after = wealth(pool)
    for name, _, amount in STAKES:
        assert abs(after[name] - before[name] - (won[name] - amount)) <= (20_000 if pool.native else 0), name
    assert closed.residual == sum(supply) - sum(won.values()) - decided.fee


def _shares(outcome: int, amount: int) -> list[int]:
    return [amount if i == outcome else 0 for i in range(2)]


@MINT
def test_price(world: World, mint: Pubkey) -> None:
    """An UPDOWN market: the strike recorded, the close in its window, the outcome by comparison."""
    pool = opened(world, mint=mint, price=True)
    opening = pool.state.open
    first = world.post(FEED, 100, publish=opening + 1, prev=opening - 1)
    world.do(pool.record_strike(first))
    staked(pool)
    world.at(pool.state.event + 5)
    last = world.post(FEED, 99, publish=pool.state.event + 1, prev=pool.state.event - 1)
    landed = world.do(pool.resolve(last, "bob"))
    assert landed.event(StateChanged).outcome == 1
    assert pool.state.resolver_to == bytes(key("bob"))
    world.do(pool.pay_out("alice", "bob", "dave", "erin"))
    assert pool.state.supply == (0,) * 8


@MINT
def test_void(world: World, mint: Pubkey) -> None:
    """A void gives every stake back, without fee."""
    pool = opened(world, mint=mint)
    before = wealth(pool)
    staked(pool)
    assert pool.decide(2).event(StateChanged).to == State.Void
    world.do(pool.pay_out("alice", "bob", "dave", "erin"))
    after = wealth(pool)
    for name, _, _ in STAKES:
        assert abs(after[name] - before[name]) <= (10_000 if pool.native else 0)


def test_nobody_was_right(world: World) -> None:
    """An outcome without a stake leads to Void."""
    pool = opened(world)
    world.do(pool.stake("alice", 0, 5_000))
    assert pool.decide(1).event(StateChanged).to == State.Void
    world.do(pool.pay_out("alice"))


def test_lamports_are_conserved(world: World) -> None:
    """Over a whole life of an SPL market the wallets lose transaction fees and nothing else."""
    pool = opened(world)
    tokens_before = {name: tokens.amount(world.svm, pool.ata(name)) for name in (*EVERYBODY, "oracle")}
    fresh = {name: world.lamports(key(name)) for name in ("alice", "bob", "dave", "erin", "oracle")}
    staked(pool)
    pool.decide(0)
    world.do(pool.pay_out("alice", "bob", "dave", "erin"))
    for kind, to in ((FeeKind.CREATOR, CREATOR), (FeeKind.RESOLVER, "oracle"), (FeeKind.PROTOCOL, "treasury")):
        world.do(pool.collect_fees(kind, to))
    world.do(pool.claim_bond())
    world.do(pool.close_resolution())
    world.at(world.now, slot=world.slot + 151)
    world.do(pool.close_market())
    for name, had in fresh.items():
        assert world.lamports(key(name)) == had - 5_000, name
    held = {name: tokens.amount(world.svm, pool.ata(name)) for name in (*EVERYBODY, "oracle")}
    assert sum(held.values()) == sum(tokens_before.values())


def test_many_markets_do_not_touch(world: World) -> None:
    """Two markets side by side: deciding and paying one changes nothing in the other."""
    one, two = opened(world, k=1), opened(world, k=2)
    staked(one)
    staked(two)
    held = two.state
    one.decide(0)
    world.do(one.pay_out("alice"))
    assert two.state == held
    assert tokens.amount(world.svm, two.vault) == sum(held.supply)


def test_event_carries_its_signer(world: World) -> None:
    """A stake's actor is its owner, a crank's is nobody, and events of a market are numbered without a gap."""
    pool = opened(world)
    landed = world.do(pool.stake("alice", 0, 5_000)).event(Staked)
    assert landed.header.actor == bytes(key("alice"))
    assert (landed.header.slot, landed.header.ts) == (world.slot, world.now)
    pool.decide(0)
    assert world.do(pool.pay_out("alice")).event(PaidOut).header.actor == bytes(32)
    numbers = [one.header.seq for one in world.events if one.header.subject == bytes(pool.address)]
    assert numbers == list(range(1, len(numbers) + 1))
    made = next(one for one in world.events if isinstance(one, MarketCreated))
    assert made.header.actor == bytes(wallet(CREATOR).pubkey())


def test_wsol_goes_out_as_sol(world: World) -> None:
    """After the decision a SOL market pays lamports to wallets that have no token account at all."""
    pool = opened(world, mint=WSOL_MINT)
    staked(pool)
    pool.decide(1)
    had = world.lamports(key("bob"))
    world.do(pool.pay_out("bob"))
    decided = pool.state
    assert world.data(pool.vault) is None
    share = 2_000_005 * decided.num // decided.den
    rent = world.svm.minimum_balance_for_rent_exemption(144 + 16)
    assert world.lamports(key("bob")) - had == share + rent
