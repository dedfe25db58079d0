"""sync_dividends, claim_dividend and pay_dividends: what comes in is shared out, once, and nothing is lost or made."""

import pytest
from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.hash import Hash
from solders.instruction import AccountMeta
from solders.message import Message, MessageV1, TransactionConfig
from solders.pubkey import Pubkey

from idl.enums import FeeKind, Flag
from idl.events import DividendPaid, DividendsSynced, FeesCollected
from idl.limits import PAY_DIVIDENDS_LEGACY_MAX, PAY_DIVIDENDS_V1_MAX, V1_KEYS_MAX
from idl.maths.dividends import FRACTION_BITS
from idl.program import WSOL_MINT
from localnet.wallets import wallet
from tests.programs import tokens
from tests.programs.creators import Shares, followed, founded
from tests.programs.pools import PLAYERS, created
from tests.programs.refusals import refused
from tests.programs.world import MINTS, SOL, USDC, USDC_2022, World, key

MINT = pytest.mark.parametrize("mint", MINTS, ids=["sol", "spl", "spl-2022"])
ONE = 1 << FRACTION_BITS


def memo_required(shares: Shares, name: str) -> None:
    """Make a wallet's token account one that takes no plain transfer."""
    extra = bytes([2, 8, 0, 1, 0, 1])
    program = shares.token_program
    tokens.put_tokens(shares.world.svm, key(name), shares.mint, 5, program=program, extra=extra)


@MINT
def test_sync(world: World, mint: Pubkey) -> None:
    """What came in is earned by every share alike; what cannot be divided is carried."""
    shares = followed(world, mint=mint)
    event = world.do(shares.sync()).event(DividendsSynced)
    assert event.pool.accrued == event.pool.recorded == shares.state.recorded == 350
    assert (shares.state.acc, shares.state.carry) == (10 * ONE, 0)
    assert event.header.actor == bytes(32)
    shares.earn(1)
    world.do(shares.sync())
    assert (shares.state.acc, shares.state.carry) == (10 * ONE + ONE // 35, ONE % 35)


def test_sync_of_lamports(world: World) -> None:
    """In a SOL pool lamports sent to the dividends account are dividends, without anybody's sync_native."""
    shares = founded(world, mint=WSOL_MINT)
    world.svm.airdrop(shares.dividends, 70)
    assert world.do(shares.sync()).event(DividendsSynced).pool.accrued == 70
    world.svm.airdrop(shares.dividends, 30)
    had = shares.balance("carol")
    world.do(shares.claim("carol"))
    assert shares.balance("carol") - had == 100


def test_nothing_to_sync(world: World) -> None:
    """Without new dividends, or without shares, there is nothing to share out."""
    shares = followed(world)
    world.do(shares.sync())
    with refused("NothingNew"):
        world.do(shares.sync())


def test_dividends_wait_for_a_holder(world: World) -> None:
    """While nobody holds shares dividends stay, and go to whoever holds shares next."""
    shares = founded(world)
    shares.unlock()
    world.do(shares.sell("carol", 10))
    shares.earn(90)
    with refused("NothingNew"):
        world.do(shares.sync())
    with refused("NothingOwed"):
        world.do(shares.claim("carol"))
    world.do(shares.buy("alice", 3))
    assert shares.state.recorded == 0
    world.do(shares.buy("bob", 3))
    had = shares.balance("alice")
    world.do(shares.claim("alice"))
    assert shares.balance("alice") - had == 90
    with refused("NothingOwed"):
        world.do(shares.claim("bob"))


@MINT
def test_claim(world: World, mint: Pubkey) -> None:
    """An owner takes what their shares earned, once, without anybody's sync."""
    shares = followed(world, mint=mint)
    had = shares.balance("alice")
    event = world.do(shares.claim("alice")).event(DividendPaid)
    assert shares.balance("alice") - had == 200
    (item,) = event.items
    assert (item.owner, item.amount, item.status, event.pool.accrued) == (bytes(key("alice")), 200, 0, 350)
    assert event.header.actor == bytes(key("alice"))
    assert shares.state.recorded == tokens.amount(world.svm, shares.dividends) == 150
    with refused("NothingOwed"):
        world.do(shares.claim("alice"))


def test_claim_to_another(world: World) -> None:
    """The owner names where it goes; nobody else may."""
    shares = followed(world)
    had = shares.balance("dave")
    world.do(shares.claim("alice", destination=shares.ata("dave")))
    assert shares.balance("dave") - had == 200
    claim = shares.claim("bob")
    metas = [AccountMeta(key("alice"), True, False) if m.is_signer else m for m in claim.instruction.accounts]
    one = type(claim.instruction)(claim.instruction.program_id, bytes(claim.instruction.data), metas)
    with refused("WrongHolder"):
        world.send(one, signers=(wallet("alice"),))


def test_claim_to_the_dividends(world: World) -> None:
    """Who names the dividends account gives theirs to all holders anew."""
    shares = followed(world)
    world.do(shares.claim("alice", destination=shares.dividends))
    assert (shares.state.recorded, tokens.amount(world.svm, shares.dividends)) == (150, 350)
    assert world.do(shares.sync()).event(DividendsSynced).pool.accrued == 200


def test_locked_shares_earn(world: World) -> None:
    """A lock keeps shares, not what they earn."""
    shares = followed(world)
    with refused("SharesLocked"):
        world.do(shares.sell("bob", 1))
    had = shares.balance("bob")
    world.do(shares.claim("bob"))
    assert shares.balance("bob") - had == 50


def test_new_shares_earn_nothing_of_before(world: World) -> None:
    """A buy earns nothing of what came in before it, and a sale loses nothing."""
    shares = followed(world)
    world.do(shares.buy("dave", 1_000))
    with refused("NothingOwed"):
        world.do(shares.claim("dave"))
    shares.unlock()
    world.do(shares.sell("alice", 20))
    assert (shares.held("alice").pending, shares.held("alice").shares) == (200, 0)
    shares.earn(1_015)
    had = shares.balance("alice")
    world.do(shares.claim("alice"))
    assert shares.balance("alice") - had == 200
    had = shares.balance("dave")
    world.do(shares.claim("dave"))
    assert shares.balance("dave") - had == 1_000


def test_fractions_stay_with_their_holder(world: World) -> None:
    """However often anybody pays out, a holder's fraction of an atom is not lost."""
    shares = founded(world, shares=3)
    world.do(shares.buy("alice", 1))
    had = {name: shares.balance(name) for name in ("alice", "carol")}
    for _ in range(8):
        shares.earn(2)
        world.do(shares.pay("alice", "carol"))
    got = {name: shares.balance(name) - had[name] for name in had}
    assert got["alice"] == 4
    assert got["carol"] in (11, 12)  # a crumb of less than 3 units of 2^-32 a time may keep the last atom back
    assert shares.held("carol").pending == 0


@MINT
def test_pay(world: World, mint: Pubkey) -> None:
    """Anyone pays holders at their token accounts; one who has nothing leaves no item."""
    shares = followed(world, mint=mint)
    names = ("alice", "bob", "carol")
    had = [shares.balance(name) for name in names]
    event = world.do(shares.pay(*names)).event(DividendPaid)
    assert [item.amount for item in event.items] == [200, 50, 100]
    assert [shares.balance(name) - old for name, old in zip(names, had, strict=True)] == [200, 50, 100]
    assert (event.header.actor, shares.state.recorded) == (bytes(32), 0)
    shares.earn(35)
    world.do(shares.claim("bob"))
    event = world.do(shares.pay(*names)).event(DividendPaid)
    assert [item.amount for item in event.items] == [20, 10]


def test_pay_nobody(world: World) -> None:
    """A batch that owes nothing is refused."""
    shares = followed(world)
    with refused("NothingOwed"):
        world.do(shares.pay())
    world.do(shares.pay("alice"))
    with refused("NothingOwed"):
        world.do(shares.pay("alice"))


def test_pay_among_hindrances(world: World) -> None:
    """Repeated, foreign, closed and unpayable holders stop nobody: the good ones are paid."""
    shares = followed(world, mint=USDC_2022)
    other = founded(world, creator="oracle", mint=USDC_2022)
    world.do(shares.buy("dave", 35))
    shares.earn(700)
    memo_required(shares, "bob")
    foreign = [AccountMeta(other.holder("oracle"), False, True), AccountMeta(shares.ata("oracle"), False, True)]
    absent = [AccountMeta(shares.holder("erin"), False, True), AccountMeta(shares.ata("erin"), False, True)]
    remaining = [*shares.pair("alice"), *shares.pair("bob"), *foreign, *absent, *shares.pair("alice")]
    remaining += shares.pair("carol")
    bumps = bytes(shares.bump(name) for name in ("alice", "bob", "oracle", "erin", "alice", "carol"))
    before = shares.held("bob")
    event = world.do(shares.pay(bumps=bumps, remaining=remaining)).event(DividendPaid)
    told = [(Pubkey(item.owner), item.amount, item.status) for item in event.items]
    assert told == [(key("alice"), 400, 0), (key("bob"), 100, 1), (key("carol"), 200, 0)]
    assert shares.held("bob") == before
    assert shares.state.recorded == tokens.amount(world.svm, shares.dividends) == 450
    tokens.put_tokens(world.svm, key("bob"), shares.mint, 5, program=shares.token_program)
    world.do(shares.pay("bob"))
    assert shares.balance("bob") == 105


@pytest.mark.parametrize("how", ["absent", "frozen"])
def test_pay_to_what_cannot_receive(world: World, how: str) -> None:
    """An account that is not there or frozen is skipped, and nothing of the holder changes."""
    shares = followed(world)
    if how == "absent":
        tokens.put(world.svm, shares.ata("alice"), b"", Pubkey(bytes(32)), 0)
    else:
        tokens.put_tokens(world.svm, key("alice"), shares.mint, 5, state=tokens.FROZEN)
    before = shares.held("alice")
    event = world.do(shares.pay("alice", "bob")).event(DividendPaid)
    assert [item.status for item in event.items] == [1, 0]
    assert shares.held("alice") == before
    world.do(shares.claim("alice", destination=shares.ata("dave")))


def test_pay_elsewhere(world: World) -> None:
    """Whoever pays cannot choose where."""
    shares = followed(world)
    holder, _ = shares.pair("alice")
    for name in ("bob", "dave"):
        wrong = [holder, AccountMeta(shares.ata(name), False, True)]
        with refused("WrongDestination"):
            world.do(shares.pay(bumps=bytes([shares.bump("alice")]), remaining=wrong))
        with refused("WrongDestination"):
            world.do(shares.pay(bumps=bytes([shares.bump(name)]), remaining=wrong))


def test_pairs(world: World) -> None:
    """Accounts come in pairs with a bump each."""
    shares = followed(world)
    for bumps, remaining in (
        (b"", shares.pair("alice")), (bytes(2), shares.pair("alice")), (bytes(1), shares.pair("alice")[:1]),
        (bytes(1), [*shares.pair("alice"), *shares.pair("bob")[:1]]),
    ):  # fmt: skip
        with refused("BadPairs"):
            world.do(shares.pay(bumps=bumps, remaining=remaining))


def test_pay_takes_writable_holders(world: World) -> None:
    """A holder or destination given read-only is not paid."""
    shares = followed(world)
    holder, destination = shares.pair("alice")
    with refused():
        world.do(shares.pay(bumps=bytes([shares.bump("alice")]), remaining=[
            AccountMeta(holder.pubkey, False, False), destination]))  # fmt: skip
    remaining = [holder, AccountMeta(destination.pubkey, False, False)]
    event = world.do(shares.pay(bumps=bytes([shares.bump("alice")]), remaining=remaining)).event(DividendPaid)
    assert event.items[0].status == 1


@MINT
def test_fees_of_a_market_are_dividends(world: World, mint: Pubkey) -> None:
    """A market's creator fee, sent to the dividends account, is shared out to the creator's holders."""
    shares = founded(world, mint=mint, shares=1)
    world.do(shares.buy("bob", 1))
    where = shares.dividends
    pool = created(world, mint=mint, flags=Flag.FEE_TO_ACCOUNT, fee_to=bytes(where))
    world.do(pool.activate(fee_to=where))
    for name in PLAYERS:
        world.do(pool.stake(name, int(name == "erin"), 60_000))
    pool.decide(0)
    fee = world.do(pool.collect_fees(FeeKind.CREATOR, "carol", destination=where)).event(FeesCollected).amount
    assert fee > 0
    assert world.do(shares.sync()).event(DividendsSynced).pool.accrued == fee
    had = {name: shares.balance(name) for name in ("bob", "carol")}
    world.do(shares.pay("bob", "carol"))
    assert {name: shares.balance(name) - had[name] for name in had} == dict.fromkeys(had, fee // 2)


def test_fees_in_another_mint(world: World) -> None:
    """A market pays its fee only into a dividends account of its own mint."""
    shares = founded(world, mint=WSOL_MINT)
    pool = created(world, mint=USDC, flags=Flag.FEE_TO_ACCOUNT, fee_to=bytes(shares.dividends))
    with refused("BadFeeTo"):
        world.do(pool.activate(fee_to=shares.dividends))


def test_a_large_batch(world: World) -> None:
    """As many holders as a transaction v1 can name are paid in one call, within heap and compute units."""
    shares = founded(world, shares=1)
    names = [f"fan {n}" for n in range(PAY_DIVIDENDS_V1_MAX)]
    for name in names:
        world.svm.airdrop(key(name), SOL)
        tokens.put_tokens(world.svm, key(name), shares.mint, 10**9)
        world.do(shares.buy(name, 1))
    shares.earn(1_000 * (PAY_DIVIDENDS_V1_MAX + 1))
    call = shares.pay(*names)
    message = MessageV1.try_compile(key("payer"), [call.instruction], Hash.default(), TransactionConfig(1, 1, 1, 1))
    assert V1_KEYS_MAX - 2 < len(message.account_keys) <= V1_KEYS_MAX
    assert 1 + 64 + len(bytes(message)) <= 4_096
    event = world.do(call).event(DividendPaid)
    assert [item.amount for item in event.items] == [1_000] * PAY_DIVIDENDS_V1_MAX


def test_a_full_legacy_batch_lands(world: World) -> None:
    """As many holders as the limit says fit a legacy transaction with its budget, and are paid; two more do not fit."""
    shares = founded(world)
    names = [f"holder {n}" for n in range(PAY_DIVIDENDS_LEGACY_MAX + 2)]
    for name in names:
        world.svm.airdrop(key(name), SOL)
        tokens.put_tokens(world.svm, key(name), shares.mint, 10**6, program=shares.token_program)
        world.do(shares.buy(name, 1))
    shares.earn(10**6)
    budget = [set_compute_unit_limit(200_000), set_compute_unit_price(1)]

    def size(count: int) -> int:
        whole = [*budget, shares.pay(*names[:count]).instruction]
        return 1 + 64 + len(bytes(Message.new_with_blockhash(whole, key("payer"), Hash.default())))

    assert size(PAY_DIVIDENDS_LEGACY_MAX) <= 1_232 < size(PAY_DIVIDENDS_LEGACY_MAX + 2)
    most = names[:PAY_DIVIDENDS_LEGACY_MAX]
    landed = world.send(*budget, shares.pay(*most).instruction, signers=(wallet("payer"),))
    items = landed.event(DividendPaid).items
    assert [(item.owner, item.status) for item in items] == [(bytes(key(name)), 0) for name in most]
    assert landed.units < 200_000
