"""What rests in a book: cancelling, pruning, full sides, seats, and how everything gets out."""

import pytest
from solders.pubkey import Pubkey

from idl.enums import FeeKind, Step
from idl.events import Closed, OrderPlaced, OrdersCancelled, PaidOut, SeatSwept
from idl.limits import SEATS, SIDE_ORDERS
from idl.program import WSOL_MINT
from localnet.wallets import wallet
from tests.programs import tokens
from tests.programs.books import BUY, IOC, LOT, NO, SELL, YES, Desk, K, dealt, desk
from tests.programs.pools import CREATOR
from tests.programs.refusals import refused
from tests.programs.world import SOL, USDC, World, key


def newcomer(world: World, made: Desk, n: int) -> str:
    """One more wallet with collateral."""
    name = f"maker {n}"
    world.svm.airdrop(key(name), SOL)
    tokens.put_tokens(world.svm, key(name), made.mint, 10**9, program=made.token_program)
    return name


def full_house(world: World, made: Desk, ticks: int = 1) -> list[str]:
    """All seats taken by orders of 2000 each."""
    names = [newcomer(world, made, n) for n in range(SEATS)]
    for n, name in enumerate(names):
        world.do(made.order(name, BUY, YES, 20 + n % ticks, 10))
    return names


def test_cancel(world: World) -> None:
    """A cancelled order's collateral is its owner's, in their seat; a place and a seq name one order for ever."""
    made = desk(world)
    world.do(made.order("alice", BUY, YES, 50, 4))
    for name, index, seq in (("bob", 0, 1), ("alice", 0, 2), ("alice", 1, 1), ("alice", 64, 1), ("alice", 200, 1)):
        with refused("NoSuchOrder"):
            world.do(made.cancel(name, index, seq))
    event = world.do(made.cancel("alice", 0, 1)).event(OrdersCancelled)
    assert [(one.maker, one.lots, one.how) for one in event.items] == [(bytes(key("alice")), 4, Step.OWN)]
    assert (event.reason, event.best_bid, event.best_ask) == (0, 255, 255)
    with refused("NoSuchOrder"):
        world.do(made.cancel("alice", 0, 1))
    world.do(made.order("bob", BUY, YES, 50, 4))
    assert made.held.orders[0].seq == 2
    with refused("NoSuchOrder"):
        world.do(made.cancel("bob", 0, 1))
    swept = world.do(made.sweep("alice")).event(SeatSwept)
    assert (swept.seat, swept.credit, swept.shares) == (0, 50 * K * 4, (0, 0))
    assert made.holding("alice").seat == 255
    world.do(made.withdraw("alice", 50 * K * 4))
    assert made.state.escrow == 50 * K * 4


def test_cancel_all_never_fails(world: World) -> None:
    """All orders of a wallet go, and nobody else's; without any the call succeeds too, in every state."""
    made = dealt(world, 20)
    for n in range(5):
        world.do(made.order("alice", SELL, YES, 60 + n, 2))
        world.do(made.order("alice", BUY, YES, 40 - n, 5))
        world.do(made.order("dave", BUY, YES, 30, 5))
    event = world.do(made.cancel_all("alice")).event(OrdersCancelled)
    assert len(event.items) == 10
    assert {one.maker for one in event.items} == {bytes(key("alice"))}
    assert made.held.seats[made.holding("alice").seat].locked == 0
    for name in ("alice", "erin"):
        assert world.do(made.cancel_all(name)).event(OrdersCancelled).items == ()
    world.do(made.announce_void())
    world.do(made.cancel_all("dave"))
    world.do(made.cancel_void())
    made.decide(0)
    world.do(made.cancel_all("dave"))
    world.do(made.cancel_all("alice"))


def test_cancel_of_a_whole_book(world: World) -> None:
    """One wallet may hold every place, and one call frees them all."""
    made = dealt(world, 200)
    for n in range(SIDE_ORDERS):
        world.do(made.order("alice", BUY, YES, 20 + n % 9, 5))
        world.do(made.order("alice", SELL, YES, 60 + n % 9, 2))
    landed = world.do(made.cancel_all("alice"))
    assert len(landed.event(OrdersCancelled).items) == 2 * SIDE_ORDERS
    assert landed.units < 200_000
    world.do(made.sweep("alice"))
    assert made.holding("alice").shares == (200 * LOT, 0)
    assert made.held.used == (0, 0)


@pytest.mark.parametrize("side", [BUY, SELL], ids=["bids", "asks"])
def test_full_side(world: World, side: int) -> None:
    """A full side takes a strictly better price alone, for the newest order at its worst."""
    made = dealt(world, 700)
    name, step = ("alice", -1) if side == SELL else ("dave", 1)
    base = 90 if side == SELL else 10
    for n in range(SIDE_ORDERS):
        world.do(made.order(name, side, YES, base + step * (n % 4), 10))
    worst_place = (SIDE_ORDERS if side == SELL else 0) + SIDE_ORDERS - 4
    other = "erin"
    if side == SELL:
        world.do(made.order("erin", BUY, YES, 50, 20))
        world.do(made.order("alice", SELL, YES, 50, 20, IOC))
    for tick in (base, base - step):
        with refused("BookFull"):
            world.do(made.order(other, side, YES, tick, 12))
    event = world.do(made.order(other, side, YES, base + step, 12)).event(OrderPlaced)
    assert [(one.how, one.index, one.tick) for one in event.fills] == [(Step.EVICTED, worst_place, base)]
    assert event.order.index == worst_place
    seat = made.held.seats[made.holding(name).seat]
    assert (seat.shares[0] if side == SELL else seat.credit) == (10 * LOT if side == SELL else base * K * 10)


def test_prune(world: World) -> None:
    """Anyone takes out what expired; once trading is over, anything; so many as they say."""
    made = desk(world)
    for n in range(4):
        world.do(made.order("alice", BUY, YES, 50 - n, 4, expiry=world.now + 20 if n % 2 else 0))
    world.at(world.now + 19)
    with refused("NothingToPrune"):
        world.do(made.prune())
    world.at(world.now + 1)
    event = world.do(made.prune(1)).event(OrdersCancelled)
    assert ([one.tick for one in event.items], event.reason) == ([49], 1)
    assert len(world.do(made.prune()).event(OrdersCancelled).items) == 1
    world.at(made.state.lock - 1)
    with refused("NothingToPrune"):
        world.do(made.prune())
    world.at(made.state.lock)
    with refused("NothingToPrune"):
        world.do(made.prune(0))
    assert len(world.do(made.prune()).event(OrdersCancelled).items) == 2


def test_seats(world: World) -> None:
    """When all seats are taken, a newcomer who locks twice the least takes that one, and its owner loses nothing."""
    made = desk(world)
    names = full_house(world, made)
    world.do(made.order(names[7], BUY, YES, 30, 10))
    with refused("SeatsFull"):
        world.do(made.order("alice", BUY, YES, 20, 20))
    with refused("SeatsFull"):
        world.do(made.order("alice", BUY, YES, 20, 19, other=names[3]))
    with refused("SeatsFull"):
        world.do(made.order("alice", BUY, YES, 20, 90, other=names[7]))
    with refused("SeatsFull"):
        world.do(made.order("alice", BUY, YES, 20, 20, other=names[3], matches=0))
    event = world.do(made.order("alice", BUY, YES, 20, 20, other=names[3])).event(OrderPlaced)
    assert [(one.how, one.maker, one.lots) for one in event.fills] == [(Step.SEAT, bytes(key(names[3])), 10)]
    assert made.holding("alice").seat == 3
    lost = made.holding(names[3])
    assert (lost.seat, lost.credit) == (255, 20 * K * 10)
    world.do(made.withdraw(names[3], lost.credit))


def test_seat_of_a_stranger(world: World) -> None:
    """Only a position of this market that has a seat can lose one."""
    made, second = desk(world), desk(world, k=1)
    names = full_house(world, made)
    world.do(second.order(names[3], BUY, YES, 20, 10))
    order = made.order("alice", BUY, YES, 20, 90, other=names[3]).instruction
    for wrong in (second.position(names[3]), made.address, made.position("alice"), key("erin")):
        metas = [
            type(m)(wrong if m.pubkey == made.position(names[3]) else m.pubkey, m.is_signer, m.is_writable)
            for m in order.accounts
        ]
        with refused("WrongPosition"):
            world.send(type(order)(order.program_id, bytes(order.data), metas), signers=(wallet("alice"),))
    world.do(made.order("dave", BUY, NO, 80, 2, IOC))
    with refused("SeatsFull"):
        world.do(made.order("alice", BUY, YES, 20, 90, other="dave"))


def test_idle_seats(world: World) -> None:
    """A seat without orders is swept by anyone, one with orders by its owner alone, who keeps it."""
    made = desk(world)
    world.do(made.order("alice", BUY, YES, 50, 10))
    world.do(made.order("bob", BUY, NO, 50, 4))
    with refused("SeatInUse"):
        world.do(made.sweep("alice", "erin"))
    world.do(made.sweep("alice"))
    assert (made.holding("alice").seat, made.holding("alice").shares) == (0, (4 * LOT, 0))
    world.do(made.order("bob", BUY, NO, 50, 6))
    world.do(made.sweep("alice", "erin"))
    assert (made.holding("alice").seat, made.holding("alice").shares) == (255, (10 * LOT, 0))
    with refused("NoSeat"):
        world.do(made.sweep("alice"))
    assert made.held.seated == 0


def test_withdraw_takes_the_seat_along(world: World) -> None:
    """A seated owner withdraws what their seat holds free, the orders stay; the book has to be there."""
    made = dealt(world, 10)
    world.do(made.order("alice", SELL, YES, 50, 10))
    world.do(made.order("dave", BUY, YES, 50, 4))
    call = made.withdraw("alice", 50 * K * 4, nonce=5)
    metas = list(call.instruction.accounts)
    at = next(i for i, meta in enumerate(metas) if meta.pubkey == made.book)
    metas[at] = type(metas[at])(call.instruction.program_id, False, False)
    bare = type(call.instruction)(call.instruction.program_id, bytes(call.instruction.data), metas)
    with refused("WrongBook"):
        world.send(bare, signers=call.signers)
    with refused("CreditTooSmall"):
        world.do(made.withdraw("alice", 50 * K * 4 + 1, nonce=5))
    world.do(call)
    assert made.holding("alice").seat == 0
    assert made.held.orders[SIDE_ORDERS].lots == 6


@pytest.mark.parametrize("mint", [WSOL_MINT, USDC], ids=["sol", "spl"])
@pytest.mark.parametrize("outcome", [YES, NO, 2], ids=["yes", "no", "void"])
def test_everybody_gets_out(world: World, mint: Pubkey, outcome: int) -> None:
    """Seated or not, everybody is paid what shares, orders and credit are worth; then book and market close."""
    made = dealt(world, 20, mint=mint)
    world.do(made.order("alice", SELL, YES, 70, 8))
    world.do(made.order("dave", BUY, YES, 70, 3))
    world.do(made.order("dave", BUY, YES, 30, 10))
    world.do(made.order("erin", BUY, NO, 65, 10))
    with refused("SeatInUse"):
        world.do(made.sweep("dave", "payer"))
    with refused("NotDecided"):
        world.do(made.close_book())
    made.decide(outcome)
    with refused("SeatsLeft"):
        world.do(made.close_book())
    with refused("TooEarly"):
        world.do(made.close_market())
    world.do(made.sweep("erin", "payer"))
    alice = 17 * LOT * (1 if outcome == YES else 0) + 70 * K * 3
    if outcome == 2:
        alice = 17 * LOT // 2 + 70 * K * 3
    paid = world.do(made.pay_out("alice", "bob", "dave", "erin")).event(PaidOut).items
    assert [one.status for one in paid] == [0] * 4
    assert paid[0].amount == alice
    assert made.state.supply[:2] == (0, 0)
    assert made.state.escrow == 0
    world.at(world.now, slot=made.state.created_slot + 151)
    for kind, name in ((FeeKind.CREATOR, CREATOR), (FeeKind.RESOLVER, "oracle"), (FeeKind.PROTOCOL, "treasury")):
        if made.state.fees_owed[kind]:
            world.do(made.collect_fees(kind, name))
    world.do(made.claim_bond())
    world.do(made.close_resolution())
    with refused("BookLeft"):
        world.do(made.close_market())
    with refused("WrongPayer"):
        world.do(made.close_book("erin"))
    had = world.lamports(key(CREATOR))
    closed = world.do(made.close_book()).event(Closed)
    assert world.lamports(key(CREATOR)) == had + closed.items[0].rent
    world.do(made.close_market())
    assert world.data(made.book) is None
    assert world.data(made.address) is None


def test_void_fees_are_the_protocols(world: World) -> None:
    """Fees of trades stay when a market is void; creator's and resolver's parts go to the protocol."""
    made = dealt(world, 20)
    fees = made.state.fees_owed
    assert all(fees)
    made.decide(2)
    assert made.state.fees_owed == (0, 0, sum(fees))
    assert (made.state.mask, made.state.num, made.state.den) == (3, 1, 2)


def test_skipped_payments_leave_the_book(world: World) -> None:
    """A seated position that cannot be paid stays as it is, its seat and orders too."""
    made = dealt(world, 20)
    world.do(made.order("alice", SELL, YES, 70, 8))
    made.decide(0)
    before = made.held
    tokens.put(world.svm, made.ata("alice"), b"", Pubkey(bytes(32)), 0)
    call = made.pay_out("alice", "bob")
    items = {one.owner: one.status for one in world.do(call).event(PaidOut).items}
    assert items == {bytes(key("alice")): 1, bytes(key("bob")): 0}
    assert made.held == before
    tokens.put_tokens(world.svm, key("alice"), made.mint, 0)
    world.do(made.pay_out("alice"))
    assert made.held.seated == 0


def test_payments_need_the_book(world: World) -> None:
    """A seated position is not paid without its book, or with another market's."""
    made, second = dealt(world, 20), desk(world, k=1)
    world.do(made.order("alice", SELL, YES, 70, 8))
    made.decide(0)
    for call in (made.claim("alice"), made.pay_out("alice")):
        for wrong in (second.book, None):
            metas = [
                type(m)(wrong or call.instruction.program_id, False, wrong is not None) if m.pubkey == made.book else m
                for m in call.instruction.accounts
            ]
            one = type(call.instruction)(call.instruction.program_id, bytes(call.instruction.data), metas)
            with refused("WrongBook"):
                world.send(one, signers=call.signers)
    world.do(made.claim("alice"))


def test_books_of_other_markets(world: World) -> None:
    """No instruction takes another market's book."""
    made, second = desk(world), desk(world, k=1)
    for one in (made, second):
        world.do(one.order("alice", BUY, YES, 50, 4, expiry=world.now + 5))
    world.at(world.now + 5)
    calls = (made.order("alice", BUY, YES, 50, 4), made.cancel("alice", 0, 1), made.cancel_all("alice"),
             made.prune(), made.sweep("alice"))  # fmt: skip
    for call in calls:
        metas = [
            type(m)(second.book if m.pubkey == made.book else m.pubkey, m.is_signer, m.is_writable)
            for m in call.instruction.accounts
        ]
        one = type(call.instruction)(call.instruction.program_id, bytes(call.instruction.data), metas)
        with refused("WrongBook"):
            world.send(one, signers=call.signers)
