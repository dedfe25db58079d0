"""The history: bounded, and exact about what it remembers."""

from __future__ import annotations

import gc

from localnet.chain.forks import UNDO_BLOCKS_EXTRA
from localnet.chain.ledger import Ledger
from localnet.chain.model import Landed
from localnet.chain.node import Chain
from tests.localnet.chain.people import SOL, fund, make_chain, pay, person


def test_old_blocks_and_their_transactions_are_forgotten() -> None:
    """Beyond its bound the oldest blocks go, with their transactions and addresses."""
    chain = make_chain(blocks_max=10, finality_blocks=2)
    fund(chain, person("alice"))
    signature = chain.ledger.block(1).transactions[0].wire.signature  # type: ignore[union-attr]
    chain.produce(8)
    assert chain.ledger.find(signature) is not None
    chain.produce(2)
    assert chain.ledger.find(signature) is None
    assert chain.ledger.first_slot == 2
    assert list(chain.ledger.of_address(person("alice").pubkey())) == []


def test_transactions_are_bounded_too() -> None:
    """Too many transactions push whole old blocks out."""
    chain = make_chain(transactions_max=5)
    alice = person("alice")
    fund(chain, alice)
    for amount in range(8):
        chain.submit(pay(chain, alice, person("bob").pubkey(), SOL + amount))
        chain.produce()
    assert len(list(chain.ledger.of_address(alice.pubkey()))) == 5


def test_what_is_forgotten_is_let_go() -> None:
    """Beyond the history and what may be undone no transaction stays in memory, wherever it was noted."""
    chain = make_chain(transactions_max=5, finality_blocks=2)
    alice, bob, sent = person("alice"), person("bob"), set()
    fund(chain, alice)
    for amount in range(UNDO_BLOCKS_EXTRA + 40):
        wire = pay(chain, alice, bob.pubkey(), SOL // 10 + amount)
        sent.add(chain.submit(wire))
        chain.produce()
    gc.collect()
    alive = [one for one in gc.get_objects() if isinstance(one, Landed) and one.wire.signature in sent]
    assert len(alive) == chain.options.finality_blocks + UNDO_BLOCKS_EXTRA


def test_a_fork_leaves_no_addresses(chain: Chain) -> None:
    """Whoever was named only by what a fork dropped is not noted any more."""
    known = len(chain.ledger._addresses)
    for number in range(5):
        fund(chain, person(f"of a dropped block {number}"))
    chain.fork(5, replace_blocks=False, transactions="drop")
    assert len(chain.ledger._addresses) == known


def test_slots_of_a_range(chain: Chain) -> None:
    """Only slots with a block, inside the range, up to the limit."""
    chain.produce(2)
    chain.skip(3)
    chain.produce(3)
    ledger: Ledger = chain.ledger
    assert ledger.slots(0, 100) == [0, 1, 2, 6, 7, 8]
    assert ledger.slots(2, 7) == [2, 6, 7]
    assert ledger.slots(3, 100, 2) == [6, 7]
    assert ledger.slots(9, 3) == []
