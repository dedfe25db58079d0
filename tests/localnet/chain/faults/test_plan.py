"""When lines act, without a chain."""

from __future__ import annotations

from localnet.chain.faults.model import Fault, Fork, Resume, Skip
from localnet.chain.faults.plan import Plan, due, extend
from localnet.chain.faults.script import parse


def played(text: str, *, seed: int = 1, beats: int = 60, slot_ms: int = 400) -> list[tuple[int, Fault]]:
    """The (slot, fault) pairs of a script on a chain whose every beat is a slot, the first one slot 1."""
    plan = extend(Plan(seed=seed, slot_ms=slot_ms), parse(text), beat=0)
    found: list[tuple[int, Fault]] = []
    for beat in range(beats):
        acting, plan = due(plan, slot=beat + 1, beat=beat)
        found += [(beat + 1, fault) for _, fault in acting]
    return found


def test_slots_and_times() -> None:
    """A slot, slots of time and milliseconds name their moment; 1 s is three slots of 400 ms, rounded up."""
    assert played("at slot 7 skip 1\nafter 4 slots skip 2\nafter 1s skip 3\nskip 4") == [
        (1, Skip(4)),
        (4, Skip(3)),
        (5, Skip(2)),
        (7, Skip(1)),
    ]


def test_slot_that_is_over_acts_at_once() -> None:
    """A line for a slot that was jumped over or lies behind acts at the next slot, once."""
    plan = extend(Plan(seed=0, slot_ms=400), parse("at slot 5 resume"), beat=9)
    acting, plan = due(plan, slot=9, beat=9)
    assert (acting, plan.entries) == (((1, Resume()),), ())


def test_every_repeats_until() -> None:
    """A repeated line acts each period and is gone after its last slot."""
    assert [slot for slot, _ in played("every 10 slots until slot 40 resume")] == [11, 21, 31]
    assert [slot for slot, _ in played("every 10 slots resume", beats=32)] == [11, 21, 31]


def test_seed_decides_and_repeats() -> None:
    """The same seed draws the same depths, moments and chances; another seed others."""
    text = "every 1..4 slots chance 50% fork 1..9\nat slot 20..50 skip 1..9"
    one, again, other = played(text, seed=7), played(text, seed=7), played(text, seed=8)
    assert one == again != other
    assert len({fault for _, fault in one if isinstance(fault, Fork)}) > 3


def test_chance_is_met() -> None:
    """Half the time is about half the time, never is never."""
    assert 350 < len(played("every 1 slots chance 50% resume", beats=1000)) < 650
    assert played("every 1 slots chance 0% resume") == []


def test_lines_do_not_disturb_each_other() -> None:
    """A line draws the same numbers whatever other lines stand after it."""
    first = "every 3 slots fork 1..9"
    alone = played(first)
    assert [pair for pair in played(f"{first}\nevery 2 slots skip 1..9") if isinstance(pair[1], Fork)] == alone
