"""Simulations: on any visible block's state, leaving nothing behind."""

from __future__ import annotations

import pytest
from solders.keypair import Keypair
from solders.solders import TransactionConfig

from localnet.chain.bank import CLOCK
from localnet.chain.node import Chain
from localnet.chain.runtime import Refused
from localnet.chain.trial import simulate
from tests.localnet.chain.people import SOL, lamports, moving, pay, signed


def test_simulation_changes_nothing(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """The outcome is as if it ran; state, clock and status cache are untouched."""
    clock = chain.account(CLOCK)
    wire = pay(chain, alice, bob.pubkey(), SOL)
    outcome, after = simulate(chain, wire, chain.tip, fresh_blockhash=False)
    assert (outcome.error, after[bob.pubkey()].lamports) == (None, SOL)
    assert outcome.post_balances[0] == 99 * SOL - 5_000
    assert lamports(chain, alice.pubkey()) == 100 * SOL
    assert chain.account(CLOCK) == clock
    chain.submit(wire)
    assert len(chain.produce().transactions) == 1


def test_simulation_sees_the_older_state(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """On an older block the balances are that block's, and the present ones come back."""
    then = chain.tip
    chain.submit(pay(chain, alice, bob.pubkey(), 60 * SOL))
    chain.produce(2)
    again = pay(chain, alice, bob.pubkey(), 60 * SOL, blockhash=then.blockhash)
    outcome, _ = simulate(chain, again, then, fresh_blockhash=True)
    assert (outcome.error, outcome.pre_balances[0]) == (None, 100 * SOL)
    outcome, _ = simulate(chain, again, chain.tip, fresh_blockhash=True)
    assert outcome.error == {"InstructionError": [0, {"Custom": 1}]}
    assert lamports(chain, bob.pubkey()) == 60 * SOL


def test_newer_blockhash_is_unknown_to_an_older_block(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """A blockhash younger than the block is not found there: the trap of preflight at finalized."""
    then = chain.tip
    chain.produce()
    with pytest.raises(Refused, match="BlockhashNotFound"):
        simulate(chain, pay(chain, alice, bob.pubkey(), SOL), then, fresh_blockhash=False)


def test_version_1_simulation_gives_the_fee_back(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """The prepaid priority fee of a simulated version 1 transaction is returned."""
    config = TransactionConfig(priority_fee=777, compute_unit_limit=1000, loaded_accounts_data_size_limit=100_000)
    wire = signed(chain, alice, [moving(alice.pubkey(), bob.pubkey(), SOL)], version=1, config=config)
    outcome, _ = simulate(chain, wire, chain.tip, fresh_blockhash=False)
    assert outcome.fee == 5_777
    assert outcome.post_balances[0] == 99 * SOL - 5_777
    assert lamports(chain, alice.pubkey()) == 100 * SOL
