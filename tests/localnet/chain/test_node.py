"""The chain without sockets: the queue, skipped slots, the stall, the clock."""

from __future__ import annotations

import pytest
from solders.keypair import Keypair

from localnet.chain.errors import Fatal
from localnet.chain.node import RETRY_BLOCKS, Chain
from tests.localnet.chain.people import GENESIS_TIME, SOL, fund, lamports, make_chain, pay, person


def test_skipped_slot_is_a_hole_the_child_proves(chain: Chain) -> None:
    """The block after skipped slots names the block before them; heights have no hole."""
    chain.produce(3)
    chain.skip(2)
    block = chain.produce()
    assert (block.slot, block.parent_slot, block.height) == (6, 3, 4)
    assert chain.ledger.block(4) is None
    assert chain.produce().slot == 7


def test_stall_stops_time_but_not_commands(chain: Chain) -> None:
    """A stalled chain makes no block by time for so many slots; a command still can."""
    chain.stall(2)
    for _ in range(3):
        chain.tick()
    assert chain.tip.slot == 1
    chain.stall(None)
    for _ in range(5):
        chain.tick()
    assert chain.tip.slot == 1
    chain.produce()
    chain.resume()
    chain.tick()
    assert chain.tip.slot == 3


def test_clock_jumps_forward_only(chain: Chain) -> None:
    """The next block has at least the asked time; slots and heights do not jump, and time never goes back."""
    chain.produce(5)
    assert chain.advance_clock(GENESIS_TIME + 1000) == GENESIS_TIME + 1000
    block = chain.produce()
    assert (block.slot, block.height, block.block_time) == (6, 6, GENESIS_TIME + 1000)
    assert chain.advance_clock(GENESIS_TIME) >= block.block_time
    chain.produce(5)
    assert chain.tip.block_time == GENESIS_TIME + 1002


def test_clock_jump_survives_a_fork(chain: Chain) -> None:
    """Blocks that replace others after a jump are not earlier than what was jumped to."""
    chain.advance_clock(GENESIS_TIME + 5000)
    chain.produce(3)
    chain.fork(3)
    assert all(one.block_time >= GENESIS_TIME + 5000 for s in (1, 2, 3) if (one := chain.ledger.block(s)))


def test_resubmitting_queues_once(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """A sender that repeats itself does not fill the queue."""
    wire = pay(chain, alice, bob.pubkey(), SOL)
    for _ in range(5):
        chain.submit(wire)
    assert chain.pending == 1


def test_payer_funded_later_is_retried(chain: Chain, bob: Keypair) -> None:
    """A transaction whose payer has nothing yet is offered again while its blockhash lives; without retries not."""
    patient = pay(chain, bob, person("carol").pubkey(), SOL)
    chain.submit(patient)
    chain.submit(pay(chain, bob, person("dave").pubkey(), SOL), retries=0)
    chain.produce()
    fund(chain, bob, 10 * SOL)
    chain.produce(RETRY_BLOCKS)
    assert lamports(chain, person("carol").pubkey()) == SOL
    assert lamports(chain, person("dave").pubkey()) == 0


def test_block_is_bounded() -> None:
    """A block takes so many transactions; the others wait for the next one."""
    chain = make_chain(transactions_per_block_max=3)
    alice = person("alice")
    fund(chain, alice)
    for amount in range(5):
        chain.submit(pay(chain, alice, person("bob").pubkey(), SOL + amount))
    assert [len(chain.produce().transactions) for _ in range(3)] == [3, 2, 0]


def test_program_accounts_of_an_older_block(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """Accounts made or changed later are seen as they were."""
    at = chain.tip
    chain.submit(pay(chain, alice, bob.pubkey(), SOL))
    chain.produce()
    system = chain.account(alice.pubkey()).owner  # type: ignore[union-attr]
    then = dict(chain.program_accounts(system, at))
    now = dict(chain.program_accounts(system, chain.tip))
    assert then[alice.pubkey()].lamports == 100 * SOL
    assert bob.pubkey() not in then
    assert now[bob.pubkey()].lamports == SOL


def test_no_blocks_is_no_count(chain: Chain) -> None:
    """A count below one is a mistake."""
    with pytest.raises(Fatal, match="at least 1"):
        chain.produce(0)
