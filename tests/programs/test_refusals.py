"""Refusals that only a broken world shows, and the proof that no error of the program goes untested."""

import msgspec
import pytest
from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.hash import Hash
from solders.message import Message, MessageV1, TransactionConfig

from idl.codec import encode_account
from idl.enums import Engine
from idl.events import Staked
from idl.limits import (
    PAY_OUT_LEGACY_MAX,
    PAY_OUT_LEGACY_NATIVE_MAX,
    PAY_OUT_V1_MAX,
    PAY_OUT_V1_NATIVE_MAX,
    U64_MAX,
    V1_KEYS_MAX,
)
from idl.program import MARKET_ID, WSOL_MINT
from idl.schema import load
from tests.programs import tokens
from tests.programs.pools import Pool, opened
from tests.programs.rebuild import rebuild
from tests.programs.refusals import provoked, refused
from tests.programs.slots import lower
from tests.programs.world import SOL, USDC, USDC_2022, Call, World, key


def planted(pool: Pool, **changes: object) -> None:
    """Write the market as it can never come to be."""
    world = pool.world
    data = encode_account(msgspec.structs.replace(pool.state, **changes))
    tokens.put(world.svm, pool.address, data, MARKET_ID, world.lamports(pool.address))


def exchanged(call: Call, old: object, new: object) -> Call:
    """The call with one account instead of another."""
    metas = [type(m)(new, m.is_signer, m.is_writable) if m.pubkey == old else m for m in call.instruction.accounts]
    one = type(call.instruction)(call.instruction.program_id, bytes(call.instruction.data), metas)
    return Call(one, call.signers)


def test_the_invariant_is_looked_at() -> None:
    """A vault that holds less than it owes stops every instruction that moves value."""
    world = World()
    pool = opened(world)
    for name, outcome in (("alice", 0), ("bob", 1), ("dave", 0)):
        world.do(pool.stake(name, outcome, 6_000))
    tokens.put_tokens(world.svm, pool.address, USDC, 17_999, at=pool.vault)
    with refused("InvariantViolated"):
        world.do(pool.stake("erin", 0, 6_000))
    tokens.put_tokens(world.svm, pool.address, USDC, 18_000, at=pool.vault)
    world.do(pool.stake("erin", 0, 6_000))
    pool.decide(0)
    owed = 24_000
    tokens.put_tokens(world.svm, pool.address, USDC, owed - 1, at=pool.vault)
    for call in (pool.claim("bob"), pool.pay_out("alice", "bob"), pool.collect_fees(0, "carol")):  # type: ignore[arg-type]
        with refused("InvariantViolated"):
            world.do(call)
    tokens.put_tokens(world.svm, pool.address, USDC, owed, at=pool.vault)
    world.do(pool.pay_out("alice", "bob", "dave", "erin"))


def test_unwrapped_invariant() -> None:
    """The same for lamports, once a SOL market is unwrapped."""
    world = World()
    pool = opened(world, mint=WSOL_MINT)
    for name, outcome in (("alice", 0), ("bob", 1), ("dave", 0)):
        world.do(pool.stake(name, outcome, 6_000))
    pool.decide(0)
    world.do(pool.pay_out("alice"))
    data = world.data(pool.address)
    lamports = world.lamports(pool.address)
    tokens.put(world.svm, pool.address, data or b"", MARKET_ID, lamports - 2)
    with refused("InvariantViolated"):
        world.do(pool.pay_out("dave"))


def test_sums_do_not_wrap() -> None:
    """A sum beyond 64 bits stops the instruction."""
    world = World()
    pool = opened(world)
    world.do(pool.stake("alice", 0, 6_000))
    planted(pool, supply=(U64_MAX - 5, 0, 0, 0, 0, 0, 0, 0))
    with refused("Overflow"):
        world.do(pool.stake("bob", 0, 6_000))
    with refused("Overflow"):
        world.do(pool.stake("bob", 1, 6_000))


def test_other_engines_take_no_stakes() -> None:
    """A market of another engine refuses a pool's instruction."""
    world = World()
    pool = opened(world)
    planted(pool, engine=Engine.LMSR)
    with refused("WrongEngine"):
        world.do(pool.stake("bob", 0, 6_000))


def test_broken_vault() -> None:
    """A vault that is no token account is named."""
    world = World()
    pool = opened(world, mint=WSOL_MINT)
    world.do(pool.stake("alice", 0, 6_000))
    pool.decide(0)
    tokens.put(world.svm, pool.vault, bytes(10), pool.token_program, SOL)
    with refused("WrongVault"):
        world.do(pool.claim("alice"))


def test_wrong_names(world: World) -> None:
    """A position, mint or resolution of another market is refused by its name."""
    pool, other = opened(world, k=1), opened(world, k=2)
    for one in (pool, other):
        world.do(one.stake("alice", 0, 6_000))
        world.do(one.stake("bob", 1, 6_000))
    stake = pool.stake("alice", 0, 6_000, nonce=2)
    for wrong in (pool.position("bob"), other.position("alice"), pool.position("erin"), key("erin")):
        with refused("WrongPosition"):
            world.do(exchanged(stake, pool.position("alice"), wrong))
    with refused("WrongMint"):
        world.do(exchanged(stake, USDC, USDC_2022))
    with refused("WrongMint"):
        world.do(exchanged(stake, pool.token_program, MARKET_ID))
    world.at(pool.state.event)
    for one in (pool, other):
        world.do(one.propose(0))
    world.at(world.now + pool.state.dispute_s)
    theirs = other.finalize().instruction.accounts[1].pubkey
    with refused("WrongResolution"):
        world.do(exchanged(pool.finalize(), pool.finalize().instruction.accounts[1].pubkey, theirs))
    world.do(pool.finalize())
    with refused("WrongPosition", "ConstraintSeeds", "ConstraintHasOne", "AccountNotInitialized"):
        world.do(exchanged(pool.claim("alice"), pool.position("alice"), pool.position("bob")))


def test_non_canonical_bump(world: World) -> None:
    """No position is made at another bump's address, and no vault is looked for there."""
    pool = opened(world)
    below = lower(MARKET_ID, [b"position", bytes(pool.address), bytes(key("bob"))])
    with refused("WrongPosition"):
        world.do(exchanged(pool.stake("bob", 0, 6_000), pool.position("bob"), below))
    vault = lower(MARKET_ID, [b"vault", bytes(pool.address)])
    tokens.put_tokens(world.svm, pool.address, USDC, 0, at=vault)
    with refused("WrongVault"):
        world.do(exchanged(pool.stake("bob", 0, 6_000), pool.vault, vault))


@pytest.mark.parametrize(("mint", "most"), [(USDC, PAY_OUT_LEGACY_MAX), (WSOL_MINT, PAY_OUT_LEGACY_NATIVE_MAX)])
def test_legacy_batches(world: World, mint: object, most: int) -> None:
    """As many winners as the limits say fit a legacy transaction with its budget of 1232 bytes, two more do not."""
    pool = opened(world, mint=mint)
    budget = [set_compute_unit_limit(200_000), set_compute_unit_price(1)]
    sizes = []
    for count in (most, most + 2):
        names = [f"winner {n}" for n in range(count)]
        whole = [*budget, pool.pay_out(*names).instruction]
        sizes.append(1 + 64 + len(bytes(Message.new_with_blockhash(whole, key("payer"), Hash.default()))))
    assert sizes[0] <= 1_232 < sizes[1]


@pytest.mark.parametrize(("mint", "most"), [(USDC, PAY_OUT_V1_MAX), (WSOL_MINT, PAY_OUT_V1_NATIVE_MAX)])
def test_v1_batches(world: World, mint: object, most: int) -> None:
    """As many winners as the limits say fit a transaction v1, by its accounts and its 4096 bytes."""
    pool = opened(world, mint=mint)
    names = [f"winner {n}" for n in range(most)]
    instruction = pool.pay_out(*names).instruction
    message = MessageV1.try_compile(key("payer"), [instruction], Hash.default(), TransactionConfig(1, 1, 1, 1))
    assert len(message.account_keys) <= V1_KEYS_MAX
    assert 1 + 64 + len(bytes(message)) <= 4_096


def test_a_lost_event_is_noticed(world: World) -> None:
    """Without one of its events, or with one twice, a world cannot be rebuilt."""
    pool = opened(world)
    world.do(pool.stake("alice", 0, 6_000))
    world.do(pool.stake("bob", 0, 6_000))
    first = next(at for at, event in enumerate(world.events) if isinstance(event, Staked))
    lost = [event for at, event in enumerate(world.events) if at != first]
    for events in (lost, [*world.events, world.events[-1]]):
        with pytest.raises(AssertionError, match="gap before"):
            rebuild(events)


def test_every_error_is_shown() -> None:
    """Each error of the program is met by a test that expects it alone, the two that mean a bug too."""
    assert {one.name for one in load("market").errors} - provoked("market") == set()
