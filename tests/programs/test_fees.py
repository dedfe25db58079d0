"""collect_fees: each kind to its recipient, once."""

import pytest
from solders.pubkey import Pubkey

from idl import addresses
from idl.enums import FeeKind, Flag
from idl.events import FeesCollected
from idl.program import MARKET_ID, WSOL_MINT
from localnet.wallets import wallet
from tests.programs import tokens
from tests.programs.pools import CREATOR, PLAYERS, Pool, created, decided, opened, terms, unpayable
from tests.programs.refusals import refused
from tests.programs.world import MINTS, PEOPLE, USDC, World, key

UNCLAIMED_S = 30 * 86_400
MINT = pytest.mark.parametrize("mint", MINTS, ids=["sol", "spl", "spl-2022"])


@MINT
def test_fees(world: World, mint: Pubkey) -> None:
    """Each kind goes to its recipient, once."""
    pool = decided(world, mint=mint)
    owed = pool.state.fees_owed
    for kind, name in ((FeeKind.CREATOR, CREATOR), (FeeKind.RESOLVER, "oracle"), (FeeKind.PROTOCOL, "treasury")):
        where = pool.wallet_of(name)
        had = world.lamports(where) if pool.native else tokens.amount(world.svm, where)
        event = world.do(pool.collect_fees(kind, name)).event(FeesCollected)
        got = (world.lamports(where) if pool.native else tokens.amount(world.svm, where)) - had
        assert (event.kind, event.recipient, event.amount) == (kind, bytes(key(name)), owed[kind])
        assert got == owed[kind]
        with refused("NothingOwed"):
            world.do(pool.collect_fees(kind, name))
    assert pool.state.fees_owed == (0, 0, 0)


def test_no_such_fee(world: World) -> None:
    """There are three kinds."""
    pool = decided(world)
    with refused("NothingOwed"):
        world.do(pool.collect_fees(3, "treasury"))  # type: ignore[arg-type]


def test_fees_before_the_decision(world: World) -> None:
    """Before the decision a pool owes no fee, and creator and resolver may not even ask."""
    pool = opened(world)
    world.do(pool.stake("alice", 0, 6_000))
    for kind in (FeeKind.CREATOR, FeeKind.RESOLVER):
        with refused("NotDecided"):
            world.do(pool.collect_fees(kind, CREATOR))
    with refused("NothingOwed"):
        world.do(pool.collect_fees(FeeKind.PROTOCOL, "treasury"))


def test_fees_to_another(world: World) -> None:
    """Whoever collects cannot choose where."""
    pool = decided(world)
    for kind in FeeKind:
        with refused("WrongDestination"):
            world.do(pool.collect_fees(kind, "bob"))


@pytest.mark.parametrize("mint", [WSOL_MINT, USDC], ids=["sol", "spl"])
@pytest.mark.parametrize(("shift", "error"), [(-1, "Unpayable"), (0, None)])
def test_fees_that_cannot_be_received(world: World, mint: Pubkey, shift: int, error: str | None) -> None:
    """30 days after the decision the treasury takes what a creator cannot receive; not before."""
    pool = decided(world, mint=mint)
    unpayable(world, pool, CREATOR)
    world.at(pool.state.deadline + shift)
    call = pool.collect_fees(FeeKind.CREATOR, CREATOR, treasury_destination=pool.wallet_of("treasury"))
    if error is not None:
        with refused(error):
            world.do(call)
        return
    with refused("WrongDestination"):
        world.do(pool.collect_fees(FeeKind.CREATOR, CREATOR, treasury_destination=pool.wallet_of("bob")))
    assert world.do(call).event(FeesCollected).recipient == bytes(key("treasury"))


def test_fees_to_the_market_itself(world: World) -> None:
    """A creator who names the market as recipient gets nothing, and the treasury takes it after 30 days."""
    itself = addresses.market(key(CREATOR), terms(world).id).address
    pool = _owing(world, itself)
    call = pool.collect_fees(FeeKind.CREATOR, CREATOR, destination=itself, treasury_destination=key("treasury"))
    with refused("Unpayable"):
        world.do(call)
    with refused("Unpayable"):
        world.do(pool.claim("alice", destination=itself))
    world.at(pool.state.deadline)
    assert world.do(call).event(FeesCollected).recipient == bytes(key("treasury"))


@pytest.mark.parametrize(
    "reserved",
    ["SysvarC1ock11111111111111111111111111111111", "ComputeBudget111111111111111111111111111111", str(MARKET_ID)],
    ids=["sysvar", "builtin", "program"],
)
def test_fees_that_no_transaction_can_pay(world: World, reserved: str) -> None:
    """An address that can never be writable keeps no market open: 60 days after the decision the treasury takes it."""
    pool = _owing(world, Pubkey.from_string(reserved))
    call = pool.collect_fees(FeeKind.CREATOR, "treasury")
    world.at(pool.state.deadline + UNCLAIMED_S - 1)
    with refused("WrongDestination"):
        world.do(call)
    world.at(pool.state.deadline + UNCLAIMED_S)
    with refused("WrongDestination"):
        world.do(pool.collect_fees(FeeKind.CREATOR, "bob"))
    assert world.do(call).event(FeesCollected).recipient == bytes(key("treasury"))


def test_fees_late_but_taken(world: World) -> None:
    """Who was named still gets the fee however late it is collected to them."""
    pool = _owing(world, key("bob"))
    world.at(pool.state.deadline + 2 * UNCLAIMED_S)
    assert world.do(pool.collect_fees(FeeKind.CREATOR, "bob")).event(FeesCollected).recipient == bytes(key("bob"))


def test_a_resolvers_fee_is_theirs_however_late(world: World) -> None:
    """A resolver signed, so their account is none that cannot be paid: the treasury never takes what they can."""
    pool = _owing(world, key("bob"))
    world.at(pool.state.deadline + 2 * UNCLAIMED_S)
    with refused("WrongDestination"):
        world.do(pool.collect_fees(FeeKind.RESOLVER, "treasury"))
    resolver = bytes(pool.state.resolver_to)
    (name,) = [one for one in PEOPLE if bytes(key(one)) == resolver]
    assert world.do(pool.collect_fees(FeeKind.RESOLVER, name)).event(FeesCollected).recipient == resolver


def _owing(world: World, fee_to: Pubkey) -> Pool:
    """A decided market in SOL that owes its creator's fee to this address."""
    pool = opened(world, mint=WSOL_MINT, fee_to=bytes(fee_to))
    for name in PLAYERS:
        world.do(pool.stake(name, int(name == "erin"), 6_000))
    pool.decide(0)
    return pool


@pytest.mark.parametrize("mint", [WSOL_MINT, USDC], ids=["sol", "spl"])
def test_fee_account(world: World, mint: Pubkey) -> None:
    """With FEE_TO_ACCOUNT the creator's fee goes into the account named, for SOL as lamports."""
    where = tokens.put_tokens(world.svm, key("bob"), mint, 0, at=wallet("a fee account").pubkey())
    pool = created(world, mint=mint, flags=Flag.FEE_TO_ACCOUNT, fee_to=bytes(where))
    world.do(pool.activate(fee_to=where))
    for name in PLAYERS:
        world.do(pool.stake(name, int(name == "erin"), 6_000))
    pool.decide(0)
    had = (world.lamports(where), tokens.amount(world.svm, where))
    owed = pool.state.fees_owed[0]
    with refused("WrongDestination"):
        world.do(pool.collect_fees(FeeKind.CREATOR, CREATOR))
    world.do(pool.collect_fees(FeeKind.CREATOR, CREATOR, destination=where))
    now = (world.lamports(where), tokens.amount(world.svm, where))
    assert now == ((had[0] + owed, had[1]) if pool.native else (had[0], had[1] + owed))
