"""place_order: kinds, prices, fees, bounds and windows of orders."""

import pytest

from idl.enums import Pause, Step
from idl.events import OrderPlaced
from idl.instructions import set_pause
from idl.maths.fees import loser_fee
from idl.program import WSOL_MINT
from localnet.wallets import wallet
from tests.programs import tokens
from tests.programs.books import BUY, FOK, IOC, LIMIT, LOT, NO, POST_ONLY, SELL, YES, K, deal, dealt, desk
from tests.programs.pools import created, opened
from tests.programs.refusals import refused
from tests.programs.world import MAX_STAKE, Call, World, key

FEE_BPS = 400


def placed(world: World, call: Call) -> OrderPlaced:
    """The event of an order that lands."""
    return world.do(call).event(OrderPlaced)


def test_rest(world: World) -> None:
    """An order that meets nothing rests: its collateral is in the vault and in escrow, its owner has a seat."""
    made = desk(world)
    event = placed(world, made.order("alice", BUY, YES, 40, 5, client=77, expiry=world.now + 50))
    assert (event.order.index, event.order.seq, event.order.rest, event.fills, event.fee) == (0, 1, 5, (), 0)
    assert (event.best_bid, event.best_ask, event.positions[0].seat) == (40, 255, 0)
    assert tokens.amount(world.svm, made.vault) == made.state.escrow == 40 * K * 5
    order = made.held.orders[0]
    assert (order.lots, order.client_id, order.expiry, order.sells) == (5, 77, world.now + 50, 0)
    assert made.held.seats[0].locked == 40 * K * 5


def test_mint(world: World) -> None:
    """Collateral for YES meets collateral for NO: a set is made at the maker's price, the taker alone pays the fee."""
    made = desk(world)
    world.do(made.order("alice", BUY, YES, 60, 5))
    had = tokens.amount(world.svm, made.ata("bob"))
    event = placed(world, made.order("bob", BUY, NO, 45, 3))
    value = 40 * K * 3
    fee = loser_fee(value, FEE_BPS)
    assert [(one.how, one.lots, one.tick) for one in event.fills] == [(Step.MINT, 3, 60)]
    assert (event.filled, event.amount, event.fee) == (3, value, fee)
    assert had - tokens.amount(world.svm, made.ata("bob")) == value + fee
    assert made.state.supply[:2] == (3 * LOT, 3 * LOT)
    assert made.holding("bob").shares == (0, 3 * LOT)
    assert made.held.seats[0].shares == (3 * LOT, 0)
    assert sum(made.state.fees_owed) == fee


def test_transfer_and_merge(world: World) -> None:
    """Shares change hands for collateral; where both sides sell, a set is dissolved and both are paid of it."""
    made = dealt(world, 10)
    world.do(made.order("alice", SELL, YES, 70, 4))
    event = placed(world, made.order("dave", BUY, YES, 75, 4))
    assert [one.how for one in event.fills] == [Step.TRANSFER]
    assert made.holding("dave").shares == (4 * LOT, 0)
    assert made.state.supply[0] == 10 * LOT
    world.do(made.order("bob", SELL, NO, 40, 6))
    event = placed(world, made.order("dave", SELL, YES, 55, 4))
    assert [(one.how, one.tick) for one in event.fills] == [(Step.MERGE, 60)]
    fee = loser_fee(40 * K * 4, FEE_BPS)
    assert (event.amount, event.fee) == (60 * K * 4, fee)
    assert made.holding("dave").credit == 60 * K * 4 - fee
    assert made.state.supply[:2] == (6 * LOT, 6 * LOT)
    world.do(made.sweep("bob"))
    assert made.holding("bob").credit == 40 * K * 4


def test_price_then_time(world: World) -> None:
    """The best price is met first, at one price the oldest order, and always at the maker's price."""
    made = desk(world)
    for name, tick in (("alice", 50), ("bob", 55), ("dave", 50), ("erin", 45)):
        world.do(made.order(name, BUY, YES, tick, 3))
    event = placed(world, made.order("carol", BUY, NO, 60, 10))
    met = [(one.maker, one.tick, one.lots) for one in event.fills]
    who = [bytes(key(name)) for name in ("bob", "alice", "dave", "erin")]
    assert met == [(who[0], 55, 3), (who[1], 50, 3), (who[2], 50, 3), (who[3], 45, 1)]


def test_kinds(world: World) -> None:
    """IOC gives up what is left, FOK takes all or nothing, POST_ONLY takes nothing."""
    made = desk(world)
    world.do(made.order("alice", BUY, YES, 50, 4))
    with refused("NotFilled"):
        world.do(made.order("bob", BUY, NO, 50, 5, FOK))
    with refused("WouldCross"):
        world.do(made.order("bob", BUY, NO, 50, 5, POST_ONLY))
    assert placed(world, made.order("bob", BUY, NO, 49, 5, POST_ONLY)).order.rest == 5
    assert placed(world, made.order("dave", BUY, NO, 50, 3, FOK)).filled == 3
    event = placed(world, made.order("dave", BUY, NO, 50, 5, IOC))
    assert (event.filled, event.order.rest, event.order.index) == (1, 0, 255)
    event = placed(world, made.order("dave", BUY, NO, 50, 5, IOC))
    assert (event.filled, event.amount, event.fee) == (0, 0, 0)
    assert made.holding("dave").seat == 255


def test_steps(world: World) -> None:
    """An order looks at as many others as it says; if it still crosses then, what is left is not posted."""
    made = desk(world)
    for _ in range(3):
        world.do(made.order("alice", BUY, YES, 50, 2))
    event = placed(world, made.order("bob", BUY, NO, 50, 6, matches=2))
    assert (event.filled, event.order.rest, len(event.fills)) == (4, 0, 2)
    event = placed(world, made.order("bob", BUY, NO, 50, 6, matches=0))
    assert (event.filled, event.order.rest) == (0, 0)
    event = placed(world, made.order("bob", BUY, NO, 50, 6, matches=1))
    assert (event.filled, event.order.rest) == (2, 4)
    with refused("WouldCross"):
        world.do(made.order("alice", BUY, YES, 50, 6, POST_ONLY, matches=0))


def test_own_orders_are_cancelled(world: World) -> None:
    """Nobody trades with themselves: the older order goes back to its owner, as a step, also for POST_ONLY."""
    made = desk(world)
    world.do(made.order("alice", BUY, YES, 50, 4))
    event = placed(world, made.order("alice", BUY, NO, 50, 6, POST_ONLY))
    assert [(one.how, one.lots) for one in event.fills] == [(Step.OWN, 4)]
    assert (event.filled, event.order.rest) == (0, 6)
    assert made.state.escrow == 50 * K * 6
    assert made.holding("alice").credit == 0
    event = placed(world, made.order("alice", BUY, YES, 50, 2, IOC))
    assert [one.how for one in event.fills] == [Step.OWN]
    held = made.holding("alice")
    assert (held.credit, held.seat) == (50 * K * 6, 255)


@pytest.mark.parametrize(("shift", "how"), [(-1, Step.MINT), (0, Step.EXPIRED), (1, Step.EXPIRED)])
def test_expired_makers(world: World, shift: int, how: Step) -> None:
    """An order lives until just before its expiry; whoever meets it then cancels it into its seat."""
    made = desk(world)
    world.do(made.order("alice", BUY, YES, 50, 4, expiry=world.now + 20))
    world.at(world.now + 20 + shift)
    event = placed(world, made.order("bob", BUY, NO, 50, 4))
    assert [one.how for one in event.fills] == [how]
    assert event.order.rest == (4 if how == Step.EXPIRED else 0)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"tick": 0}, "BadOrder"), ({"tick": 100}, "BadOrder"), ({"lots": 0}, "BadOrder"), ({"side": 2}, "BadOrder"),
        ({"kind": 4}, "BadOrder"), ({"matches": 17}, "BadOrder"), ({"outcome": 2}, "BadOutcome"), ({"tick": 1}, None),
        ({"tick": 99}, None), ({"lots": 2**60}, "Overflow"), ({"nonce": 0}, "NonceUsed"),
    ],
)  # fmt: skip
def test_bounds_of_an_order(world: World, changes: dict[str, int], error: str | None) -> None:
    """Prices are 1 to 99, and no number leaves its range."""
    made = desk(world)
    call = made.order(**({"name": "alice", "side": BUY, "outcome": YES, "tick": 50, "lots": 100} | changes))  # type: ignore[arg-type]
    if error is None:
        world.do(call)
    else:
        with refused(error):
            world.do(call)


@pytest.mark.parametrize(("ahead", "error"), [(-1, "BadOrder"), (0, "BadOrder"), (1, None)])
def test_expiry(world: World, ahead: int, error: str | None) -> None:
    """An order that is dead already is refused."""
    made = desk(world)
    call = made.order("alice", BUY, YES, 50, 4, expiry=world.now + ahead)
    if error is None:
        world.do(call)
    else:
        with refused(error):
            world.do(call)


def test_least_and_greatest(world: World) -> None:
    """What an order may lock lies within the market's bounds; a smaller rest is given up, a smaller sale may leave."""
    made = desk(world)
    with refused("AmountTooSmall"):
        world.do(made.order("alice", BUY, YES, 33, 3))
    with refused("AmountTooLarge"):
        world.do(made.order("alice", BUY, YES, 50, MAX_STAKE // (50 * K) + 1))
    world.do(made.order("alice", BUY, YES, 50, 3))
    event = placed(world, made.order("bob", BUY, NO, 50, 4))
    assert (event.filled, event.order.rest) == (3, 0)
    world.do(made.order("alice", BUY, NO, 50, 3))
    assert placed(world, made.order("bob", SELL, NO, 50, 1, IOC)).filled == 1


def test_bound(world: World) -> None:
    """A buyer pays at most, a seller gets at least what they said."""
    made = dealt(world, 10)
    world.do(made.order("dave", BUY, NO, 50, 4))
    cost = 50 * K * 4 + loser_fee(50 * K * 4, FEE_BPS) + 50 * K * 2
    with refused("BoundMissed"):
        world.do(made.order("erin", BUY, YES, 50, 6, bound=cost - 1))
    world.do(made.order("erin", BUY, YES, 50, 6, bound=cost))
    gained = 50 * K * 2 - loser_fee(50 * K * 2, FEE_BPS)
    with refused("BoundMissed"):
        world.do(made.order("alice", SELL, YES, 50, 2, IOC, bound=gained + 1))
    world.do(made.order("alice", SELL, YES, 50, 2, IOC, bound=gained))


def test_more_than_there_is(world: World) -> None:
    """Nobody sells shares, or pays collateral, that they do not hold."""
    made = dealt(world, 10)
    with refused("SharesTooFew"):
        world.do(made.order("alice", SELL, YES, 60, 11))
    with refused("SharesTooFew"):
        world.do(made.order("alice", SELL, NO, 60, 1))
    world.do(made.order("alice", SELL, YES, 60, 10))
    with refused("SharesTooFew"):
        world.do(made.order("alice", SELL, YES, 60, 1))
    tokens.put_tokens(world.svm, key("erin"), made.mint, 100)
    with refused("InsufficientFunds"):
        world.do(made.order("erin", BUY, YES, 50, 5))


def test_credit_is_spent_first(world: World) -> None:
    """What a seller got pays their next order before the wallet does."""
    made = dealt(world, 10)
    world.do(made.order("dave", BUY, YES, 50, 10))
    world.do(made.order("alice", SELL, YES, 50, 10, IOC))
    credit = made.holding("alice").credit
    had = tokens.amount(world.svm, made.ata("alice"))
    world.do(made.order("alice", BUY, YES, 10, 20))
    assert made.holding("alice").credit == credit - 10 * K * 20
    assert tokens.amount(world.svm, made.ata("alice")) == had


@pytest.mark.parametrize(
    ("shift", "error"), [(-1, "NotOpen"), (0, None), (1, None), (99, None), (100, "Locked"), (101, "Locked")]
)
def test_window(world: World, shift: int, error: str | None) -> None:
    """Orders are taken from open to just before lock."""
    made = desk(world, open=world.now + 50, lock=world.now + 150)
    world.at(made.state.open + shift)
    call = made.order("alice", BUY, YES, 50, 4)
    if error is None:
        world.do(call)
    else:
        with refused(error):
            world.do(call)


@pytest.mark.parametrize(("valid", "error"), [(-1, "Expired"), (0, None), (1, None)])
def test_valid_until(world: World, valid: int, error: str | None) -> None:
    """The last slot is one in which the order may still land."""
    made = desk(world)
    call = made.order("alice", BUY, YES, 50, 4, valid=world.slot + valid)
    if error is None:
        world.do(call)
        with refused("NonceUsed"):
            world.do(call)
    else:
        with refused(error):
            world.do(call)


def test_pause_and_halt(world: World) -> None:
    """The pause of orders and an announced void stop orders, never a cancellation."""
    made = desk(world)
    world.do(made.order("alice", BUY, YES, 50, 4))
    pause = lambda bits: Call(set_pause(pause=bits, authority=key("authority")), (wallet("authority"),))  # noqa: E731
    world.do(pause(Pause.ORDER))
    with refused("Paused"):
        world.do(made.order("alice", BUY, YES, 50, 4))
    world.do(made.cancel("alice", 0, 1))
    world.do(pause(Pause.STAKE | Pause.BUY | Pause.CREATE | Pause.SPLIT))
    world.do(made.order("alice", BUY, YES, 50, 4))
    world.do(made.announce_void())
    with refused("Halted"):
        world.do(made.order("alice", BUY, YES, 50, 4))
    world.do(made.cancel_all("alice"))


def test_engines_stay_apart(world: World) -> None:
    """A pool takes no orders, a book no stakes."""
    made, pool = desk(world), opened(world, k=1)
    with refused("WrongEngine"):
        world.do(made.stake("alice", 0, 5_000))
    order = made.order("alice", BUY, YES, 50, 4).instruction
    swap = {made.address: pool.address, made.vault: pool.vault, made.position("alice"): pool.position("alice")}
    metas = [type(m)(swap.get(m.pubkey, m.pubkey), m.is_signer, m.is_writable) for m in order.accounts]
    with refused("WrongEngine"):
        world.send(type(order)(order.program_id, bytes(order.data), metas), signers=(wallet("alice"),))


@pytest.mark.parametrize("changes", [{"lot_k": 0}, {"lot_k": 2**40 + 1}, {"engine": 0}, {"engine": 3}], ids=str)
def test_creation(world: World, changes: dict[str, int]) -> None:
    """A book's lots have a size; a pool has none."""
    with refused("BadEngine"):
        desk(world, **changes)
    with refused("BadOutcomeCount"):
        desk(world, n=3)


def test_no_book_no_market(world: World) -> None:
    """A market with a book is opened with it, at its own address."""
    made = desk(world)
    with refused("WrongState"):
        world.do(made.activate())
    pool = created(world, engine=2, lot_k=K, k=1)
    for book in (None, made.book, key("erin")):
        with refused("WrongBook"):
            world.do(pool.activate(book=book))


def test_sol(world: World) -> None:
    """A market in SOL: orders in wrapped SOL, payouts in SOL."""
    made = desk(world, mint=WSOL_MINT)
    deal(made, 20)
    world.do(made.order("alice", SELL, YES, 60, 5))
    made.decide(0)
    had = world.lamports(key("alice"))
    rent = world.lamports(made.position("alice"))
    claim = made.claim("alice")
    assert made.seated("alice")
    world.do(claim)
    assert world.lamports(key("alice")) == had + 20 * LOT + rent - 5_000


def test_limit_is_default() -> None:
    """The kinds are numbered as the program numbers them."""
    assert (LIMIT, IOC, FOK, POST_ONLY) == (0, 1, 2, 3)
