"""Many walks on many cores: every walk has a seed of its own, and a failure is told so that it can be done again."""

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import msgspec

from tests.model.checks import ALL
from tests.model.coverage import Met, table
from tests.model.fault import Fault
from tests.model.walk import STEPS, Failed, Step, Walk, shrunk


@dataclass(frozen=True, slots=True)
class Walked:
    """What came of one walk: its seed, how many steps were done, what was met; its failure and the few steps to it."""

    seed: int
    steps: int
    met: Met
    failure: str = ""
    shrunk: tuple[Step, ...] = ()


_walks: list[Walk] = []


def one(seed: int) -> Walked:
    """One walk, in a world that the process keeps."""
    if not _walks:
        _walks.append(Walk())
    walk = _walks[0]
    walk.start()
    try:
        done = walk.walk(seed)
    except Failed as failed:
        few = shrunk(walk, failed, ALL)
        return Walked(seed, len(failed.steps), Counter(), str(walk.replay(few, ALL)), tuple(few))
    return Walked(seed, len(done), walk.met)


def hunt(walk: Walk, fault: type[Fault], checks: Iterable[str] = ALL, walks_max: int = 150) -> tuple[int, Failed]:
    """The first seed whose walk a fault breaks, and how."""
    for seed in range(walks_max):
        walk.start(checks, fault, crowds=False)
        try:
            walk.walk(seed)
        except Failed as failed:
            return seed, failed
    raise AssertionError(f"{fault.__name__} was not found in {walks_max} walks")


def walks(seed: int, count: int, jobs: int) -> Iterator[Walked]:
    """Walks of consecutive seeds, as they end."""
    if jobs == 1:
        yield from map(one, range(seed, seed + count))
        return
    with get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap_unordered(one, range(seed, seed + count), chunksize=4)


def soak(*, steps: int, seed: int, jobs: int, report_s: float = 30.0) -> int:
    """Walks until so many steps are done; prints seeds and totals; the exit code."""
    count, total, met = -(-steps // STEPS), 0, Met()
    print(f"model: {count} walks of {STEPS} steps, seeds {seed} to {seed + count - 1}, {jobs} processes", flush=True)
    began = said = time.monotonic()
    for ended in walks(seed, count, jobs):
        total += ended.steps
        met.update(ended.met)
        if ended.failure:
            print(told(ended), flush=True)
            return 1
        if time.monotonic() - said > report_s:
            said = time.monotonic()
            print(f"model: {total} steps, {total / (said - began):.0f} a second, all clean", flush=True)
    print(f"model: {total} steps clean in {time.monotonic() - began:.0f} s, seeds {seed} to {seed + count - 1}")
    print("\n".join(("model: met", *table(met))))
    return 0


def told(ended: Walked) -> str:
    """A failure with what is needed to see it again."""
    steps = "\n".join(msgspec.json.encode(step).decode() for step in ended.shrunk)
    return (
        f"model: seed {ended.seed} failed after {ended.steps} steps\n{ended.failure}\n"
        f"shrunk to {len(ended.shrunk)} steps; to see it again put these lines into a file and run\n"
        f"  {Path(sys.executable).name} -m tests.model replay FILE\n{steps}"
    )


def read(lines: Sequence[str]) -> list[Step]:
    """Steps as `told` writes them, one a line."""
    return [Step(name, _tuples(args), _tuples(twist)) for name, args, twist in map(msgspec.json.decode, lines)]


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
