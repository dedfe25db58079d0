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
from typing import get_args

import httpx
import pytest

from idl.events import Event
from tests.e2e.running import CHILDREN, CLOSING, World, alive, world

pytestmark = pytest.mark.e2e
KILLS = 3  # of each victim
FORK_SLOTS = 5
FIRST_STEP, LAST_STEP = 8, 90
SEED = 20261121
AT_ONCE = 3
MARKETS = ("price", "opinion", "void", "book", "quarrel", "maker")
PARTS = {
    "price": {"Staked": 6, "StrikeRecorded": 1, "PriceResolved": 1, "PaidOut": 1, "FeesCollected": 3, "Closed": 1},
    "opinion": {"Staked": 5, "OutcomeProposed": 1, "BondClaimed": 1, "FeesCollected": 3, "Closed": 2},
    "void": {"Staked": 5, "VoidAnnounced": 1, "PaidOut": 1, "Closed": 1},
    # A book and a market are closed.
    "book": {"OrderPlaced": 7, "Withdrawn": 1, "SeatSwept": 3, "PriceResolved": 1, "FeesCollected": 3, "Closed": 2},
    "quarrel": {
        "Staked": 5, "OutcomeProposed": 1, "Disputed": 1, "VoteCast": 5, "Tallied": 1, "Ruled": 1, "BondClaimed": 1,
        "VoteClaimed": 5, "FeesCollected": 3, "Closed": 2,
    },
    "maker": {
        "VoteCast": 4, "Tallied": 1, "VoteClaimed": 4, "Traded": 5, "SharesTransferred": 1, "OutcomeProposed": 1,
        "SubsidyWithdrawn": 1, "FeesCollected": 3, "Closed": 2,
    },
    "pool": {"PoolCreated": 1, "SharesTraded": 3, "DividendsSynced": 1, "DividendPaid": 2},
    "rules": {"ConfigChanged": 5, "MintRuleSet": 2},
}  # fmt: skip
# The relayer resolves what prices decide; the maker's fee went to the pool, which keeps what its shares cost.
POOL_FEE, RESERVE, CARRIED = 1_084_868, 42_832_500, 2
LEFT = {
    "price": 20_000_000,
    "opinion": 0,
    "void": 0,
    "book": 2_000_000,
    "quarrel": 0,
    "maker": POOL_FEE,
    "pool": RESERVE - POOL_FEE + CARRIED,
}
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
    assert markets == len(MARKETS)
    assert transactions > 100
    assert events > transactions
    for shown in (
        "by itself",
        "through the relay",
        "sponsored",
        "/m/",
        "finalized it",
        "voided it",
        "claims by her own",
        "voted in",
        "of the market maker",
        "rest in the book",
        "now or never",
        "disputes it",
        "the council rules",
        "the lock of her shares is over",
        "the relayer pays the others",
    ):
        assert shown in told.text


def test_story_has_every_part(told: World) -> None:
    """Each market and the pool have the events that make their part, in the number that the story plays."""
    report = told.report()
    assert report.keys() == {*MARKETS, "pool", "rules"}
    for name, wanted in PARTS.items():
        events = report[name]["events"]  # type: ignore[index]
        assert events.items() >= wanted.items(), name
    # One event is carol's own claim, the others are pushed.
    assert report["opinion"]["events"]["PaidOut"] >= 2  # type: ignore[index]


def test_story_shows_every_event(told: World) -> None:
    """Only what no story needs is missing: a pause of the program, and a price that could still be bettered."""
    kinds = {kind for part in told.report().values() for kind in part["events"]}  # type: ignore[index]
    assert {kind.__name__ for kind in get_args(Event)} - kinds == {"PauseSet", "PriceCandidate"}


def test_story_adds_up(told: World) -> None:
    """What each part takes from some it gives to others; a pool keeps its reserve, the relayer a price's fee."""
    report = told.report()
    left = {name: -sum(map(int, report[name]["net"].values())) for name in (*MARKETS, "pool")}  # type: ignore[index]
    assert left == LEFT


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
