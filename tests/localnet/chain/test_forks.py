"""Forks: what each commitment sees, and what comes back when blocks are dropped."""

from __future__ import annotations

import pytest
from solders.keypair import Keypair

from localnet.chain.errors import ForkTooDeep
from localnet.chain.model import Block
from localnet.chain.node import Chain
from tests.localnet.chain.people import SOL, Client, lamports, make_chain, pay


def test_commitments_lag(chain: Chain) -> None:
    """Confirmed is one block behind the tip, finalized 31, and neither is below genesis."""
    assert {chain.at(one).slot for one in ("processed", "confirmed", "finalized")} == {0}
    chain.produce(40)
    assert [chain.at(one).slot for one in ("processed", "confirmed", "finalized")] == [40, 39, 9]


def test_account_of_an_older_block(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """Each commitment reads the state as it was at its block, absence included."""
    chain.submit(pay(chain, alice, bob.pubkey(), SOL))
    paid = chain.produce()
    chain.submit(pay(chain, alice, bob.pubkey(), SOL))
    chain.produce(3)
    older = chain.ledger.block(paid.slot - 1)
    assert older is not None
    assert chain.account(bob.pubkey(), older) is None
    assert [one.lamports for at in (paid, chain.tip) if (one := chain.account(bob.pubkey(), at))] == [SOL, 2 * SOL]


@pytest.mark.parametrize("replace_blocks", [True, False])
def test_fork_restores_accounts_hashes_and_statuses(
    chain: Chain, alice: Keypair, bob: Keypair, replace_blocks: bool
) -> None:
    """After a fork that loses its transactions nothing of them is left, and they may land again."""
    before = lamports(chain, alice.pubkey())
    wire = pay(chain, alice, bob.pubkey(), SOL)
    chain.submit(wire)
    lost = chain.produce()
    chain.produce(2)
    chain.fork(3, replace_blocks=replace_blocks, transactions="drop")
    assert chain.account(bob.pubkey()) is None
    assert lamports(chain, alice.pubkey()) == before
    assert chain.ledger.find(wire.signature) is None
    assert list(chain.ledger.of_address(bob.pubkey())) == []
    assert chain.bank.blockhash_height(lost.blockhash) is None
    chain.submit(wire)
    assert [one.wire.signature for one in chain.produce().transactions] == [wire.signature]


def test_replaced_blocks_have_other_hashes(chain: Chain) -> None:
    """The same slots are there again with other hashes, on the same ancestor."""
    chain.produce(10)
    old = {slot: block.blockhash for slot in range(1, 11) if (block := chain.ledger.block(slot))}
    chain.fork(4)
    new = {slot: block.blockhash for slot in range(1, 11) if (block := chain.ledger.block(slot))}
    assert [slot for slot in range(1, 11) if old[slot] != new[slot]] == [7, 8, 9, 10]
    first = chain.ledger.block(7)
    assert first is not None
    assert first.parent_hash == old[6]


def test_unreplaced_slots_are_skipped(chain: Chain) -> None:
    """Without replacement the next block takes the next slot and names the ancestor as its parent."""
    chain.produce(10)
    chain.fork(4, replace_blocks=False)
    block = chain.produce()
    assert (block.slot, block.parent_slot, block.height) == (11, 6, 7)
    assert chain.ledger.slots(0, 20) == [0, 1, 2, 3, 4, 5, 6, 11]


def test_requeued_transactions_land_once_in_order(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """What a fork drops comes back in its order, each exactly once."""
    sent, blockhash = [], chain.tip.blockhash
    for amount in (1, 2, 3):
        sent.append(chain.submit(pay(chain, alice, bob.pubkey(), amount * SOL, blockhash=blockhash)))
        chain.produce()
    chain.fork(3)
    chain.produce(2)
    landed = [one.wire.signature for slot in range(2, 7) for one in _block(chain, slot).transactions]
    assert landed == sent
    assert lamports(chain, bob.pubkey()) == 6 * SOL


def test_transaction_on_a_dropped_blockhash_is_lost(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """A transaction whose blockhash was itself dropped cannot land on the other fork."""
    chain.produce()
    wire = pay(chain, alice, bob.pubkey(), SOL)
    chain.submit(wire)
    chain.produce()
    chain.fork(2)
    chain.produce(10)
    assert chain.ledger.find(wire.signature) is None


def test_rooted_blocks_stay(chain: Chain) -> None:
    """A fork at or below the root is refused, unless it is meant; the root is never moved back by another."""
    chain.produce(40)
    with pytest.raises(ForkTooDeep, match="root 9"):
        chain.fork(32)
    chain.fork(31, replace_blocks=False)
    assert chain.at("finalized").slot == 9
    chain.produce(40)
    chain.fork(35, beyond_final=True)
    assert chain.at("finalized").height <= chain.tip.height


def test_finality_is_an_option() -> None:
    """Finality may be quick for quick stories."""
    chain = make_chain(finality_blocks=2, confirmed_blocks=0)
    chain.produce(10)
    assert [chain.at(one).slot for one in ("processed", "confirmed", "finalized")] == [10, 10, 8]


def test_confirmed_status_can_vanish(chain: Chain, client: Client, alice: Keypair, bob: Keypair) -> None:
    """A confirmed signature is unknown again after a fork below it: confirmed is not final."""
    signature = chain.submit(pay(chain, alice, bob.pubkey(), SOL))
    chain.produce(4)
    (status,) = client.ask("getSignatureStatuses", [signature])["value"]
    assert status["confirmationStatus"] == "confirmed"
    chain.fork(5, transactions="drop")
    assert client.ask("getSignatureStatuses", [signature])["value"] == [None]


def _block(chain: Chain, slot: int) -> Block:
    block = chain.ledger.block(slot)
    assert block is not None
    return block
