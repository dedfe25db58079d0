"""Two whole chains in processes of their own, with every kind of fault: all that they say is equal, byte for byte.

What both are told is the same: requests in the same order, blocks when told. What may differ is left out of what is
compared: the ports, pings of a stream (by time), and of QuickNode's headers the timestamp and what it signs."""

from __future__ import annotations

import asyncio

from localnet.chain.faults.script import FORMS, parse
from tests.localnet.chain.again.scene import SCRIPT, Heard, live
from tests.localnet.chain.one_loop import run as run_scene

SEED = 7
# That the storm was one: what some faults leave to be seen.
SEEN = (
    ("answers", b"no answer"),
    ("answers", b"503 "),
    ("answers", b"429 "),
    ("answers", b"-32005"),
    ("answers", b'"state":"lost"'),
    ("notifications", b'"type":"dead"'),
    ("messages", b"UNAVAILABLE the stream is cut"),
)


def lives(*runs: tuple[int, str]) -> list[Heard]:
    """What chains of these (seed, hash seed) said, all running at the same time."""

    async def run() -> list[Heard]:
        return list(await asyncio.gather(*(live(seed, hash_seed) for seed, hash_seed in runs)))

    return run_scene(run())


def test_the_same_seed_says_the_same() -> None:
    """Blocks, accounts, answers, notifications, gRPC messages and webhooks of equal seeds are equal, others differ."""
    one, again, other = lives((SEED, "0"), (SEED, "4242"), (SEED + 1, "0"))
    for name, lines in one.items():
        assert lines, f"nothing of {name}"
        parted = [pair for pair in zip(lines, again[name], strict=False) if pair[0] != pair[1]]
        assert not parted, f"{name}: {len(parted)} of {len(lines)} differ, first {parted[0]}"
        assert len(lines) == len(again[name]), name
        assert lines != other[name], f"{name} does not depend on the seed"
    for name, fact in SEEN:
        assert any(fact in line for line in one[name]), f"{fact} never happened"


def test_every_fault_is_in_the_script() -> None:
    """No kind of fault is left out of what is compared."""
    there_are = {(form.fixed["kind"], form.fixed.get("fate")) for form in FORMS}
    played = [dict(line.fault) for line in parse(SCRIPT)]
    assert {(fault["kind"], fault.get("fate")) for fault in played} == there_are
