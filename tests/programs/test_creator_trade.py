"""create_pool, buy_shares and sell_shares: the curve, bounds, nonces, slots, locks."""

import pytest
from solders.pubkey import Pubkey

from idl.enums import ShareSide
from idl.events import PoolCreated, SharesTraded
from idl.limits import LOCK_S_MIN_LOCALNET, POOL_A_BOUND, POOL_C_BOUND, POOL_SUPPLY_MAX, U64_MAX
from idl.maths import curve
from idl.program import TOKEN_2022_PROGRAM, WSOL_MINT
from tests.programs import tokens
from tests.programs.creators import LOCK_S, A, C, Shares, followed, founded, pooled
from tests.programs.refusals import refused
from tests.programs.test_trade import Window
from tests.programs.world import MINTS, USDC, USDC_2022, World, key

MINT = pytest.mark.parametrize("mint", MINTS, ids=["sol", "spl", "spl-2022"])
# Token-2022's extensions that could take, freeze by rule, hook or tax tokens, among others.
EXTENSIONS = {
    "transfer fee": (1, 108), "close authority": (3, 32), "confidential": (4, 65), "default state": (6, 1),
    "non-transferable": (9, 0), "interest": (10, 52), "permanent delegate": (12, 32), "hook": (14, 64),
    "confidential fee": (16, 129), "group pointer": (20, 64), "scaled": (25, 56), "pausable": (26, 33),
}  # fmt: skip


@MINT
def test_create(world: World, mint: Pubkey) -> None:
    """A pool is made with its terms, and its creator holds the first shares at their price."""
    shares = pooled(world, mint=mint)
    had = shares.balance("carol")
    event = world.do(shares.create(shares=10)).event(PoolCreated)
    paid = sum(A * k * k + C for k in range(10))
    pool, holder = shares.state, shares.held("carol")
    assert (pool.creator, pool.mint, pool.supply) == (bytes(key("carol")), bytes(mint), 10)
    assert (pool.a, pool.c, pool.lock_s, pool.recorded, pool.acc, pool.carry, pool.seq) == (A, C, LOCK_S, 0, 0, 0, 1)
    assert (holder.shares, holder.locked_until, holder.last_nonce) == (10, world.now + LOCK_S, 1)
    assert tokens.amount(world.svm, shares.reserve) == had - shares.balance("carol") == paid
    assert (event.shares, event.value, event.nonce, event.header.actor) == (10, paid, 1, bytes(key("carol")))
    assert tokens.amount(world.svm, shares.dividends) == 0


def test_one_pool_a_creator(world: World) -> None:
    """A creator has one pool, for ever."""
    shares = founded(world)
    with refused("AccountAlreadyInUse", "AlreadyInUse"):
        world.do(shares.create(nonce=2))


@pytest.mark.parametrize(
    ("a", "c", "error"),
    [
        (0, 0, "BadCurve"), (0, 1, None), (1, 0, None), (POOL_A_BOUND - 1, 0, None), (POOL_A_BOUND, 0, "BadCurve"),
        (0, POOL_C_BOUND - 1, "InsufficientFunds"), (0, POOL_C_BOUND, "BadCurve"), (U64_MAX, U64_MAX, "BadCurve"),
    ],
)  # fmt: skip
def test_curve_bounds(world: World, a: int, c: int, error: str | None) -> None:
    """A curve stays below its bounds and is not free for ever."""
    call = pooled(world).create(a=a, c=c, shares=1)
    if error is None:
        world.do(call)
    else:
        with refused(error):
            world.do(call)


@pytest.mark.parametrize(
    ("lock_s", "error"), [(0, "BadLock"), (LOCK_S_MIN_LOCALNET, None), (86_400, None), (2**32 - 1, None)]
)
def test_lock_floor(world: World, lock_s: int, error: str | None) -> None:
    """A lock is at least the cluster's floor."""
    call = pooled(world).create(lock_s=lock_s)
    if error is None:
        world.do(call)
    else:
        with refused(error):
            world.do(call)


@pytest.mark.parametrize("extension", EXTENSIONS.values(), ids=EXTENSIONS)
def test_mints_with_extensions(world: World, extension: tuple[int, int]) -> None:
    """A mint whose tokens somebody could take, stop or tax makes no pool."""
    kind, length = extension
    shares = pooled(world, mint=USDC_2022)
    plain = tokens.mint_data(decimals=6, authority=key("authority"))
    data = plain + bytes(83) + b"\1" + kind.to_bytes(2, "little") + length.to_bytes(2, "little") + bytes(length)
    tokens.put(world.svm, USDC_2022, data, TOKEN_2022_PROGRAM, 10**9)
    with refused("BadMint"):
        world.do(shares.create())


def test_mint_of_no_token_program(world: World) -> None:
    """A mint is of a token program."""
    shares = pooled(world)
    tokens.put(world.svm, USDC, tokens.mint_data(decimals=6, authority=key("carol")), key("carol"), 10**9)
    with refused("BadMint"):
        world.do(shares.create())


def test_gifts_to_addresses_do_not_stop_a_pool(world: World) -> None:
    """Lamports sent to the accounts before they exist are no hindrance, and in SOL count as dividends later."""
    shares = pooled(world, mint=WSOL_MINT)
    for where in (shares.address, shares.reserve, shares.dividends, shares.holder("carol")):
        world.svm.airdrop(where, 5_000_000)
    world.do(shares.create())
    world.do(shares.sync())
    assert shares.state.recorded == tokens.amount(world.svm, shares.dividends) == 5_000_000 - tokens.TOKEN_RENT


@MINT
def test_buy_and_sell(world: World, mint: Pubkey) -> None:
    """Shares cost the curve from the supply up, and bring the same on the way down."""
    shares = founded(world, mint=mint)
    price = curve.cost(A, C, 10, 20)
    had, reserve = shares.balance("alice"), tokens.amount(world.svm, shares.reserve)
    event = world.do(shares.buy("alice", 20)).event(SharesTraded)
    assert (event.side, event.shares, event.value, event.nonce) == (ShareSide.BUY, 20, price, 1)
    assert had - shares.balance("alice") == tokens.amount(world.svm, shares.reserve) - reserve == price
    shares.unlock()
    event = world.do(shares.sell("alice", 20)).event(SharesTraded)
    assert (event.side, event.shares, event.value, event.nonce) == (ShareSide.SELL, 20, price, 9)
    assert (shares.balance("alice"), tokens.amount(world.svm, shares.reserve)) == (had, reserve)
    assert (shares.state.supply, shares.held("alice").shares) == (10, 0)


@pytest.mark.parametrize(("under", "error"), [(0, None), (1, "CostTooHigh")])
def test_cost_bound(world: World, under: int, error: str | None) -> None:
    """The cost at landing may equal the bound, not exceed it."""
    shares = founded(world)
    call = shares.buy("alice", 7, max_cost=shares.cost(7) - under)
    if error is None:
        world.do(call)
    else:
        with refused(error):
            world.do(call)


def test_first_buy_is_bounded(world: World) -> None:
    """The creator's first buy has the same bound."""
    shares = pooled(world)
    price = curve.cost(A, C, 0, 10)
    with refused("CostTooHigh"):
        world.do(shares.create(max_cost=price - 1))
    world.do(shares.create(max_cost=price))


@pytest.mark.parametrize(("over", "error"), [(0, None), (1, "OutTooLow")])
def test_out_bound(world: World, over: int, error: str | None) -> None:
    """What the shares bring may equal the bound, not be below it."""
    shares = followed(world)
    shares.unlock()
    price = curve.cost(A, C, shares.state.supply - 7, 7)
    call = shares.sell("alice", 7, min_out=price + over)
    if error is None:
        assert world.do(call).event(SharesTraded).value == price
    else:
        with refused(error):
            world.do(call)


@pytest.mark.parametrize(("shift", "error"), [(-1, "SharesLocked"), (0, None), (1, None)])
def test_lock(world: World, shift: int, error: str | None) -> None:
    """From the end of the lock on shares can be sold, not a second before."""
    shares = followed(world)
    world.at(shares.held("alice").locked_until + shift)
    if error is None:
        world.do(shares.sell("alice", 20))
    else:
        with refused(error):
            world.do(shares.sell("alice", 20))


def test_lock_begins_anew(world: World) -> None:
    """A buy locks all shares of the holder again, and never for less than they were; others' stay free."""
    shares = followed(world)
    shares.unlock()
    world.do(shares.buy("alice", 1, nonce=2))
    assert shares.held("alice").locked_until == world.now + LOCK_S
    with refused("SharesLocked"):
        world.do(shares.sell("alice", 1))
    world.do(shares.sell("bob", 1))
    world.at(world.now - 50)
    world.do(shares.buy("alice", 1, nonce=3))
    assert shares.held("alice").locked_until == world.now + 50 + LOCK_S


def test_creator_is_locked_too(world: World) -> None:
    """The first buy locks like any other."""
    shares = founded(world)
    with refused("SharesLocked"):
        world.do(shares.sell("carol", 1))


def test_no_shares_traded(world: World) -> None:
    """At least one share is traded."""
    shares = pooled(world)
    with refused("AmountTooSmall"):
        world.do(shares.create(shares=0))
    world.do(shares.create())
    with refused("AmountTooSmall"):
        world.do(shares.buy("alice", 0))
    shares.unlock()
    with refused("AmountTooSmall"):
        world.do(shares.sell("carol", 0))


def test_more_shares_than_held(world: World) -> None:
    """Nobody sells what they do not hold, whatever the pool has."""
    shares = followed(world)
    shares.unlock()
    for count in (21, 36, U64_MAX):
        with refused("SharesTooFew"):
            world.do(shares.sell("alice", count))
    with refused("AccountNotInitialized"):
        world.do(shares.sell("erin", 1))


def test_supply_bound(world: World) -> None:
    """A pool has 2^20 shares and not one more."""
    shares = founded(world, a=0, c=1, shares=POOL_SUPPLY_MAX - 1)
    for count in (2, POOL_SUPPLY_MAX, U64_MAX):
        with refused("SupplyExceeded"):
            world.do(shares.buy("alice", count))
    world.do(shares.buy("alice", 1))
    with refused("SupplyExceeded"):
        world.do(shares.buy("bob", 1))
    shares.unlock()
    world.do(shares.sell("carol", POOL_SUPPLY_MAX - 1))
    assert tokens.amount(world.svm, shares.reserve) == 1


def test_cost_beyond_64_bits(world: World) -> None:
    """A cost that is no u64 stops the trade."""
    shares = founded(world, a=POOL_A_BOUND - 1, c=0, shares=1)
    with refused("Overflow"):
        world.do(shares.buy("alice", POOL_SUPPLY_MAX - 1))


def test_more_than_there_is(world: World) -> None:
    """A wallet cannot pay what it does not hold."""
    shares = founded(world)
    tokens.put_tokens(world.svm, key("alice"), shares.mint, shares.cost(3) - 1)
    with refused("InsufficientFunds"):
        world.do(shares.buy("alice", 3))


@pytest.mark.parametrize(("valid", "error"), [(-1, "Expired"), (0, None), (1, None)])
@pytest.mark.parametrize("what", ["create", "buy", "sell"])
def test_valid_until(world: World, what: str, valid: int, error: str | None) -> None:
    """The last slot is one in which a trade may still land."""
    until = world.slot + valid
    if what == "create":
        call = pooled(world).create(valid=until)
    else:
        shares = followed(world)
        shares.unlock()
        call = shares.buy("bob", 1, nonce=2, valid=until) if what == "buy" else shares.sell("bob", 1, valid=until)
    if error is None:
        world.do(call)
    else:
        with refused(error):
            world.do(call)


@pytest.mark.parametrize(
    "numbers",
    [
        (1, 1), (0,), (5, 3, 4, 3, 5), (64, 1, 1), (65, 1, 2), (100, 37, 36, 99, 100), (1, 65, 1, 2, 66, 2, 3),
        (U64_MAX, U64_MAX, U64_MAX - 63, U64_MAX - 64, 1), (3, 200, 136, 137, 3, 264, 200, 201),
    ],
    ids=repr,
)  # fmt: skip
def test_nonces(world: World, numbers: tuple[int, ...]) -> None:
    """A nonce acts once, over buys and sales alike, in any order within 64 of the greatest; 0 never does."""
    shares, window = followed(world), Window()
    window.use(1)
    shares.unlock()
    for turn, n in enumerate(numbers):
        call = shares.sell("alice", 1, nonce=n) if turn % 2 == 0 else shares.buy("alice", 1, nonce=n)
        if window.use(n):
            world.do(call)
            shares.unlock()
        else:
            with refused("NonceUsed"):
                world.do(call)


def test_create_uses_a_nonce(world: World) -> None:
    """The first buy's nonce acts once like any other, and is no 0."""
    shares = pooled(world)
    with refused("NonceUsed"):
        world.do(shares.create(nonce=0))
    world.do(shares.create(nonce=7))
    with refused("NonceUsed"):
        world.do(shares.buy("carol", 1, nonce=7))


def test_payer_and_owner_apart(world: World) -> None:
    """Anybody may pay for the account that a first buy needs."""
    shares = founded(world)
    had = world.lamports(key("alice"))
    world.do(shares.buy("alice", 1, payer="erin"))
    assert world.lamports(shares.holder("alice")) > 0
    assert had - world.lamports(key("alice")) == 10_000  # the fees of two signatures


def test_sale_to_another(world: World) -> None:
    """The seller names where the money goes."""
    shares: Shares = followed(world)
    shares.unlock()
    had, price = shares.balance("dave"), curve.cost(A, C, 34, 1)
    world.do(shares.sell("alice", 1, destination=shares.ata("dave")))
    assert shares.balance("dave") - had == price


def test_gift_to_the_reserve(world: World) -> None:
    """What is sent to the reserve changes no price and can be taken by nobody."""
    shares = followed(world)
    held = tokens.amount(world.svm, shares.reserve)
    tokens.put_tokens(world.svm, shares.address, shares.mint, held + 999, at=shares.reserve)
    shares.unlock()
    price = curve.cost(A, C, 0, 35)
    had = [shares.balance(name) for name in ("alice", "bob", "carol")]
    for name, count in (("alice", 20), ("bob", 5), ("carol", 10)):
        world.do(shares.sell(name, count))
    got = sum(shares.balance(name) for name in ("alice", "bob", "carol")) - sum(had)
    assert got == price == held
    assert tokens.amount(world.svm, shares.reserve) == 999
    world.do(shares.buy("dave", 1))
    assert tokens.amount(world.svm, shares.reserve) == 999 + C
