"""Planted faults: each is found by the walks, by all checks together and by the one check whose it is."""

import pytest

from tests.model.checks import ALL
from tests.model.faults import FAULTS
from tests.model.walk import Failed, Walk, shrunk

WALKS_MAX = 150
SHRUNK_MAX = 14


@pytest.fixture(scope="module")
def walk() -> Walk:
    """One world for all."""
    return Walk()


def found(walk: Walk, name: str, checks: frozenset[str]) -> Failed:
    """The first walk that a fault breaks."""
    fault, _ = FAULTS[name]
    for seed in range(WALKS_MAX):
        walk.start(checks, fault)
        try:
            walk.walk(seed)
        except Failed as failed:
            print(f"{name}: seed {seed}, step {len(failed.steps)}: {failed}")
            return failed
    raise AssertionError(f"{name} was not found in {WALKS_MAX} walks")


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_found(walk: Walk, name: str) -> None:
    """The walks find the fault, and few steps are enough to show it."""
    fault, _ = FAULTS[name]
    failed = found(walk, name, ALL)
    steps = shrunk(walk, failed, ALL, fault)
    for step in steps:
        print(f"  {step}")
    assert len(steps) <= SHRUNK_MAX
    assert walk.replay(steps, ALL) is None, "without the fault nothing is wrong with these steps"


@pytest.mark.parametrize("name", FAULTS)
def test_its_own_check_is_enough(walk: Walk, name: str) -> None:
    """With every other check off, the one whose the fault is still sees it."""
    _, check = FAULTS[name]
    assert found(walk, name, frozenset({check})).broken.check == check
