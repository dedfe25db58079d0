"""Random walks: whatever forks, holes and jumps a chain went through, its state is that of its canonical blocks."""

from __future__ import annotations

import random

import pytest

from localnet.chain.genesis import make_svm
from localnet.chain.node import Chain
from localnet.chain.runtime import Runtime
from localnet.chain.wire import SYSTEM
from tests.localnet.chain.people import SOL, fund, lamports, make_chain, pay, person

PEOPLE = [person(name) for name in ("ann", "ben", "cid", "dot")]
STEPS = 120


def walk(seed: int) -> Chain:
    """A chain after random payments, blocks, holes, jumps and forks."""
    rng = random.Random(seed)
    chain = make_chain(seed=seed, finality_blocks=12)
    for one in PEOPLE:
        fund(chain, one, 50 * SOL)
    for _ in range(STEPS):
        match rng.choices(("pay", "block", "hole", "jump", "fork"), (6, 4, 1, 1, 1))[0]:
            case "pay":
                payer, to = rng.sample(PEOPLE, 2)
                old = chain.ledger.block(rng.choice(chain.ledger.slots(0, chain.tip.slot)[-5:]))
                assert old is not None
                amount = rng.randrange(SOL, 40 * SOL)
                chain.submit(pay(chain, payer, to.pubkey(), amount, blockhash=old.blockhash))
            case "block":
                chain.produce(rng.randrange(1, 4))
            case "hole":
                chain.skip(rng.randrange(1, 4))
            case "jump":
                chain.advance_clock(chain.tip.block_time + rng.randrange(1, 1000))
            case "fork":
                depth = rng.randrange(1, 6)
                if chain.tip.height - depth >= chain.at("finalized").height:
                    what = rng.choice(("requeue", "drop"))
                    chain.fork(depth, replace_blocks=rng.random() < 0.5, transactions=what)  # type: ignore[arg-type]
    chain.produce()
    return chain


@pytest.mark.parametrize("seed", range(8))
def test_state_is_the_fold_of_the_canonical_blocks(seed: int) -> None:
    """Executing the remembered transactions from the beginning gives every balance; links, times and supply hold."""
    chain = walk(seed)
    again = Runtime(make_svm(chain.options))
    slots = chain.ledger.slots(0, chain.tip.slot)
    seen: set[str] = set()
    for slot, parent in zip(slots[1:], slots, strict=False):
        block, above = chain.ledger.block(slot), chain.ledger.block(parent)
        assert block is not None
        assert above is not None
        assert (block.parent_slot, block.parent_hash) == (above.slot, above.blockhash)
        assert block.block_time >= above.block_time
        for landed in block.transactions:
            assert landed.wire.signature not in seen
            seen.add(landed.wire.signature)
            assert again.execute(again.resolve(landed.wire)).error == landed.outcome.error
    for one in PEOPLE:
        account = again.read(one.pubkey())
        assert lamports(chain, one.pubkey()) == (0 if account is None else account.lamports), f"seed {seed}"


@pytest.mark.parametrize("seed", range(3))
def test_no_lamport_appears(seed: int) -> None:
    """The sum of all wallets falls exactly as the supply does."""
    fresh, chain = make_chain(seed=seed, finality_blocks=12), walk(seed)

    def total(of: Chain) -> int:
        return sum(account.lamports for _, account in of.program_accounts(SYSTEM, of.tip))

    assert total(fresh) - total(chain) == fresh.tip.supply_lamports - chain.tip.supply_lamports


def test_the_same_walk_twice() -> None:
    """Faults included, the same seed gives the same chain."""
    one, two = walk(5), walk(5)
    slots = one.ledger.slots(0, one.tip.slot)
    assert slots == two.ledger.slots(0, two.tip.slot)
    assert [one.ledger.block(slot) for slot in slots] == [two.ledger.block(slot) for slot in slots]
