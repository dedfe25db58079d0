"""Crashes and forks in the middle of the story change nothing of its end."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.e2e.running import CLOSING, World, world

pytestmark = pytest.mark.e2e
KILLS = 3  # of each victim
FORK_SLOTS = 5
FIRST_STEP, LAST_STEP = 8, 36
SEED = 20261121
AT_ONCE = 3
VICTIMS = {
    "indexer and api": ("indexer", "api"),
    "relayer and postgres": ("work", "postgres", "keep", "postgres"),
    "fork": (),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a disturbed story ended."""

    world: World
    code: int
    killed: list[int]


def seeded_moments(name: str, count: int) -> list[tuple[int, float]]:
    """Steps of the story, and how long after each something happens; printed so that a run can be repeated."""
    rng = random.Random(f"{SEED} {name}")
    moments = [(step, rng.random()) for step in sorted(rng.sample(range(FIRST_STEP, LAST_STEP), count))]
    print(f"seed {SEED} {name}: {moments}")
    return moments


def play_killing(name: str, directory: Path) -> Ended:
    """A story in which services are killed in turn, again and again."""
    killed = []
    with world(directory, "--once", "--fast") as one:
        for turn, (step, pause_s) in enumerate(seeded_moments(name, 2 * KILLS)):
            assert one.until_step(step), one.text
            time.sleep(pause_s)  # the seeded moment itself: a kill belongs to no event of ours
            killed.append(one.kill(VICTIMS[name][turn % len(VICTIMS[name])]))
        return Ended(world=one, code=one.end(), killed=killed)


def play_forking(name: str, directory: Path) -> Ended:
    """A story in which five slots are replaced by others, and what was in them is lost."""
    (step, pause_s), *_ = seeded_moments(name, 1)
    with world(directory, "--once", "--fast") as one:
        assert one.until_step(step), one.text
        time.sleep(pause_s)  # the seeded moment
        fork = {"kind": "fork", "depth": FORK_SLOTS, "transactions": "drop"}
        body = {"jsonrpc": "2.0", "id": 1, "method": "localnet_fault", "params": [fork]}
        answer = httpx.post(one.url("RPC"), json=body).json()
        assert "error" not in answer, answer
        return Ended(world=one, code=one.end(), killed=[])


@pytest.fixture(scope="module")
def disturbed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, told: World
) -> Iterator[Mapping[str, Future[Ended]]]:
    """The stories that the chosen tests look at, some at once: they wait for the chain more than they compute."""
    assert told.lines
    chosen = [name for name in VICTIMS if any(f"[{name}]" in item.name for item in request.session.items)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {
            name: pool.submit(
                play_forking if name == "fork" else play_killing, name, tmp_path_factory.mktemp(name) / "world"
            )
            for name in chosen
        }


@pytest.mark.parametrize("name", VICTIMS)
def test_same_end(name: str, disturbed: Mapping[str, Future[Ended]], told: World) -> None:
    """SIGKILL of each service three times, or a fork of five slots: the same end state and proof, no double effect."""
    ended = disturbed[name].result()
    assert ended.code == 0, ended.world.text
    assert CLOSING.match(ended.world.lines[-1]), ended.world.text
    assert ended.world.report() == told.report()
    assert ended.world.survivors() == []
    assert len(set(ended.killed)) == len(ended.killed) == (2 * KILLS if VICTIMS[name] else 0)
    assert ended.world.text.count("starting it again") >= len(ended.killed)
