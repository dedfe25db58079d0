"""The real programs and the plain model walk side by side: whatever is done in whatever order, they agree."""

from collections import Counter

import msgspec
import pytest

from tests.model.book_of_rules import RULES
from tests.model.checks import ALL, Broken
from tests.model.faults import FAULTS
from tests.model.soak import Walked, one, read, told, walks
from tests.model.walk import Failed, Step, Walk

SEED, WALKS, JOBS = 1, 80, 2
# What the environment does needs no transaction.
UNSENT = {"pass", "freeze", "settings"}
# Only an engine with orders leaves free collateral.
RARE = {"withdraw"}


def test_walks() -> None:
    """No step of any walk breaks a promise, and together they do everything that can be done."""
    landed = Counter[str]()
    for ended in walks(SEED, WALKS, JOBS):
        assert not ended.failure, told(ended)
        landed.update(ended.landed)
    print(f"seeds {SEED} to {SEED + WALKS - 1}: {dict(landed)}")
    assert set(RULES) - set(landed) - UNSENT - RARE == set()


def test_a_walk_is_its_seed() -> None:
    """The same seed takes the same steps."""
    walk = Walk()
    walk.start()
    first = walk.walk(5)
    walk.start()
    assert walk.walk(5) == first


def test_a_failure_can_be_done_again() -> None:
    """The lines that a failure prints are its steps."""
    walk, (fault, _) = Walk(), FAULTS["nonce not stored"]
    walk.start(ALL, fault)
    with pytest.raises(Failed) as caught:
        walk.walk(0)
    steps = tuple(caught.value.steps)
    lines = told(Walked(seed=1, steps=len(steps), landed={}, failure="x", shrunk=steps)).splitlines()[-len(steps) :]
    assert read(lines) == list(steps)
    assert isinstance(walk.replay(read(lines), ALL, fault), Broken)
    assert msgspec.json.decode(lines[0])[0] == steps[0].name


def test_a_walk_of_one_process_is_that_of_many() -> None:
    """A walk does not know which process it runs in, nor what ran there before."""
    alone = [one(seed) for seed in (3, 4, 3)]
    assert alone[0] == alone[2]
    assert {ended.seed: ended for ended in walks(3, 2, 2)} == {3: alone[0], 4: alone[1]}


def test_a_step_means_something_by_itself() -> None:
    """A step about a market that is not there is no step, so that any may be left out of a list."""
    walk = Walk()
    assert walk.replay([Step("activate", (3,)), Step("pass", (5, 5))], ALL) is None
