"""claim and pay_out: the good ones are paid, whatever stands among them."""

import pytest
from solders.instruction import AccountMeta
from solders.pubkey import Pubkey

from idl.addresses import config
from idl.events import PaidOut
from idl.instructions import pay_out
from idl.program import TOKEN_2022_PROGRAM, WSOL_MINT
from localnet.wallets import wallet
from tests.programs import tokens
from tests.programs.pools import PLAYERS, WINNERS, Pool, crowd, decided, opened, unpayable
from tests.programs.refusals import refused
from tests.programs.world import MINTS, USDC, USDC_2022, World, key

MINT = pytest.mark.parametrize("mint", MINTS, ids=["sol", "spl", "spl-2022"])


def statuses(pool: Pool, *triples: list[AccountMeta], bumps: bytes | None = None) -> dict[bytes, int]:
    """Pay these triples out; the status of each owner."""
    metas = [meta for triple in triples for meta in triple]
    common = {"market": pool.address, "vault": pool.vault, "mint": pool.mint, "token_program": pool.token_program}
    if bumps is None:
        bumps = b"" if pool.native else bytes(_bump(pool, triple) for triple in triples)
    one = pay_out(bumps=bumps, **common, remaining=metas)
    event = pool.world.send(one, signers=(wallet("payer"),)).event(PaidOut)
    return {item.owner: item.status for item in event.items}


def _bump(pool: Pool, triple: list[AccountMeta]) -> int:
    return next((pool.bump(name) for name in PLAYERS if pool.position(name) == triple[0].pubkey), 255)


@MINT
def test_claim(world: World, mint: Pubkey) -> None:
    """The owner takes it to any destination, once, and the position is gone with its rent returned."""
    pool = decided(world, mint=mint)
    where = key("carol") if pool.native else pool.ata("carol")
    before = world.lamports(where) if pool.native else tokens.amount(world.svm, where)
    state = pool.state
    landed = world.do(pool.claim("alice", destination=where)).event(PaidOut)
    after = world.lamports(where) if pool.native else tokens.amount(world.svm, where)
    assert after - before == landed.items[0].amount == 6_000 * state.num // state.den
    assert world.position(pool.address, key("alice")) is None
    with refused():
        world.do(pool.claim("alice", destination=where))


def test_claim_too_early(world: World) -> None:
    """Nothing is claimed before the decision."""
    pool = opened(world)
    world.do(pool.stake("alice", 0, 6_000))
    with refused("NotDecided"):
        world.do(pool.claim("alice"))


def test_losers_claim_nothing_but_their_rent(world: World) -> None:
    """A position that was wrong pays zero and closes."""
    pool = decided(world)
    had = world.lamports(key("erin"))
    assert world.do(pool.claim("erin")).event(PaidOut).items[0].amount == 0
    assert world.lamports(key("erin")) > had


@pytest.mark.parametrize("spoilt", ["frozen", "other mint", "none"])
def test_claim_to_a_bad_account(world: World, spoilt: str) -> None:
    """A destination that cannot receive fails the claim and leaves the position."""
    pool = decided(world)
    where = wallet("a bad place").pubkey()
    if spoilt == "frozen":
        tokens.put_tokens(world.svm, key("alice"), USDC, 0, at=where, state=tokens.FROZEN)
    if spoilt == "other mint":
        tokens.put_tokens(world.svm, key("alice"), WSOL_MINT, 0, at=where)
    with refused():
        world.do(pool.claim("alice", destination=where))
    world.do(pool.claim("alice"))


def test_claim_to_a_program(world: World) -> None:
    """Lamports are not paid into a program."""
    pool = decided(world, mint=WSOL_MINT)
    with refused():
        world.do(pool.claim("alice", destination=TOKEN_2022_PROGRAM))


@MINT
def test_good_ones_are_paid(world: World, mint: Pubkey) -> None:
    """One that cannot receive, a repeated, a foreign, and a closed position among good ones: the good ones are paid."""
    pool = decided(world, mint=mint)
    other = opened(world, mint=mint, k=1)
    world.do(other.stake("bob", 0, 6_000))
    world.do(pool.claim("erin"))
    unpayable(world, pool, "dave")
    triples = [pool.triple("alice"), pool.triple("dave"), pool.triple("alice"), other.triple("bob")]
    triples += [pool.triple("erin"), pool.triple("bob")]
    found = statuses(pool, *triples)
    assert found == {bytes(key("alice")): 0, bytes(key("dave")): 1, bytes(key("bob")): 0}
    assert world.position(pool.address, key("alice")) is None
    assert world.position(pool.address, key("bob")) is None
    assert world.position(pool.address, key("dave")) is not None
    assert world.position(other.address, key("bob")) is not None


@pytest.mark.parametrize("spoilt", ["frozen", "closed", "of another", "other mint", "immutable owner", "delegate"])
def test_destinations(world: World, spoilt: str) -> None:
    """What a destination must be is looked at before the payment: open, of the owner and mint, of a known shape."""
    pool = decided(world, mint=USDC_2022)
    put = {"program": TOKEN_2022_PROGRAM, "at": pool.ata("alice")}
    if spoilt == "frozen":
        tokens.put_tokens(world.svm, key("alice"), USDC_2022, 0, state=tokens.FROZEN, **put)
    elif spoilt == "closed":
        tokens.put(world.svm, pool.ata("alice"), b"", Pubkey(bytes(32)), 0)
    elif spoilt == "of another":
        tokens.put_tokens(world.svm, key("bob"), USDC_2022, 0, **put)
    elif spoilt == "other mint":
        tokens.put_tokens(world.svm, key("alice"), USDC, 0, **put)
    elif spoilt == "immutable owner":
        tokens.put_tokens(world.svm, key("alice"), USDC_2022, 0, extra=tokens.IMMUTABLE_OWNER, **put)
    found = statuses(pool, pool.triple("alice"), pool.triple("bob"))
    paid = spoilt in ("immutable owner", "delegate")
    assert found == {bytes(key("alice")): 0 if paid else 1, bytes(key("bob")): 0}


def test_wrong_destination(world: World) -> None:
    """Whoever pays out cannot choose where: another account, another wallet's, or another bump is refused."""
    pool = decided(world)
    with refused("WrongDestination"):
        statuses(pool, pool.triple("alice", destination=pool.ata("bob")))
    with refused("WrongDestination"):
        statuses(pool, pool.triple("alice"), bumps=bytes([pool.bump("alice") ^ 1]))
    sol = decided(world, mint=WSOL_MINT, k=1)
    with refused("WrongDestination"):
        statuses(sol, sol.triple("alice", destination=key("bob")))
    with refused("WrongDestination"):
        statuses(sol, sol.triple("alice", destination=sol.ata("alice")))


def test_wrong_rent_payer(world: World) -> None:
    """The rent goes to the wallet that paid it and to no other."""
    pool = decided(world)
    position, destination, _ = pool.triple("alice")
    with refused("WrongPayer"):
        statuses(pool, [position, destination, AccountMeta(key("payer"), False, True)])


@pytest.mark.parametrize(("drop", "bumps"), [(1, None), (2, None), (0, 0), (0, 2)])
def test_triples(world: World, drop: int, bumps: int | None) -> None:
    """Accounts come in threes with one bump each."""
    pool = decided(world)
    triple = pool.triple("alice")[: 3 - drop]
    given = bytes(bumps) if bumps is not None else bytes([pool.bump("alice")])
    with refused("BadTriples"):
        statuses(pool, triple, bumps=given)


def test_bumps_of_sol(world: World) -> None:
    """SOL goes to wallets, which have no bump."""
    pool = decided(world, mint=WSOL_MINT)
    with refused("BadTriples"):
        statuses(pool, pool.triple("alice"), bumps=bytes(1))


def test_read_only_wallet_is_skipped(world: World) -> None:
    """A wallet that the transaction does not open for writing is skipped, and its position stays."""
    pool = decided(world, mint=WSOL_MINT)
    position, wallet_meta, _ = pool.triple("alice")
    shut = AccountMeta(wallet_meta.pubkey, False, False)
    assert statuses(pool, [position, shut, shut], pool.triple("bob")) == {
        bytes(key("alice")): 1,
        bytes(key("bob")): 0,
    }


def test_pay_out_before_decision(world: World) -> None:
    """Nothing is paid before the decision."""
    pool = opened(world)
    world.do(pool.stake("alice", 0, 6_000))
    with refused("NotDecided"):
        world.do(pool.pay_out("alice"))


@pytest.mark.parametrize("mint", [WSOL_MINT, USDC], ids=["sol", "spl"])
def test_largest_batches(world: World, mint: Pubkey) -> None:
    """27 SOL and 18 SPL winners in one call fit the heap and the compute units of a transaction."""
    pool = crowd(world, mint)
    paid = world.do(pool.pay_out(*WINNERS[mint])).event(PaidOut).items
    assert [item.status for item in paid] == [0] * (27 if pool.native else 18)
    assert pool.state.supply[0] == 0


def test_forged_positions_are_skipped(world: World) -> None:
    """Bytes of a position that the program does not own, and accounts of another kind, are paid nothing."""
    pool = decided(world)
    found = world.svm.get_account(pool.position("alice"))
    assert found is not None
    forged = wallet("a forged position").pubkey()
    tokens.put(world.svm, forged, bytes(found.data), wallet("a forger").pubkey(), found.lamports)
    position, destination, payer = pool.triple("alice")
    for fake in (forged, pool.address, config().address, key("bob")):
        triple = [AccountMeta(fake, False, True), destination, payer]
        assert statuses(pool, triple, bumps=bytes([pool.bump("alice")])) == {}
    assert statuses(pool, [position, destination, payer]) == {bytes(key("alice")): 0}
