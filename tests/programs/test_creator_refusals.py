"""Refusals of the creator program that only a broken world shows, and the proof that no error goes untested."""

import msgspec
import pytest
from solders.pubkey import Pubkey

from idl.codec import encode_account
from idl.program import CREATOR_ID, WSOL_MINT
from idl.schema import load
from tests.programs import tokens
from tests.programs.creators import Shares, followed, founded
from tests.programs.refusals import provoked, refused
from tests.programs.test_refusals import exchanged
from tests.programs.world import SOL, USDC, USDC_2022, World, key


def planted(pool: Shares, where: Pubkey, **changes: object) -> None:
    """Write an account as it can never come to be."""
    world = pool.world
    data = encode_account(msgspec.structs.replace(world.account(where), **changes))  # type: ignore[type-var]
    tokens.put(world.svm, where, data, CREATOR_ID, world.lamports(where))


def test_the_invariant_is_looked_at() -> None:
    """A reserve or dividends account that holds less than it owes stops every instruction that needs it."""
    world = World()
    shares = followed(world)
    world.do(shares.sync())
    shares.unlock()
    held = tokens.amount(world.svm, shares.reserve)
    tokens.put_tokens(world.svm, shares.address, USDC, held - 1, at=shares.reserve)
    for call in (shares.buy("dave", 1), shares.sell("alice", 1)):
        with refused("InvariantViolated"):
            world.do(call)
    tokens.put_tokens(world.svm, shares.address, USDC, held, at=shares.reserve)
    tokens.put_tokens(world.svm, shares.address, USDC, 349, at=shares.dividends)
    calls = (shares.buy("dave", 1), shares.sell("alice", 1), shares.sync(), shares.claim("alice"), shares.pay("alice"))
    for call in calls:
        with refused("InvariantViolated"):
            world.do(call)
    tokens.put_tokens(world.svm, shares.address, USDC, 350, at=shares.dividends)
    world.do(shares.claim("alice"))


def test_a_holder_beyond_the_pool() -> None:
    """A holder that claims more than the pool recorded is refused."""
    world = World()
    shares = followed(world)
    planted(shares, shares.holder("alice"), pending=351)
    with refused("InvariantViolated"):
        world.do(shares.claim("alice"))
    planted(shares, shares.holder("alice"), pending=2**64 - 1)
    with refused("Overflow"):
        world.do(shares.claim("alice"))
    planted(shares, shares.holder("alice"), pending=0, debt=2**127)
    with refused("Overflow"):
        world.do(shares.claim("alice"))


def test_more_shares_than_the_pool() -> None:
    """A holder with more shares than the pool has cannot sell them."""
    world = World()
    shares = followed(world)
    shares.unlock()
    planted(shares, shares.holder("alice"), shares=40)
    with refused("InvariantViolated"):
        world.do(shares.sell("alice", 36))


def test_broken_token_accounts() -> None:
    """A pool's account that is no token account is named."""
    world = World()
    shares = followed(world)
    tokens.put(world.svm, shares.dividends, bytes(10), shares.token_program, SOL)
    with refused("WrongVault"):
        world.do(shares.sync())


def test_wrong_names(world: World) -> None:
    """A holder, mint or token program of another is refused by its name."""
    shares, other = followed(world), followed(world, creator="oracle")
    world.do(shares.sync())
    buy = shares.buy("alice", 1, nonce=2)
    for wrong in (shares.holder("bob"), other.holder("alice"), shares.holder("erin"), key("erin")):
        with refused("WrongHolder"):
            world.do(exchanged(buy, shares.holder("alice"), wrong))
    shares.unlock()
    for call in (shares.sell("alice", 1), shares.claim("alice")):
        for wrong in (shares.holder("bob"), other.holder("alice")):
            with refused("WrongHolder"):
                world.do(exchanged(call, shares.holder("alice"), wrong))
    for call in (buy, shares.sell("alice", 1), shares.claim("alice"), shares.pay("alice")):
        with refused("WrongMint"):
            world.do(exchanged(call, USDC, USDC_2022))
        with refused("WrongMint"):
            world.do(exchanged(call, shares.token_program, CREATOR_ID))
    shares.earn(35)
    with refused("WrongMint"):
        world.do(exchanged(shares.sync(), shares.token_program, CREATOR_ID))


def test_fake_token_program_of_sol(world: World) -> None:
    """In a SOL pool only the token program counts lamports in."""
    shares = followed(world, mint=WSOL_MINT)
    with refused("WrongMint"):
        world.do(exchanged(shares.sync(), shares.token_program, CREATOR_ID))


@pytest.mark.parametrize("slot", ["reserve", "dividends"])
def test_accounts_of_another_pool(world: World, slot: str) -> None:
    """A pool's token accounts are its own, and not each other."""
    shares, other = followed(world), founded(world, creator="oracle")
    mine, both = getattr(shares, slot), {shares.reserve, shares.dividends}
    for wrong in (getattr(other, slot), *(both - {mine}), shares.ata("alice")):
        with refused("WrongVault"):
            world.do(exchanged(shares.buy("alice", 1, nonce=2), mine, wrong))


def test_no_pool_of_another_kind(world: World) -> None:
    """A holder is no pool, and a pool no holder."""
    shares = followed(world)
    with refused("AccountDiscriminatorMismatch"):
        world.do(exchanged(shares.sync(), shares.address, shares.holder("alice")))
    with refused("AccountDiscriminatorMismatch"):
        world.do(exchanged(shares.claim("alice"), shares.holder("alice"), shares.address))


def test_every_error_of_pools_is_shown() -> None:
    """Each error of the creator program is met by a test of it that expects it alone, the two that mean a bug too."""
    assert {one.name for one in load("creator").errors} - provoked("creator") == set()
