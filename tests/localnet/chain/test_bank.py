"""The bank: blocks, the blockhash queue, the status cache, fees."""

from __future__ import annotations

import pytest
from solders.instruction import Instruction
from solders.keypair import Keypair

from localnet.chain.bank import BLOCKHASH_AGE_MAX, CLOCK, MEMO_PROGRAMS
from localnet.chain.node import Chain
from localnet.chain.runtime import LAMPORTS_PER_SIGNATURE, Refused
from tests.localnet.chain.people import GENESIS_TIME, SOL, fund, lamports, make_chain, pay, person, signed


def test_blocks_are_a_hash_chain(chain: Chain) -> None:
    """Each block names its parent's slot and hash, and height counts blocks."""
    chain.produce(5)
    for slot in range(1, 6):
        block, parent = chain.ledger.block(slot), chain.ledger.block(slot - 1)
        assert block is not None
        assert parent is not None
        assert (block.parent_slot, block.parent_hash, block.height) == (parent.slot, parent.blockhash, slot)


def test_same_seed_same_chain() -> None:
    """The same seed and inputs give the same blockhashes, another seed or input gives others."""

    def run(seed: int, amount: int) -> list[str]:
        chain = make_chain(seed=seed)
        fund(chain, person("alice"))
        chain.submit(pay(chain, person("alice"), person("bob").pubkey(), amount))
        chain.produce()
        chain.fork(2)
        chain.produce(3)
        return [block.blockhash for slot in range(6) if (block := chain.ledger.block(slot))]

    assert run(7, SOL) == run(7, SOL)
    assert set(run(7, SOL)).isdisjoint(run(8, SOL))
    assert run(7, SOL)[:2] != run(7, 2 * SOL)[2:4]


def test_transfer_moves_lamports_and_burns_half_the_fee(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """The payer pays amount and fee, the leader gets half the fee, the other half is gone from the supply."""
    supply, leader = chain.tip.supply_lamports, lamports(chain, chain.bank.identity)
    chain.submit(pay(chain, alice, bob.pubkey(), SOL))
    chain.produce()
    assert lamports(chain, bob.pubkey()) == SOL
    assert lamports(chain, alice.pubkey()) == 99 * SOL - LAMPORTS_PER_SIGNATURE
    assert lamports(chain, chain.bank.identity) == leader + 2500
    assert chain.tip.supply_lamports == supply - 2500


def test_failing_transaction_lands_and_pays(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """A transaction whose instruction fails is in the block, pays its fee, and moves nothing."""
    chain.submit(pay(chain, alice, bob.pubkey(), 1000 * SOL))
    (landed,) = chain.produce().transactions
    assert landed.outcome.error == {"InstructionError": [0, {"Custom": 1}]}
    assert lamports(chain, alice.pubkey()) == 100 * SOL - LAMPORTS_PER_SIGNATURE
    assert chain.account(bob.pubkey()) is None


def test_duplicate_never_executes_twice(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """The same transaction again is refused in the same block and in later ones."""
    wire = pay(chain, alice, bob.pubkey(), SOL)
    block, refused = chain.bank.produce(2, GENESIS_TIME, [wire, wire])
    assert len(block.transactions) == 1
    assert [reason.error for _, reason in refused] == ["AlreadyProcessed"]
    with pytest.raises(Refused, match="AlreadyProcessed"):
        chain.bank.check(wire, block)


def test_failed_transaction_is_not_repeated(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """A failed transaction counts as processed too."""
    wire = pay(chain, alice, bob.pubkey(), 1000 * SOL)
    chain.submit(wire)
    chain.produce()
    chain.submit(wire)
    assert chain.produce().transactions == ()


@pytest.mark.parametrize(("blocks", "lands"), [(BLOCKHASH_AGE_MAX, True), (BLOCKHASH_AGE_MAX + 1, False)])
def test_blockhash_expires_by_height(chain: Chain, alice: Keypair, bob: Keypair, blocks: int, lands: bool) -> None:
    """A blockhash is good while at most 150 blocks lie above it, whatever the slots."""
    wire = pay(chain, alice, bob.pubkey(), SOL)
    chain.skip(400)
    chain.produce(blocks)
    chain.submit(wire)
    assert bool(chain.produce().transactions) is lands


def test_unknown_blockhash_is_refused(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """A blockhash of no block of this chain is not found."""
    wire = pay(chain, alice, bob.pubkey(), SOL, blockhash=str(make_chain(seed=9).tip.blockhash))
    with pytest.raises(Refused, match="BlockhashNotFound"):
        chain.bank.check(wire, chain.tip)


def test_status_cache_outlives_the_blockhash(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """As long as a blockhash is good its transactions are remembered; afterwards it is the blockhash that refuses."""
    wire = pay(chain, alice, bob.pubkey(), SOL)
    chain.submit(wire)
    chain.produce(BLOCKHASH_AGE_MAX)
    with pytest.raises(Refused, match="AlreadyProcessed"):
        chain.bank.check(wire, chain.tip)
    chain.produce(BLOCKHASH_AGE_MAX)
    with pytest.raises(Refused, match="BlockhashNotFound"):
        chain.bank.check(wire, chain.tip)


def test_clock_follows_slots_and_block_time(chain: Chain) -> None:
    """The clock sysvar has the block's slot and the block's time."""
    block = chain.produce(10)
    account = chain.account(CLOCK)
    assert account is not None
    assert int.from_bytes(account.data[:8], "little") == block.slot == 10
    assert int.from_bytes(account.data[32:40], "little") == block.block_time == GENESIS_TIME + 4


def test_memo_is_kept() -> None:
    """A memo is listed with its length, as getSignaturesForAddress shows it."""
    chain = make_chain()
    alice = person("alice")
    fund(chain, alice)
    program = next(key for key in sorted(MEMO_PROGRAMS, key=str) if chain.account(key) is not None)
    chain.submit(signed(chain, alice, [Instruction(program, b"hello", [])]))
    (landed,) = chain.produce().transactions
    assert landed.memo == "[5] hello"
