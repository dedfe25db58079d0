"""Planted faults: each is found by the walks, by all checks together and by the one check whose it is."""

import pytest

from tests.model.checks import ALL
from tests.model.faults import FAULTS
from tests.model.soak import hunt
from tests.model.walk import Walk, shrunk

SHRUNK_MAX = 14
# Faults that any suite for these programs has to find.
NAMED = {
    "rounding up a payout", "vault check left out", "fee on the wrong side", "double claim", "tally before the end",
    "void in a dispute", "order not refunded", "nonce not stored",
}  # fmt: skip


@pytest.fixture(scope="module")
def walk() -> Walk:
    """One world for all."""
    return Walk()


def test_every_check_has_its_fault() -> None:
    """No check is trusted that was never seen to fail."""
    assert {check for _, check in FAULTS.values()} == ALL
    assert set(FAULTS) >= NAMED


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_found(walk: Walk, name: str) -> None:
    """The walks find the fault, and few steps are enough to show it."""
    fault, _ = FAULTS[name]
    seed, failed = hunt(walk, fault)
    print(f"{name}: seed {seed}, step {len(failed.steps)}: {failed}")
    steps = shrunk(walk, failed, ALL, fault)
    for step in steps:
        print(f"  {step}")
    assert len(steps) <= SHRUNK_MAX
    assert walk.replay(steps, ALL) is None, "without the fault nothing is wrong with these steps"


@pytest.mark.parametrize("name", FAULTS)
def test_its_own_check_is_enough(walk: Walk, name: str) -> None:
    """With every other check off, the one whose the fault is still sees it."""
    fault, check = FAULTS[name]
    seed, failed = hunt(walk, fault, {check})
    print(f"{name}: seed {seed}, step {len(failed.steps)}: {failed}")
    assert failed.broken.check == check
