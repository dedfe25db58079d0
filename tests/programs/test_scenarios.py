"""The specification's scenarios by their names, each told once from end to end."""

import pytest
from solders.hash import Hash
from solders.instruction import AccountMeta
from solders.message import MessageV1, TransactionConfig
from solders.pubkey import Pubkey

from idl import addresses
from idl.enums import FeeKind, Mode, State, Step
from idl.events import Closed, OrderPlaced, PaidOut, StateChanged
from idl.instructions import pay_out
from idl.limits import SIDE_ORDERS
from idl.program import MARKET_ID, TOKEN_2022_PROGRAM, WSOL_MINT
from localnet.wallets import wallet
from tests.programs import tokens
from tests.programs.books import BUY, IOC, LOT, SELL, YES, K, dealt
from tests.programs.exchanges import ACCOUNTS
from tests.programs.pools import (
    CREATOR,
    FEED,
    PLAYERS,
    RICH,
    WINNERS,
    Pool,
    at_event,
    create,
    crowd,
    decided,
    opened,
    terms,
    with_strike,
)
from tests.programs.refusals import refused
from tests.programs.test_accounts import ALL, free_ways, suffered
from tests.programs.test_windows import WINDOWS, met
from tests.programs.votes import VOTERS, claim_vote, dispute, like, proposed, resolution, rule, take_back, tally, vote
from tests.programs.world import MINTS, USDC, USDC_2022, Call, World, key

MINT = pytest.mark.parametrize("mint", MINTS, ids=["sol", "spl", "spl-2022"])
MEMO_REQUIRED = bytes([2, 8, 0, 1, 0, 1])


def test_memo_required_frozen_duplicate_foreign_and_closed_among_good_ones(world: World) -> None:
    """One memo-required, one frozen, one repeated, one foreign and one closed position: the good ones are paid."""
    names = ("alice", "bob", "dave", "erin", "payer")
    pool, other = opened(world, mint=USDC_2022), opened(world, mint=USDC_2022, k=1)
    tokens.put_tokens(world.svm, key("payer"), USDC_2022, RICH, program=TOKEN_2022_PROGRAM)
    for name in names:
        world.do(pool.stake(name, 0, 6_000))
    world.do(other.stake("alice", 0, 6_000))
    pool.decide(0)
    world.do(pool.claim("payer"))
    tokens.put_tokens(world.svm, key("bob"), USDC_2022, 5, program=TOKEN_2022_PROGRAM, extra=MEMO_REQUIRED)
    tokens.put_tokens(world.svm, key("dave"), USDC_2022, 5, program=TOKEN_2022_PROGRAM, state=tokens.FROZEN)
    foreign = [AccountMeta(other.position("alice"), False, True), *pool.triple("alice")[1:]]
    order = ("alice", "bob", "alice", "dave", "payer", "erin")
    remaining = [*foreign, *(meta for name in order for meta in pool.triple(name))]
    bumps = bytes(pool.bump(name) for name in ("alice", *order))
    where = {"market": pool.address, "vault": pool.vault, "mint": pool.mint, "token_program": pool.token_program}
    landed = world.do(Call(pay_out(bumps=bumps, **where, remaining=remaining), (wallet("payer"),)))
    items = [(item.owner, item.status) for item in landed.event(PaidOut).items]
    assert items == [
        (bytes(key(name)), status) for name, status in (("alice", 0), ("bob", 1), ("dave", 1), ("erin", 0))
    ]
    assert world.position(other.address, key("alice")) is not None


def test_close_a_market_with_unclaimed_losers_then_try_to_recreate_it(world: World) -> None:
    """A market closes over its losers; its address never comes back, neither at once nor by an old id."""
    args = terms(world)
    pool = decided(world)
    world.do(pool.pay_out(*PLAYERS[:3]))
    for kind, name in ((FeeKind.CREATOR, CREATOR), (FeeKind.RESOLVER, "oracle"), (FeeKind.PROTOCOL, "treasury")):
        world.do(pool.collect_fees(kind, name))
    world.do(pool.claim_bond())
    world.do(pool.close_resolution())
    world.at(world.now, slot=pool.state.created_slot + 151)
    world.do(pool.close_market())
    again = create(world, args)
    assert again.instruction.accounts[2].pubkey == pool.address
    with refused("BadId"):
        world.do(again)
    assert world.position(pool.address, key("erin")) is not None
    world.do(pool.close_orphan("erin"))


def test_two_in_window_prices_only_the_earlier_ends_final(world: World) -> None:
    """The later of two prices is a candidate that the earlier one ends; the later one never ends the earlier."""
    pool = with_strike(world, 100)
    event = at_event(world, pool, 30)
    later = world.post(FEED, 99, publish=event + 20, prev=event + 3)
    earlier = world.post(FEED, 101, publish=event + 3, prev=event - 1)
    assert world.do(pool.resolve(later)).event(StateChanged).to == State.Resolving
    entered = world.do(pool.resolve(earlier)).event(StateChanged)
    assert (entered.to, entered.outcome) == (State.Finalized, 0)
    with refused("WrongState", "WrongResolution"):
        world.do(pool.resolve(later))


def test_a_full_book_on_each_side_then_a_better_order(world: World) -> None:
    """Both sides full: equal prices find no place, better ones take the newest order's at the worst, who keeps all."""
    made = dealt(world, 700)
    world.do(made.order("erin", BUY, YES, 50, 20))
    world.do(made.order("alice", SELL, YES, 50, 20, IOC))
    for n in range(SIDE_ORDERS):
        world.do(made.order("dave", BUY, YES, 10 + n % 2, 10))
        world.do(made.order("alice", SELL, YES, 90 - n % 2, 10))
    for side, worst, better, maker in ((BUY, 10, 11, "dave"), (SELL, 90, 89, "alice")):
        with refused("BookFull"):
            world.do(made.order("erin", side, YES, worst, 12))
        event = world.do(made.order("erin", side, YES, better, 12)).event(OrderPlaced)
        assert [(one.how, one.maker, one.tick) for one in event.fills] == [(Step.EVICTED, bytes(key(maker)), worst)]
        assert (event.best_bid, event.best_ask) == (11, 89)
        seat = made.held.seats[made.holding(maker).seat]
        assert (seat.credit, seat.shares[0]) == ((worst * K * 10, 0) if side == BUY else (0, 10 * LOT))
    assert made.held.used == (2**64 - 1, 2**64 - 1)


@pytest.mark.parametrize("mint", [USDC, WSOL_MINT], ids=["18 spl", "27 native"])
def test_heap_and_compute_units_of_pay_out_on_the_built_program(world: World, mint: Pubkey) -> None:
    """18 SPL and 27 native winners are paid with the heap and the units that a transaction has without asking."""
    pool = crowd(world, mint)
    call = pool.pay_out(*WINNERS[mint])
    landed = world.do(call)
    assert [item.status for item in landed.event(PaidOut).items] == [0] * (27 if pool.native else 18)
    assert landed.units <= 200_000
    message = MessageV1.try_compile(key("payer"), [call.instruction], Hash.default(), TransactionConfig(1, 1, 1, 1))
    assert 1 + 64 + len(bytes(message)) <= 4_096


def test_every_instruction_with_every_wrong_account() -> None:
    """Every slot of every instruction in every way it can be wrong: what lands is on the list of what is free."""
    for name in ALL:
        done = suffered(name)
        assert done.landing <= {(slot, way) for slot, _ in done.ways for way in free_ways(name, slot)}, name
    assert {name.split()[0] for name in ALL} == set(ACCOUNTS)


def test_each_window_at_minus_one_zero_and_plus_one() -> None:
    """Every edge of time, a tick before it, at it and a tick after it."""
    assert {name: met(name) for name in WINDOWS} == {name: window.met for name, window in WINDOWS.items()}


def money(pool: Pool) -> dict[str, int]:
    """What everybody holds of the collateral, for SOL with their lamports."""
    names = (*VOTERS, "oracle", "treasury", "council")
    held = {name: tokens.amount(pool.world.svm, pool.ata(name)) for name in names}
    return {name: amount + (pool.world.lamports(key(name)) if pool.native else 0) for name, amount in held.items()}


@MINT
@pytest.mark.parametrize("world", [{"mode": Mode.PROPOSAL, "proposal_s": 50}], indirect=True, ids=["voting"])
def test_a_disputed_market_from_its_proposal_to_its_last_rent(world: World, mint: Pubkey) -> None:
    """Voted in, staked, proposed, disputed, contested, ruled, claimed, closed: every coin and every rent comes back."""
    nothing = _accounts(world)
    for name in PAID:
        tokens.put_tokens(world.svm, key(name), mint, RICH, program=MINTS[mint])
    before = _wealth(world, mint)
    pool = proposed(world, mint=mint)
    for name in VOTERS[:3]:
        world.do(like(pool, name))
    world.at(pool.state.deadline)
    world.do(pool.tally_proposal())
    _live(pool)
    for name in VOTERS[:3]:
        world.do(take_back(pool, name))
    _close(pool)
    after = _wealth(world, mint)
    assert _accounts(world) == nothing
    gained = {name: after[name] - before[name] + FEE * count for name, count in PAID.items()}
    assert sum(gained.values()) == 0
    assert (gained["erin"], gained["oracle"], gained["dave"]) == (-60_000 - 1_000, -3_600, 1_000)
    assert gained["treasury"] == 1_800 + 600


FEE = 5_000
# Who signed how many transactions, each for its fee.
PAID = {"alice": 3, "bob": 3, "carol": 4, "dave": 1, "erin": 2, "oracle": 1, "treasury": 0}


def _wealth(world: World, mint: Pubkey) -> dict[str, int]:
    """What everybody holds: lamports, and the collateral."""
    held = {name: tokens.amount(world.svm, addresses.ata(key(name), mint, MINTS[mint]).address) for name in PAID}
    return {name: amount + world.lamports(key(name)) for name, amount in held.items()}


def _accounts(world: World) -> set[Pubkey]:
    return {where for where, account in world.svm.get_program_accounts(MARKET_ID) if account.data}


def _live(pool: Pool) -> None:
    """From the opening to the council's word: bob was right to dispute; erin staked and voted for what is not so."""
    world = pool.world
    world.do(pool.activate())
    for name, outcome in (("alice", 1), ("bob", 1), ("erin", 0)):
        world.do(pool.stake(name, outcome, 60_000))
    world.at(pool.state.event)
    world.do(pool.propose(0))
    world.do(dispute(pool))
    for name, side in (("carol", 1), ("dave", 1), ("erin", 0), ("alice", 2)):
        world.do(vote(pool, name, side, 10_000))
    world.at(resolution(pool).window_end)
    assert world.do(tally(pool)).event(StateChanged).to == State.Contested
    assert world.do(rule(pool, 1)).event(StateChanged).to == State.Finalized


def _close(pool: Pool) -> None:
    """Everything is claimed and closed, by anyone."""
    world = pool.world
    for name in ("carol", "dave", "erin", "alice"):
        world.do(claim_vote(pool, name))
    world.do(pool.claim_bond("bob"))
    world.do(pool.close_resolution())
    world.do(pool.pay_out("alice", "bob", "erin"))
    for kind, name in ((FeeKind.CREATOR, CREATOR), (FeeKind.RESOLVER, "bob"), (FeeKind.PROTOCOL, "treasury")):
        world.do(pool.collect_fees(kind, name))
    world.at(world.now, slot=pool.state.created_slot + 151)
    assert world.do(pool.close_market()).event(Closed).residual <= 2
