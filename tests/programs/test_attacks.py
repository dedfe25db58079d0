"""What somebody could try within the rules: gifts in the way, accounts that cannot be paid, fees to odd places."""

from typing import Final

import pytest
from solders.account import Account
from solders.pubkey import Pubkey

from idl import addresses
from idl.enums import FeeKind, Flag, Step
from idl.events import Closed, FeesCollected, OrderPlaced, PaidOut, SubsidyWithdrawn, Traded, VoteClaimed
from idl.limits import SEATS, SIDE_ORDERS
from idl.program import TOKEN_PROGRAM, WSOL_MINT
from tests.programs import tokens, votes
from tests.programs.books import BUY, NO, YES, K, desk
from tests.programs.exchanges import TOKEN_PROGRAMS
from tests.programs.makers import maker
from tests.programs.pools import CREATOR, Pool, created, decided, opened
from tests.programs.refusals import refused
from tests.programs.test_accounts import ALL
from tests.programs.test_book_rests import newcomer
from tests.programs.world import SOL, USDC, World, key

RENT_OF_NOTHING: Final = 890_880


@pytest.mark.parametrize("name", ALL)
def test_gifts_block_nothing(name: str) -> None:
    """Lamports sent to any address, made or not made yet, and tokens sent to any token account stop no call."""
    world = World(config=name != "init_config")
    call = ALL[name](world, 1)
    for meta in call.instruction.accounts:
        found = world.svm.get_account(meta.pubkey) or Account(0, b"", Pubkey.default())
        if found.executable:
            continue
        data, native = bytes(found.data), bytes(found.data[:32]) == bytes(WSOL_MINT)
        if found.owner in TOKEN_PROGRAMS and len(data) >= tokens.ACCOUNT_BYTES and not native:
            data = data[:64] + (int.from_bytes(data[64:72], "little") + 1).to_bytes(8, "little") + data[72:]
        world.svm.set_account(meta.pubkey, Account(found.lamports + RENT_OF_NOTHING, data, found.owner))
    assert world.meets(call) is None
    for meta in call.instruction.accounts:
        found = world.svm.get_account(meta.pubkey)
        if found is not None and not found.executable:
            world.svm.set_account(meta.pubkey, Account(found.lamports + SOL, bytes(found.data), found.owner))
    assert world.meets(call) is None


@pytest.mark.parametrize("world", [{"slash_bps": 10_000}], indirect=True, ids=["all"])
def test_a_vote_that_lost_everything_holds_nothing_up(world: World) -> None:
    """Where wrong votes lose all, the resolution closes over them, then the market; their rent comes back at last."""
    pool = votes.voted(votes.disputed(world, 0), ("dave", 1, 60_000), ("erin", 0, 20_000))
    assert world.do(votes.tally(pool)).events
    won = world.do(votes.claim_vote(pool, "dave")).event(VoteClaimed)
    assert (won.amount, won.owed) == (80_000, 2 * votes.resolution(pool).bond)
    world.do(pool.claim_bond("bob"))
    assert votes.resolution(pool).owed == 0
    world.do(pool.close_resolution())
    with refused("AccountNotInitialized", "AccountOwnedByWrongProgram"):
        world.do(votes.claim_vote(pool, "erin"))
    world.do(pool.pay_out("bob"))
    for kind, name in ((FeeKind.CREATOR, CREATOR), (FeeKind.RESOLVER, "bob"), (FeeKind.PROTOCOL, "treasury")):
        if pool.state.fees_owed[kind]:
            world.do(pool.collect_fees(kind, name))
    world.at(world.now, slot=pool.state.created_slot + 151)
    world.do(pool.close_market())
    lost = addresses.vote(pool.address, 1, key("erin")).address
    rent, had = world.lamports(lost), world.lamports(key("erin"))
    assert world.do(votes.orphan(pool, "erin")).event(Closed).items[0].rent == rent
    assert world.lamports(key("erin")) == had + rent


def given_away(pool: Pool, name: str) -> None:
    """A wallet signs its token account over to somebody else: it can never be paid there again."""
    tokens.put_tokens(pool.world.svm, key("payer"), pool.mint, 7, at=pool.ata(name), program=pool.token_program)


def test_an_account_given_away_holds_up_only_its_own(world: World) -> None:
    """A voter, proposer or winner who cannot be paid holds up nobody else's payment; rents wait along."""
    pool = votes.voted(votes.disputed(world, 1), ("dave", 1, 60_000), ("erin", 0, 20_000), ("carol", 1, 10_000))
    world.do(votes.tally(pool))
    for name in ("dave", "bob", "oracle"):
        given_away(pool, name)
    with refused("Unpayable"):
        world.do(votes.claim_vote(pool, "dave"))
    with refused("Unpayable"):
        world.do(pool.claim_bond("oracle"))
    assert [item.status for item in world.do(pool.pay_out("bob", "alice")).event(PaidOut).items] == [1, 0]
    for name in ("erin", "carol"):
        world.do(votes.claim_vote(pool, name))
    for kind, name in ((FeeKind.CREATOR, CREATOR), (FeeKind.PROTOCOL, "treasury")):
        world.do(pool.collect_fees(kind, name))
    tokens.put_tokens(world.svm, key("bob"), USDC, 0, at=Pubkey(bytes([9] * 32)))
    world.do(pool.claim("bob", destination=Pubkey(bytes([9] * 32))))
    for name in ("dave", "oracle"):
        tokens.put_tokens(world.svm, key(name), USDC, 0)
    world.do(votes.claim_vote(pool, "dave"))
    world.do(pool.claim_bond("oracle"))
    world.do(pool.close_resolution())


@pytest.mark.parametrize("place", ["the market", "its vault", "its bond vault", "nobody's"])
@pytest.mark.parametrize("mint", [USDC, WSOL_MINT], ids=["spl", "sol"])
def test_fees_to_odd_places(world: World, mint: Pubkey, place: str) -> None:
    """A fee for an address that nobody can be paid at waits for the treasury, and the market closes all the same."""
    address = addresses.market(key(CREATOR), world.slot << 16).address
    places = {"the market": address, "its vault": addresses.vault(address).address, "nobody's": Pubkey(bytes([1] * 32))}
    odd = places.get(place, addresses.bond_vault(address).address)
    pool = decided(world, mint=mint, fee_to=bytes(odd))
    assert pool.address == address
    world.do(pool.pay_out("alice", "bob", "dave"))
    world.do(pool.collect_fees(FeeKind.RESOLVER, "oracle"))
    to = odd if pool.native else addresses.ata(odd, mint, TOKEN_PROGRAM).address
    call = pool.collect_fees(FeeKind.CREATOR, CREATOR, destination=to, treasury_destination=pool.wallet_of("treasury"))
    assert world.meets(call) in ("Unpayable", None)
    world.at(pool.state.deadline)
    if world.meets(call) is None:
        recipient = world.do(call).event(FeesCollected).recipient
        assert recipient == bytes(key("treasury")) or pool.native
    world.do(pool.collect_fees(FeeKind.PROTOCOL, "treasury"))
    world.do(pool.claim_bond())
    world.do(pool.close_resolution())
    world.at(world.now, slot=pool.state.created_slot + 151)
    world.do(pool.close_market())


@pytest.mark.parametrize("account", ["vault", "bond_vault", "ata"])
def test_a_fee_account_of_its_own(world: World, account: str) -> None:
    """A market's own vaults are no fee account, since there is none when it opens; another of its accounts may be."""
    address = addresses.market(key(CREATOR), world.slot << 16).address
    where = {
        "vault": addresses.vault(address).address,
        "bond_vault": addresses.bond_vault(address).address,
        "ata": addresses.ata(address, USDC).address,
    }[account]
    pool = created(world, flags=Flag.FEE_TO_ACCOUNT, fee_to=bytes(where))
    tokens.put_tokens(world.svm, address, USDC, 0, at=addresses.ata(address, USDC).address)
    assert pool.address == address
    assert world.meets(pool.activate(fee_to=where)) == (None if account == "ata" else "BadFeeTo")


def test_churning_the_market_maker_brings_nothing(world: World) -> None:
    """Buying, selling, splitting and merging back and forth in the least amounts never leaves a trader with more."""
    pool = maker(world, creator_fee_bps=0, resolver_fee_bps=0, n=3)
    before = tokens.amount(world.svm, pool.ata("alice"))
    world.do(pool.split("alice", 5_000))
    for turn in range(40):
        base = 10 + 4 * turn
        bought = world.do(pool.buy("alice", turn % 3, 1_200 + turn, nonce=base)).event(Traded)
        world.do(pool.merge("alice", 1 + turn, nonce=base + 1))
        world.do(pool.sell("alice", turn % 3, bought.shares - 1 - turn, nonce=base + 2))
    held = world.position(pool.address, key("alice"))
    assert held is not None
    least = min(held.shares)
    world.do(pool.merge("alice", least, nonce=999))
    for outcome in range(3):
        left = world.position(pool.address, key("alice")).shares[outcome]  # type: ignore[union-attr]
        if left > 10:
            world.do(pool.sell("alice", outcome, left, nonce=1_000 + outcome))
    assert tokens.amount(world.svm, pool.ata("alice")) <= before
    pool.decide(0)
    assert world.do(pool.withdraw_subsidy()).event(SubsidyWithdrawn).amount >= pool.state.subsidy - 30


def test_a_seat_of_many_orders_can_be_taken_over(world: World) -> None:
    """A seat cannot be held for ever by many small orders: whoever locks twice as much takes it in one step."""
    made = desk(world)
    squatters = [newcomer(world, made, n) for n in range(SEATS)]
    for n in range(2 * SIDE_ORDERS - SEATS + 1):
        world.do(made.order(squatters[0], *((BUY, YES, 20) if n < SIDE_ORDERS - 6 else (BUY, NO, 20)), 5))
    for n, name in enumerate(squatters[1:]):
        world.do(made.order(name, *((BUY, YES, 20) if n < 6 else (BUY, NO, 20)), 500))
    assert made.held.used == (2**64 - 1, 2**64 - 1)
    least = made.held.seats[0].locked
    for lots, matches in ((2 * least // (21 * K) - 1, 16), (2 * least // (21 * K) + 1, 0)):
        with refused("SeatsFull"):
            world.do(made.order("alice", BUY, YES, 21, lots, other=squatters[0], matches=matches))
    taken = world.do(made.order("alice", BUY, YES, 21, 2 * least // (21 * K) + 1, other=squatters[0], matches=1))
    assert [one.how for one in taken.event(OrderPlaced).fills] == [Step.SEAT] * (2 * SIDE_ORDERS - SEATS + 1)
    assert made.holding("alice").seat == 0
    assert made.holding(squatters[0]).credit == least
    assert taken.units < 200_000


def test_nothing_is_paid_out_before_the_decision(world: World) -> None:
    """Not even a batch of nobody, which would say that it paid."""
    pool = opened(world)
    world.do(pool.stake("alice", 0, 6_000))
    for call in (pool.pay_out(), pool.pay_out("alice")):
        with refused("NotDecided"):
            world.do(call)
