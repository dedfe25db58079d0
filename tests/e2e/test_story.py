"""The story on the embedded chain: played once it proves itself and leaves nothing behind, disturbed it ends the same.

All in one file, so that every test compares with the same undisturbed run.
"""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.e2e.running import CHILDREN, CLOSING, World, alive, world

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


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> World:
    """One undisturbed run, kept for comparison."""
    with world(tmp_path_factory.mktemp("told") / "world", "--once", "--fast") as one:
        code = one.end()
    assert code == 0, one.text
    return one


def test_story_proves_itself(told: World) -> None:
    """`--once --fast` ends with 0 and the closing line, having shown each kind of step with links."""
    closing = CLOSING.match(told.lines[-1])
    assert closing is not None, told.text
    markets, transactions, events = map(int, closing.groups())
    assert markets == 3
    assert transactions > 30
    assert events > transactions
    for shown in (
        "by itself",
        "through the relay",
        "sponsored",
        "/m/",
        "finalized it",
        "voided it",
        "claims by her own",
    ):
        assert shown in told.text


def test_story_has_every_part(told: World) -> None:
    """The mirror saw a strike, a price, a proposal, a void, payouts, fees and closed accounts."""
    report = told.report()
    price, opinion, void = (report[name]["events"] for name in ("price", "opinion", "void"))  # type: ignore[index]
    assert {"StrikeRecorded", "PriceResolved", "PaidOut", "FeesCollected", "Closed"} <= price.keys()
    assert {"OutcomeProposed", "BondClaimed", "PaidOut", "FeesCollected", "Closed"} <= opinion.keys()
    assert {"VoidAnnounced", "PaidOut", "Closed"} <= void.keys()
    assert price["Staked"] == 6
    # One event is carol's own claim, the others are pushed.
    assert opinion["PaidOut"] >= 2


def test_story_leaves_nothing_running(told: World) -> None:
    """After the end no child is alive, and the kept directory has database, logs and blocks."""
    assert told.survivors() == []
    for child in CHILDREN[1:]:
        assert (told.directory / f"{child}.log").exists()
    assert (told.directory / "postgres" / "data" / "PG_VERSION").exists()
    assert (told.directory / "blocks").exists()


def test_ctrl_c_leaves_nothing_running(tmp_path: Path) -> None:
    """A world without a story stays up; Ctrl-C stops every process of it."""
    with world(tmp_path / "world", "--fast", "--story", "none") as one:
        assert one.until_line("stays up"), one.text
        assert sorted(one.survivors()) == sorted(CHILDREN)
        pids = [one.pid(child) for child in CHILDREN]
        one.process.send_signal(signal.SIGINT)
        assert one.end() == 0, one.text
        assert not any(alive(pid) for pid in pids)


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
