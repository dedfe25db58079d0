"""Closing: what waits for what, where rents and remains go, and that no address comes back."""

import pytest
from solders.instruction import AccountMeta
from solders.pubkey import Pubkey

from idl.enums import ClosedWhat, FeeKind, State
from idl.events import Closed
from idl.instructions import close_orphan
from localnet.wallets import wallet
from tests.programs import tokens
from tests.programs.pools import CREATOR, PLAYERS, Pool, create, decided, opened, terms
from tests.programs.refusals import refused
from tests.programs.world import MINTS, USDC, Call, World, key

MINT = pytest.mark.parametrize("mint", MINTS, ids=["sol", "spl", "spl-2022"])


def settled(world: World, *, mint: Pubkey = USDC, losers: bool = True) -> Pool:
    """A market with nothing left to pay; `losers` leaves a worthless position open."""
    pool = decided(world, mint=mint)
    names = PLAYERS[:3] if losers else PLAYERS
    world.do(pool.pay_out(*names))
    for kind, name in ((FeeKind.CREATOR, CREATOR), (FeeKind.RESOLVER, "oracle"), (FeeKind.PROTOCOL, "treasury")):
        world.do(pool.collect_fees(kind, name))
    world.do(pool.claim_bond())
    return pool


@MINT
def test_close_and_never_again(world: World, mint: Pubkey) -> None:
    """A market closes over unclaimed losers, its address never comes back, and the losers' rent does."""
    pool = settled(world, mint=mint)
    args = terms(world)
    world.do(pool.close_resolution())
    payer = world.lamports(key(CREATOR))
    rents = world.lamports(pool.address) + (0 if pool.native else world.lamports(pool.vault))
    residual = rents - world.svm.minimum_balance_for_rent_exemption(568) - tokens.TOKEN_RENT
    world.at(world.now, slot=world.slot + 151)
    event = world.do(pool.close_market()).event(Closed)
    assert event.residual == (residual if pool.native else event.residual)
    assert world.lamports(key(CREATOR)) == payer + world.svm.minimum_balance_for_rent_exemption(568) + tokens.TOKEN_RENT
    with refused("BadId"):
        world.do(create(world, args, mint=mint))
    had = world.lamports(key("erin"))
    rent = world.lamports(pool.position("erin"))
    orphan = world.do(pool.close_orphan("erin")).event(Closed)
    assert (orphan.what, orphan.items[0].owner, orphan.items[0].rent) == (
        ClosedWhat.ORPHAN, bytes(key("erin")), rent,
    )  # fmt: skip
    assert world.lamports(key("erin")) == had + rent
    with refused("NothingOwed"):
        world.do(pool.close_orphan("erin"))


def test_orphans_have_no_market(world: World) -> None:
    """A position of a market that exists is no orphan, whichever market is shown; the rent goes to its payer."""
    pool = settled(world)
    with refused("MarketExists"):
        world.do(pool.close_orphan("erin"))
    metas = [AccountMeta(one, False, True) for one in (pool.position("erin"), key("bob"), key("erin"))]
    with refused("NothingOwed"):
        world.do(_orphans(metas))
    with refused("BadTriples"):
        world.do(_orphans(metas[:2]))
    world.do(pool.close_resolution())
    world.at(world.now, slot=world.slot + 151)
    world.do(pool.close_market())
    metas = [AccountMeta(one, False, True) for one in (pool.position("erin"), pool.address, key("bob"))]
    with refused("WrongPayer"):
        world.do(_orphans(metas))
    metas = [AccountMeta(one, False, True) for one in (pool.position("erin"), pool.address, key("erin"))]
    assert len(world.do(_orphans(metas + metas)).event(Closed).items) == 1


def _orphans(metas: list[AccountMeta]) -> Call:
    return Call(close_orphan(remaining=metas), (wallet("payer"),))


def test_close_waits_for(world: World) -> None:
    """A market with shares to pay, fees to collect or a resolution open does not close, nor before 150 slots."""
    pool = decided(world)
    with refused("TooEarly"):
        world.do(pool.close_market())
    world.at(world.now, slot=pool.state.created_slot + 150)
    with refused("TooEarly"):
        world.do(pool.close_market())
    world.at(world.now, slot=world.slot + 1)
    with refused("SharesLeft"):
        world.do(pool.close_market())
    world.do(pool.pay_out(*PLAYERS))
    for kind, name in ((FeeKind.CREATOR, CREATOR), (FeeKind.RESOLVER, "oracle"), (FeeKind.PROTOCOL, "treasury")):
        with refused("FeesLeft"):
            world.do(pool.close_market())
        world.do(pool.collect_fees(kind, name))
    with refused("ResolutionLeft"):
        world.do(pool.close_market())
    world.do(pool.claim_bond())
    world.do(pool.close_resolution())
    for wrong in ({"payer": key("bob")}, {"vault_payer": key("bob")}):
        with refused("WrongPayer"):
            world.do(pool.close_market(**wrong))
    world.do(pool.close_market())


def test_close_undecided(world: World) -> None:
    """An undecided market does not close."""
    pool = opened(world)
    world.at(world.now, slot=world.slot + 151)
    with refused("NotDecided"):
        world.do(pool.close_market())


@MINT
def test_gifts_go_to_the_treasury(world: World, mint: Pubkey) -> None:
    """What somebody sent to the vault of an undecided market is left over, and the treasury's."""
    pool = opened(world, mint=mint)
    world.do(pool.stake("alice", 0, 6_000))
    tokens.put_tokens(world.svm, pool.address, mint, 6_000 + 41, at=pool.vault, program=pool.token_program)
    pool.decide(0)
    world.do(pool.pay_out("alice"))
    world.do(pool.claim_bond())
    world.do(pool.close_resolution())
    world.at(world.now, slot=world.slot + 151)
    where = pool.wallet_of("treasury")
    had = world.lamports(where) if pool.native else tokens.amount(world.svm, where)
    with refused("WrongDestination"):
        world.do(pool.close_market(treasury_destination=pool.wallet_of("bob")))
    with refused("WrongDestination"):
        world.do(pool.close_market(treasury_destination=None))
    event = world.do(pool.close_market()).event(Closed)
    got = (world.lamports(where) if pool.native else tokens.amount(world.svm, where)) - had
    assert (event.residual, event.residual_to, got) == (41, bytes(key("treasury")), 41)


def test_gift_to_the_bond_vault(world: World) -> None:
    """What somebody sent to the bond vault goes to the treasury when the resolution closes."""
    pool = settled(world)
    vault = pool.claim_bond().instruction.accounts[2].pubkey
    tokens.put_tokens(world.svm, pool.address, USDC, 13, at=vault)
    had = tokens.amount(world.svm, pool.ata("treasury"))
    assert world.do(pool.close_resolution()).event(Closed).residual == 13
    assert tokens.amount(world.svm, pool.ata("treasury")) == had + 13


def test_resolution_rents(world: World) -> None:
    """The proposer's payer gets the rents of the resolution and of the bond vault."""
    pool = settled(world)
    had = world.lamports(key("oracle"))
    with refused("WrongPayer"):
        world.do(pool.close_resolution("bob"))
    with refused("WrongBondVault"):
        world.do(pool.close_resolution(bonded=False))
    world.do(pool.close_resolution())
    assert world.lamports(key("oracle")) == had + world.svm.minimum_balance_for_rent_exemption(312) + tokens.TOKEN_RENT


def test_unclaimed_state(world: World) -> None:
    """A decided market stays decided for ever."""
    pool = settled(world)
    assert pool.state.state == State.Finalized
    for call in (pool.finalize(), pool.void_inactive(), pool.announce_void(), pool.activate(), pool.reject()):
        with refused("WrongState"):
            world.do(call)
