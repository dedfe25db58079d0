"""The market maker: funding, buying, selling; every number is that of idl.maths."""

import pytest

from idl.enums import Pause, TradeKind
from idl.events import Activated, Traded
from idl.instructions import set_pause
from idl.limits import SUPPLY_MAX
from idl.maths.fees import split_fee
from idl.maths.lmsr import Curve, buy, net_of, sell
from idl.maths.solvency import required
from idl.program import WSOL_MINT
from localnet.wallets import wallet
from tests.programs import tokens
from tests.programs.makers import SUBSIDY, Maker, made, maker, traded
from tests.programs.pools import CREATOR, opened
from tests.programs.refusals import refused
from tests.programs.test_refusals import planted
from tests.programs.world import MAX_STAKE, MIN_STAKE, USDC, USDC_2022, Call, World, key

MINTS = pytest.mark.parametrize("mint", [USDC, USDC_2022, WSOL_MINT], ids=["spl", "spl-2022", "sol"])


def paused(world: World, bits: Pause) -> None:
    """The guardian pauses."""
    world.do(Call(set_pause(pause=int(bits), authority=key("guardian")), (wallet("guardian"),)))


def solvent(pool: Maker) -> int:
    """The vault holds what the twin says it owes; what is beyond that."""
    state = pool.state
    assert state.cost == pool.curve.cost(pool.supply)
    return tokens.amount(pool.world.svm, pool.vault) - required(state)


@MINTS
@pytest.mark.parametrize("n", [2, 3, 8])
def test_activate(mint: object, n: int) -> None:
    """The subsidy goes into the vault and opens the curve that the twin opens."""
    world = World()
    pool = made(world, mint=mint, n=n)
    had = tokens.amount(world.svm, pool.ata(CREATOR))
    told = world.do(pool.activate(SUBSIDY)).event(Activated)
    curve = Curve.funded(SUBSIDY, n)
    assert (told.subsidy, told.b, told.inv, told.inv_shift, told.has_book) == (SUBSIDY, *curve, False)
    assert told.cost == curve.cost([0] * n) <= SUBSIDY
    assert tokens.amount(world.svm, pool.ata(CREATOR)) == had - SUBSIDY
    assert tokens.amount(world.svm, pool.vault) == SUBSIDY
    assert solvent(pool) in (0, 1, 2)


def test_bad_subsidies(world: World) -> None:
    """A subsidy below the mint's rule, beyond what curves can be, or without its accounts opens nothing."""
    pool = made(world)
    world.do(world.set_mint_rule(USDC, min_subsidy=5_000))
    for subsidy in (4_999, 2**63):
        with refused("BadSubsidy"):
            world.do(pool.activate(subsidy))
    with refused("BadSubsidy"):
        world.do(pool.activate())
    for gone in ("mint_rule", "creator_token"):
        with refused("BadSubsidy"):
            world.do(pool.activate(5_000, **{gone: None}))
    with refused("InsufficientFunds"):
        world.do(pool.activate(10**13))
    world.do(world.set_mint_rule(USDC, min_subsidy=1))
    with refused("BadSubsidy"):
        world.do(pool.activate(700))  # b would be below its bound
    world.do(pool.activate(5_000))


def test_a_pool_takes_no_subsidy(world: World) -> None:
    """Whoever funds a pool is told that it is none."""
    pool = made(world, engine=0)
    with refused("BadSubsidy"):
        world.do(pool.activate(SUBSIDY))
    world.do(pool.activate())


@MINTS
def test_buy(mint: object) -> None:
    """A purchase brings the shares that the twin says, for its value and its fee, and the event says all of it."""
    world = World()
    pool = maker(world, mint=mint)
    had = tokens.amount(world.svm, pool.ata("alice"))
    before, curve = pool.state, pool.curve
    told = world.do(pool.buy("alice", 1, 40_000, nonce=7)).event(Traded)
    ours = buy(curve, (0, 0), before.cost, 1, 40_000, 400)
    assert ours is not None
    assert (told.kind, told.outcome, told.nonce) == (TradeKind.BUY, 1, 7)
    assert (told.shares, told.value, told.fee, told.after.cost) == ours
    assert told.after.supply == (0, ours.shares)
    assert told.after.fees_owed == split_fee(ours.fee, 200, 100, 100)
    paid = ours.value + ours.fee
    assert paid <= 40_000
    assert net_of(40_000, 400) - ours.value in (0, 1, 2)
    assert tokens.amount(world.svm, pool.ata("alice")) == had - paid
    assert tokens.amount(world.svm, pool.vault) == SUBSIDY + paid
    position = world.position(pool.address, key("alice"))
    assert position is not None
    assert (position.shares, position.last_seq) == ((0, ours.shares), told.header.seq)
    assert solvent(pool) in (0, 1, 2)


@MINTS
def test_sell(mint: object) -> None:
    """A sale brings what the twin says, less its fee, and what was bought and sold again costs the fees alone."""
    world = World()
    pool = maker(world, mint=mint)
    bought = world.do(pool.buy("alice", 0, 40_000)).event(Traded)
    had = tokens.amount(world.svm, pool.ata("alice"))
    told = world.do(pool.sell("alice", 0, bought.shares)).event(Traded)
    assert (told.kind, told.shares, told.value, told.fee) == (TradeKind.SELL, bought.shares, bought.value, bought.fee)
    assert tokens.amount(world.svm, pool.ata("alice")) == had + told.value - told.fee
    assert (pool.supply, sum(pool.state.fees_owed)) == ((0, 0), 2 * bought.fee)
    assert solvent(pool) in (0, 1, 2)


@pytest.mark.parametrize("paid", [2_000, 77_777, 900_000])
def test_two_ways_cost_alike(world: World, paid: int) -> None:
    """Buying an outcome costs to the atom what a set costs whose other half is sold: value, fee and price after it."""
    one, two = maker(world, k=1), maker(world, k=2)
    had = tokens.amount(world.svm, one.ata("alice"))
    bought = world.do(one.buy("alice", 0, paid)).event(Traded)
    spent = had - tokens.amount(world.svm, one.ata("alice"))
    world.do(two.split("alice", bought.shares))
    sold = world.do(two.sell("alice", 1, bought.shares)).event(Traded)
    assert had - 2 * spent == tokens.amount(world.svm, one.ata("alice"))
    assert (sold.fee, sold.value) == (bought.fee, bought.shares - bought.value)
    assert (one.supply, one.state.cost) == (two.supply, two.state.cost)


def test_sell_parts(world: World) -> None:
    """Part of the shares, at the bound of what it brings; another wallet may get it."""
    pool = traded(world)
    state = pool.state
    ours = sell(pool.curve, pool.supply, state.cost, 1, 5_000, 400)
    out = ours.value - ours.fee
    with refused("OutTooSmall"):
        world.do(pool.sell("bob", 1, 5_000, least=out + 1))
    had = tokens.amount(world.svm, pool.ata("dave"))
    world.do(pool.sell("bob", 1, 5_000, least=out, to="dave"))
    assert tokens.amount(world.svm, pool.ata("dave")) == had + out
    assert pool.state.cost == ours.cost


def test_bounds_of_a_purchase(world: World) -> None:
    """The least shares may be what comes, not more; what is paid keeps the market's bounds."""
    pool = maker(world)
    ours = buy(pool.curve, (0, 0), pool.state.cost, 0, 30_000, 400)
    assert ours is not None
    with refused("TooFewShares"):
        world.do(pool.buy("alice", 0, 30_000, least=ours.shares + 1))
    with refused("AmountTooSmall"):
        world.do(pool.buy("alice", 0, MIN_STAKE - 1))
    tokens.put_tokens(world.svm, key("alice"), USDC, 3 * MAX_STAKE)
    with refused("AmountTooLarge"):
        world.do(pool.buy("alice", 0, MAX_STAKE * 10_400 // 10_000 + 10))
    with refused("DustTrade"):
        world.do(pool.buy("alice", 0, 1))
    with refused("DustTrade"):
        world.do(pool.buy("alice", 0, 0))
    with refused("BadOutcome"):
        world.do(pool.buy("alice", 2, 30_000))
    world.do(pool.buy("alice", 0, 30_000, least=ours.shares))
    world.do(pool.buy("alice", 1, MAX_STAKE, nonce=2))
    tokens.put_tokens(world.svm, key("bob"), USDC, 29_000)
    with refused("InsufficientFunds"):
        world.do(pool.buy("bob", 0, 30_000))


def test_bounds_of_a_sale(world: World) -> None:
    """Nobody sells what they do not hold, nothing for nothing, and no outcome that is none."""
    pool = traded(world)
    held = pool.supply[1] - 50_000
    with refused("NotEnoughShares"):
        world.do(pool.sell("bob", 1, held + 1))
    with refused("NotEnoughShares"):
        world.do(pool.sell("bob", 0, 1))
    with refused("OutTooSmall"):
        world.do(pool.sell("bob", 1, 0))
    with refused("BadOutcome"):
        world.do(pool.sell("bob", 2, 1))
    with refused("WrongMint"):
        call = pool.sell("bob", 1, 10)
        metas = [type(m)(USDC_2022 if m.pubkey == USDC else m.pubkey, m.is_signer, m.is_writable)
                 for m in call.instruction.accounts]  # fmt: skip
        one = type(call.instruction)(call.instruction.program_id, bytes(call.instruction.data), metas)
        world.do(Call(one, call.signers))
    world.do(pool.sell("bob", 1, held))


def test_full(world: World) -> None:
    """A supply has an end, for purchases and for sets."""
    pool = maker(world)
    planted(pool, supply=(SUPPLY_MAX, 0, 0, 0, 0, 0, 0, 0), cost=SUPPLY_MAX + 1)
    for call in (pool.buy("alice", 0, 5_000), pool.split("alice", 5_000)):
        with refused("SupplyTooLarge"):
            world.do(call)
    planted(pool, supply=(0,) * 8, cost=pool.curve.cost((0, 0)))


@pytest.mark.parametrize(
    ("shift", "error"), [(-1, "NotOpen"), (0, None), (1, None), (99, None), (100, "Locked"), (101, "Locked")]
)
def test_windows(world: World, shift: int, error: str | None) -> None:
    """Purchases, sales and splits are from open to just before lock; merging needs no window."""
    pool = maker(world, open=world.now + 50, lock=world.now + 150)
    world.at(pool.state.open + 1)
    world.do(pool.split("alice", 9_000))
    world.at(pool.state.open + shift)
    world.do(pool.merge("alice", 1_000))
    calls = (pool.buy("bob", 0, 5_000), pool.split("dave", 5_000), pool.sell("alice", 0, 1_000, nonce=3))
    for call in calls:
        if error is None:
            world.do(call)
        else:
            with refused(error):
                world.do(call)


@pytest.mark.parametrize(("valid", "error"), [(-1, "Expired"), (0, None), (1, None)])
def test_valid_until(world: World, valid: int, error: str | None) -> None:
    """The last slot is one in which a trade may still land."""
    pool, last = traded(world), world.slot + valid
    for call in (
        pool.buy("dave", 0, 5_000, valid=last), pool.sell("bob", 1, 500, valid=last),
        pool.split("erin", 5_000, valid=last), pool.merge("alice", 500, valid=last),
        pool.transfer("alice", "bob", 0, 5, valid=last),
    ):  # fmt: skip
        if error is None:
            world.do(call)
        else:
            with refused(error):
                world.do(call)


def test_nonces(world: World) -> None:
    """Each trade uses its nonce, whichever it is."""
    pool = traded(world)
    for call in (
        pool.buy("bob", 0, 5_000), pool.sell("bob", 1, 500, nonce=1), pool.split("alice", 5_000),
        pool.merge("alice", 500, nonce=1), pool.transfer("alice", "bob", 0, 5, nonce=1),
    ):  # fmt: skip
        with refused("NonceUsed"):
            world.do(call)


def test_pauses(world: World) -> None:
    """A pause stops its kind of new risk, never a way out."""
    pool = traded(world)
    paused(world, Pause.BUY)
    with refused("Paused"):
        world.do(pool.buy("alice", 0, 5_000, nonce=2))
    world.do(pool.split("alice", 5_000, nonce=2))
    paused(world, Pause.BUY | Pause.SPLIT | Pause.STAKE | Pause.ORDER | Pause.CREATE)
    with refused("Paused"):
        world.do(pool.split("alice", 5_000, nonce=3))
    world.do(pool.sell("bob", 1, 500))
    world.do(pool.merge("alice", 500, nonce=3))
    world.do(pool.transfer("alice", "bob", 0, 5, nonce=4))


def test_halted(world: World) -> None:
    """Under an announced void only sets are taken back and shares given."""
    pool = traded(world)
    world.do(pool.announce_void())
    for call in (pool.buy("alice", 0, 5_000, nonce=2), pool.split("alice", 5_000, nonce=2), pool.sell("bob", 1, 5)):
        with refused("Halted"):
            world.do(call)
    world.do(pool.merge("alice", 500))
    world.do(pool.transfer("alice", "bob", 0, 5))


def test_other_engines(world: World) -> None:
    """A pool has no market maker and no sets."""
    pool = opened(world)
    world.do(pool.stake("alice", 0, 5_000))
    other = Maker(pool.world, pool.address, pool.mint)
    calls = (other.buy("alice", 0, 5_000, nonce=2), other.sell("alice", 0, 5), other.split("alice", 5_000, nonce=2),
             other.merge("alice", 5))  # fmt: skip
    for call in calls:
        with refused("WrongEngine"):
            world.do(call)
    pool.decide(0)
    with refused("WrongEngine"):
        world.do(other.withdraw_subsidy())
    with refused("WrongEngine"):
        world.do(maker(world, k=1).stake("alice", 0, 5_000))


def test_the_invariant_is_looked_at() -> None:
    """A vault that holds less than C~ and the fees stops every trade."""
    world = World()
    pool = traded(world)
    owed = required(pool.state)
    tokens.put_tokens(world.svm, pool.address, USDC, owed - 3, at=pool.vault)
    calls = (
        pool.buy("dave", 0, 5_000), pool.sell("bob", 1, 500), pool.split("erin", 5_000), pool.merge("alice", 500),
    )  # fmt: skip
    for call in calls:
        with refused("InvariantViolated"):
            world.do(call)
    tokens.put_tokens(world.svm, pool.address, USDC, owed, at=pool.vault)
    for call in calls:
        world.do(call)
    pool.decide(0)
    tokens.put_tokens(world.svm, pool.address, USDC, required(pool.state) - 1, at=pool.vault)
    with refused("InvariantViolated"):
        world.do(pool.withdraw_subsidy())
