"""Crashes and forks in the middle of the story change nothing of its end."""

from __future__ import annotations

import random
import time
from pathlib import Path

import httpx
import pytest

from tests.e2e.running import CLOSING, World, world

pytestmark = pytest.mark.e2e
KILLS = 5
STEPS = 36
SEED = 20261121


def seeded_moments(name: str, count: int) -> list[tuple[int, float]]:
    """Steps of the story, and how long after each something happens; printed so that a run can be repeated."""
    rng = random.Random(f"{SEED} {name}")
    moments = [(step, rng.random()) for step in sorted(rng.sample(range(8, STEPS), count))]
    print(f"seed {SEED} {name}: {moments}")
    return moments


def finish(one: World, told: World) -> None:
    """The world proves itself, and its end state is that of the undisturbed run."""
    assert one.end() == 0, one.text
    assert CLOSING.match(one.lines[-1]), one.text
    assert one.report() == told.report()
    assert one.survivors() == []


@pytest.mark.parametrize(
    "victims",
    [("indexer",), ("work", "keep"), ("api",), ("postgres",)],
    ids=["indexer", "relayer", "api", "postgres"],
)
def test_killed_at_seeded_moments(victims: tuple[str, ...], tmp_path: Path, told: World) -> None:
    """SIGKILL of one service five times in a story: the same end state, the same proof, no double effect."""
    killed = []
    with world(tmp_path / "world", "--once", "--fast") as one:
        for turn, (step, pause_s) in enumerate(seeded_moments(victims[0], KILLS)):
            assert one.until_step(step), one.text
            time.sleep(pause_s)  # the seeded moment itself: a kill belongs to no event of ours
            killed.append(one.kill(victims[turn % len(victims)]))
        finish(one, told)
    assert len(set(killed)) == KILLS
    assert one.text.count("starting it again") >= KILLS


def test_fork_leaves_no_trace(tmp_path: Path, told: World) -> None:
    """Five slots are replaced by others in the middle of the story: the same end state, the same proof."""
    (step, pause_s), *_ = seeded_moments("fork", 1)
    with world(tmp_path / "world", "--once", "--fast") as one:
        assert one.until_step(step), one.text
        time.sleep(pause_s)  # the seeded moment
        fork = {"kind": "fork", "depth": 5, "transactions": "drop"}
        body = {"jsonrpc": "2.0", "id": 1, "method": "localnet_fault", "params": [fork]}
        answer = httpx.post(one.url("RPC"), json=body).json()
        assert "error" not in answer, answer
        finish(one, told)
