"""The loop under the deterministic scheduler: kills at every await, forks, lost replies, lagging nodes, frozen ones."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from tests.relayer.schedule import CRANK, JOB, ONCE, Parts, run
from tests.relayer.variants import VARIANTS

SEEDS = 700
VARIANT_SEEDS = 120
AWAITS = {
    *("claim", "claimed", "look", "looked", "simulate", "blockhash", "sign", "begin", "begun", "publish", "published"),
    *("record", "recorded", "release", "epoch", "statuses", "statuses read", "floor"),
}


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of lives make millions of lines."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("parts", "extra"),
    [
        pytest.param(Parts(kind=JOB), set(), id="single effect by signatures alone, one witness"),
        pytest.param(Parts(kind=JOB, witnesses_min=2), set(), id="the same with two witnesses"),
        pytest.param(Parts(kind=CRANK, lanes=3), {"accounts"}, id="crank on three lanes"),
        pytest.param(Parts(kind=ONCE), set(), id="never signed again"),
    ],
)
def test_no_double_no_lost_no_stuck(parts: Parts, extra: set[str]) -> None:
    """Over all seeds an intent happens at most once, ends, and says what happened; every await was a place to die."""
    awaits: set[str] = set()
    for seed in range(SEEDS):
        report = run(seed, parts)
        assert report.fault is None, report
        awaits |= report.awaits
    assert awaits >= AWAITS | extra


def test_groups() -> None:
    """Several intents in one group end as one does alone."""
    for seed in range(100):
        report = run(seed, Parts(kind=JOB), intents=5)
        assert report.fault is None, report


def test_same_seed_same_run() -> None:
    """A schedule is a function of its seed."""
    assert [run(seed, Parts()) for seed in range(5)] == [run(seed, Parts()) for seed in range(5)]


@pytest.mark.parametrize("name", VARIANTS)
def test_variant_is_caught(name: str) -> None:
    """Each of the seven known-bad relayers is caught by the same checker."""
    caught = next((seed for seed in range(VARIANT_SEEDS) if run(seed, VARIANTS[name]).fault), None)
    assert caught is not None, f"{name} was not caught in {VARIANT_SEEDS} schedules"
