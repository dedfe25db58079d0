"""Complete sets, gifts of shares, and a market maker's end: what it pays, what goes back, how it closes."""

import random

import pytest

from idl.enums import FeeKind, State, TradeKind
from idl.events import Closed, FeesCollected, PaidOut, SharesTransferred, StateChanged, SubsidyWithdrawn, Traded
from idl.maths.lmsr import buy, sell
from idl.maths.parimutuel import settle_amount
from idl.maths.solvency import required
from idl.program import WSOL_MINT
from tests.programs import tokens
from tests.programs.makers import SUBSIDY, Maker, maker, settled, traded
from tests.programs.pools import CREATOR, PLAYERS, opened
from tests.programs.refusals import refused
from tests.programs.world import MAX_STAKE, MIN_STAKE, USDC, USDC_2022, World, key


def shares(pool: Maker, name: str) -> tuple[int, ...]:
    """What a wallet's position holds."""
    position = pool.world.position(pool.address, key(name))
    assert position is not None
    return position.shares


@pytest.mark.parametrize("n", [2, 3, 8])
def test_split_and_merge(world: World, n: int) -> None:
    """A set costs a unit and brings it back, without fee, and moves the cost by exactly that."""
    pool = maker(world, n=n)
    before, had = pool.state.cost, tokens.amount(world.svm, pool.ata("alice"))
    told = world.do(pool.split("alice", 7_000, nonce=4)).event(Traded)
    assert (told.kind, told.outcome, told.shares, told.value, told.fee) == (TradeKind.SPLIT, 255, 7_000, 7_000, 0)
    assert told.after.supply == (7_000,) * n == shares(pool, "alice")
    assert told.after.cost == pool.curve.cost((7_000,) * n) == before + 7_000
    assert tokens.amount(world.svm, pool.ata("alice")) == had - 7_000
    told = world.do(pool.merge("alice", 6_999, nonce=5)).event(Traded)
    assert (told.kind, told.outcome, told.shares, told.value, told.fee) == (TradeKind.MERGE, 255, 6_999, 6_999, 0)
    assert (pool.supply, pool.state.cost) == ((1,) * n, before + 1)
    assert tokens.amount(world.svm, pool.ata("alice")) == had - 1
    with refused("NotEnoughShares"):
        world.do(pool.merge("alice", 2, nonce=6))
    with refused("AmountTooSmall"):
        world.do(pool.merge("alice", 0, nonce=6))
    world.do(pool.merge("alice", 1, nonce=6, to="bob"))


@pytest.mark.parametrize(
    ("amount", "error"),
    [(MIN_STAKE - 1, "AmountTooSmall"), (MIN_STAKE, None), (MAX_STAKE, None), (MAX_STAKE + 1, "AmountTooLarge")],
)
def test_amounts_of_sets(world: World, amount: int, error: str | None) -> None:
    """A split keeps the bounds of what is paid in."""
    pool = maker(world)
    tokens.put_tokens(world.svm, key("alice"), USDC, MAX_STAKE + 1)
    if error is None:
        world.do(pool.split("alice", amount))
    else:
        with refused(error):
            world.do(pool.split("alice", amount))


def test_merge_to_the_last(world: World) -> None:
    """Sets are taken back after the lock and while the market is being decided, never once it is."""
    pool = traded(world)
    world.at(pool.state.event)
    world.do(pool.merge("alice", 1_000))
    world.do(pool.propose(0))
    world.do(pool.merge("alice", 1_000, nonce=3))
    world.at(world.now + pool.state.dispute_s)
    world.do(pool.finalize())
    with refused("WrongState"):
        world.do(pool.merge("alice", 1_000, nonce=4))


def test_transfer(world: World) -> None:
    """Shares go to another position of the market; supplies and money stay."""
    pool = traded(world)
    before = pool.state
    held = shares(pool, "bob")
    told = world.do(pool.transfer("alice", "bob", 0, 600)).event(SharesTransferred)
    assert (told.outcome, told.shares, told.nonce) == (0, 600, 3)
    assert [one.owner for one in told.positions] == [bytes(key("alice")), bytes(key("bob"))]
    assert (shares(pool, "alice"), shares(pool, "bob")) == ((49_400, 50_000), (held[0] + 600, held[1]))
    assert (pool.state.supply, pool.state.cost) == (before.supply, before.cost)
    refusals = (
        (pool.transfer("alice", "bob", 0, 49_401, nonce=4), "NotEnoughShares"),
        (pool.transfer("alice", "bob", 2, 1, nonce=4), "BadOutcome"),
        (pool.transfer("alice", "bob", 0, 0, nonce=4), "AmountTooSmall"),
        (pool.transfer("alice", "alice", 0, 1, nonce=4), "ConstraintDuplicateMutableAccount"),
        (pool.transfer("alice", "dave", 0, 1, nonce=4), "AccountNotInitialized"),
    )
    for call, error in refusals:
        with refused(error):
            world.do(call)


def test_transfer_in_a_pool(world: World) -> None:
    """A stake can be given away too."""
    pool = opened(world)
    for name in ("alice", "bob"):
        world.do(pool.stake(name, 0, 5_000))
    world.do(Maker(pool.world, pool.address, pool.mint).transfer("alice", "bob", 0, 5_000))
    position = world.position(pool.address, key("bob"))
    assert position is not None
    assert position.shares == (10_000, 0)


def test_foreign_positions(world: World) -> None:
    """No shares leave the market or another wallet's position."""
    pool, other = traded(world), traded(world, k=1)
    for wrong in (other.position("bob"), other.position("alice")):
        call = pool.transfer("alice", "bob", 0, 5)
        metas = [type(m)(wrong if m.pubkey == pool.position("bob") else m.pubkey, m.is_signer, m.is_writable)
                 for m in call.instruction.accounts]  # fmt: skip
        one = type(call.instruction)(call.instruction.program_id, bytes(call.instruction.data), metas)
        with refused("WrongPosition"):
            world.send(one, signers=call.signers)


@pytest.mark.parametrize(("shift", "error"), [(-1, None), (0, "Locked"), (1, "Locked")])
def test_transfer_window(world: World, shift: int, error: str | None) -> None:
    """Shares are given until just before the lock."""
    pool = traded(world)
    world.at(pool.state.lock + shift)
    call = pool.transfer("alice", "bob", 0, 5)
    if error is None:
        world.do(call)
        pool.decide(0)
        with refused("WrongState"):
            world.do(pool.transfer("alice", "bob", 0, 5, nonce=4))
    else:
        with refused(error):
            world.do(call)


@pytest.mark.parametrize("mint", [USDC, USDC_2022, WSOL_MINT], ids=["spl", "spl-2022", "sol"])
@pytest.mark.parametrize("outcome", [0, 1, 2], ids=["0", "1", "void"])
def test_to_the_end(mint: object, outcome: int) -> None:
    """A winner's share is worth a unit, a void one a half; the creator gets the rest, and the market closes empty."""
    world = World()
    pool = traded(world, mint=mint)
    held = {name: shares(pool, name) for name in ("alice", "bob")}
    fees = pool.state.fees_owed
    change = pool.decide(outcome).event(StateChanged)
    void = outcome == 2
    assert (change.mask, change.num, change.den) == ((3, 1, 2) if void else (1 << outcome, 1, 1))
    assert change.to == (State.Void if void else State.Finalized)
    assert change.fees_owed == ((0, 0, sum(fees)) if void else fees)
    vault = tokens.amount(world.svm, pool.vault)
    rest = vault - required(pool.state)
    had = world.lamports(key(CREATOR)) if pool.native else tokens.amount(world.svm, pool.ata(CREATOR))
    told = world.do(pool.withdraw_subsidy()).event(SubsidyWithdrawn)
    assert (told.amount, told.recipient) == (rest, bytes(key(CREATOR)))
    now = world.lamports(key(CREATOR)) if pool.native else tokens.amount(world.svm, pool.ata(CREATOR))
    assert now == had + rest
    with refused("NothingOwed"):
        world.do(pool.withdraw_subsidy())
    for name in ("alice", "bob"):
        (item,) = world.do(pool.pay_out(name)).event(PaidOut).items
        assert item.amount == settle_amount(held[name], change.mask, change.num, change.den, 0)
    for kind, name in ((FeeKind.CREATOR, CREATOR), (FeeKind.RESOLVER, "oracle"), (FeeKind.PROTOCOL, "treasury")):
        if change.fees_owed[kind]:
            assert world.do(pool.collect_fees(kind, name)).event(FeesCollected).amount == change.fees_owed[kind]
    world.do(pool.claim_bond())
    world.do(pool.close_resolution())
    world.at(world.now, slot=pool.state.created_slot + 151)
    left = world.do(pool.close_market(creator_destination=pool.wallet_of(CREATOR))).event(Closed).residual
    assert left in (0, 1)  # a half of each odd position
    assert world.data(pool.address) is None


def test_what_is_owed_is_not_withdrawn(world: World) -> None:
    """Nobody's shares or fees go to the creator, and nothing before the decision."""
    pool = traded(world)
    with refused("NotDecided"):
        world.do(pool.withdraw_subsidy())
    pool.decide(0)
    world.do(pool.withdraw_subsidy())
    assert tokens.amount(world.svm, pool.vault) == required(pool.state) == 50_000 + sum(pool.state.fees_owed)


def test_a_creator_who_cannot_receive(world: World) -> None:
    """The rest waits for the creator until the deadline, then goes to the treasury; a wrong account gets nothing."""
    pool = settled(world)
    with refused("WrongDestination"):
        world.do(pool.withdraw_subsidy(destination=pool.ata("alice")))
    tokens.put(world.svm, pool.ata(CREATOR), b"", key(CREATOR).default(), 0)
    late = pool.withdraw_subsidy(treasury_destination=pool.ata("treasury"))
    world.at(pool.state.deadline - 1)
    with refused("Unpayable"):
        world.do(late)
    world.at(pool.state.deadline)
    with refused("WrongDestination"):
        world.do(pool.withdraw_subsidy(treasury_destination=pool.ata("bob")))
    had = tokens.amount(world.svm, pool.ata("treasury"))
    told = world.do(late).event(SubsidyWithdrawn)
    assert told.recipient == bytes(key("treasury"))
    assert tokens.amount(world.svm, pool.ata("treasury")) == had + told.amount


def test_a_rest_is_its_creators_however_late(world: World) -> None:
    """Nobody sends the treasury what the creator can take, a year after the decision neither."""
    pool = settled(world)
    world.at(pool.state.deadline + 365 * 86_400)
    treasury = pool.ata("treasury")
    with refused("WrongDestination"):
        world.do(pool.withdraw_subsidy(destination=treasury))
    had = tokens.amount(world.svm, treasury)
    told = world.do(pool.withdraw_subsidy(treasury_destination=treasury)).event(SubsidyWithdrawn)
    assert told.recipient == bytes(key(CREATOR))
    assert tokens.amount(world.svm, treasury) == had


def test_closing_with_the_rest_inside(world: World) -> None:
    """A market maker that nobody traded with is closed at once, and its subsidy goes to the creator alone."""
    pool = maker(world)
    pool.decide(2)
    world.do(pool.claim_bond())
    world.do(pool.close_resolution())
    world.at(world.now, slot=pool.state.created_slot + 151)
    with refused("WrongDestination"):
        world.do(pool.close_market())
    had = tokens.amount(world.svm, pool.ata(CREATOR))
    told = world.do(pool.close_market(creator_destination=pool.ata(CREATOR))).event(Closed)
    assert (told.residual, told.residual_to) == (SUBSIDY, bytes(key(CREATOR)))
    assert tokens.amount(world.svm, pool.ata(CREATOR)) == had + SUBSIDY


class Twin:
    """What idl.maths says the market is, move by move beside the program."""

    def __init__(self, pool: Maker, rng: random.Random) -> None:
        self.pool, self.rng = pool, rng
        self.bps = sum(pool.state.fee_bps)
        self.supply = list(pool.supply)
        self.cost = pool.state.cost
        self.held = {name: list(shares(pool, name)) for name in PLAYERS}

    def shift(self, name: str, by: int, outcomes: range) -> None:
        """Shares of some outcomes come or go."""
        for i in outcomes:
            self.supply[i] += by
            self.held[name][i] += by

    def buy(self, name: str, i: int, nonce: int) -> None:
        """For a sum of any size; what would be too small to pay in is left out."""
        most = self.rng.randrange(2_000, 1 << self.rng.randrange(12, 32))
        ours = buy(self.pool.curve, self.supply, self.cost, i, most, self.bps)
        assert ours is not None
        if ours.value + ours.fee < MIN_STAKE:
            return
        told = self.pool.world.do(self.pool.buy(name, i, most, least=ours.shares, nonce=nonce)).event(Traded)
        assert (told.shares, told.value, told.fee, told.after.cost) == ours
        self.shift(name, ours.shares, range(i, i + 1))
        self.cost = ours.cost

    def sell(self, name: str, i: int, nonce: int) -> None:
        """Part of what is held, refused where it would bring nothing."""
        part = self.rng.randint(0, self.held[name][i])
        ours = sell(self.pool.curve, self.supply, self.cost, i, part, self.bps)
        call = self.pool.sell(name, i, part, least=max(ours.value - ours.fee, 0), nonce=nonce)
        if ours.value - ours.fee < 1:
            with refused("OutTooSmall"):
                self.pool.world.do(call)
            return
        told = self.pool.world.do(call).event(Traded)
        assert (told.shares, told.value, told.fee, told.after.cost) == ours
        self.shift(name, -part, range(i, i + 1))
        self.cost = ours.cost

    def sets(self, name: str, nonce: int) -> None:
        """Complete sets come or go."""
        least = min(self.held[name])
        by = -self.rng.randint(1, least) if least and self.rng.random() < 0.5 else 1_500
        call = self.pool.split(name, by, nonce=nonce) if by > 0 else self.pool.merge(name, -by, nonce=nonce)
        self.pool.world.do(call)
        self.shift(name, by, range(len(self.supply)))
        self.cost += by


@pytest.mark.parametrize("seed", range(12))
def test_random_markets(world: World, seed: int) -> None:
    """Purchases, sales and sets in any order: each number is the twin's, the vault always holds what it owes."""
    rng = random.Random(seed)
    n, mint = rng.randint(2, 8), rng.choice((USDC, WSOL_MINT))
    pool = maker(world, mint=mint, n=n, subsidy=rng.choice((20_000, 10**6, 3 * 10**9)))
    for name in PLAYERS:
        tokens.put_tokens(world.svm, key(name), mint, 10**12)
        world.do(pool.split(name, 5_000))
    twin = Twin(pool, rng)
    for nonce in range(10, 40):
        name, i = rng.choice(PLAYERS), rng.randrange(n)
        match rng.randrange(3):
            case 0:
                twin.buy(name, i, nonce)
            case 1:
                twin.sell(name, i, nonce)
            case _:
                twin.sets(name, nonce)
        state = pool.state
        assert (list(pool.supply), state.cost) == (twin.supply, twin.cost)
        assert twin.cost == pool.curve.cost(twin.supply)
        assert tokens.amount(world.svm, pool.vault) >= required(state)
    pool.decide(rng.randrange(n + 1))
    for name in rng.sample(PLAYERS, len(PLAYERS)):
        if not pool.native and tokens.amount(world.svm, pool.vault) > required(pool.state):
            world.do(pool.withdraw_subsidy())
        world.do(pool.claim(name))
    assert required(pool.state) == sum(pool.state.fees_owed)
