"""hypothesis plays the rules: it finds nothing wrong, and what is planted it finds and shrinks."""

import pytest
from hypothesis import Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from idl.enums import Engine
from tests.model.checks import Broken
from tests.model.faults import FAULTS
from tests.model.machine import machine
from tests.model.walk import Walk

SEED = 1
BOUNDS = settings(
    max_examples=60, stateful_step_count=40, deadline=None, database=None, phases=(Phase.generate, Phase.shrink)
)
# As many runs as it may take; shorter ones are shrunk sooner.
PLANTED = settings(BOUNDS, max_examples=500, stateful_step_count=20)


@pytest.fixture(scope="module")
def walk() -> Walk:
    """One world for all."""
    return Walk()


def test_nothing_is_found(walk: Walk) -> None:
    """No sequence of rules that hypothesis draws breaks a promise."""
    print(f"hypothesis: seed {SEED}")
    run_state_machine_as_test(seed(SEED)(machine(walk)), settings=BOUNDS)


def test_a_fault_is_found(walk: Walk) -> None:
    """A planted fault is found, and shrunk to the one step that shows it."""
    fault, _ = FAULTS["fee not paid"]
    with pytest.raises(Broken) as caught:
        run_state_machine_as_test(seed(SEED)(machine(walk, fault, (Engine.LMSR,))), settings=PLANTED)
    told = "\n".join(caught.value.__notes__)
    print(told)
    assert told.count("Step(") == 1
    assert "Step(name='buy'" in told
