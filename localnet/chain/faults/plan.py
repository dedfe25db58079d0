"""When the lines of a script act, and with which numbers. Pure: the same seed, lines and slots give the same faults.

Time is counted in beats, one for each slot of time, whether the chain made a block in it or stalled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from localnet.chain.faults.model import Fault
from localnet.chain.faults.script import Line, Range, When, drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line that still waits: for a slot or, with `by_beat`, for a beat; `runs` is how often its time has come."""

    line: Line
    at: int
    by_beat: bool
    order: int
    runs: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is still to happen."""

    seed: int
    slot_ms: int
    entries: tuple[Entry, ...] = ()
    taken: int = 0


def extend(plan: Plan, lines: tuple[Line, ...], *, beat: int) -> Plan:
    """The plan with more lines, whose times count from `beat`."""
    entries = []
    for order, line in enumerate(lines, plan.taken):
        number = _number(line.when.number, _random(plan.seed, order, 0, "when"))
        match line.when.unit:
            case "slot":
                at, by_beat = number, False
            case "slots":
                at, by_beat = beat + number, True
            case "ms":
                at, by_beat = beat + -(-number // plan.slot_ms), True
        entries.append(Entry(line=line, at=at, by_beat=by_beat, order=order))
    return replace(plan, entries=plan.entries + tuple(entries), taken=plan.taken + len(lines))


def due(plan: Plan, *, slot: int, beat: int) -> tuple[tuple[tuple[int, Fault], ...], Plan]:
    """The (line number, fault) pairs that act before the block of `slot` in this beat, and the plan after them."""
    acting: list[tuple[int, Fault]] = []
    left: list[Entry] = []
    for entry in plan.entries:
        here = beat if entry.by_beat else slot
        if entry.at > here:
            left.append(entry)
            continue
        if not _over(entry.line.when, slot):
            if _happens(plan, entry):
                numbers = _random(plan.seed, entry.order, entry.runs, "numbers")
                acting.append((entry.line.number, drawn(entry.line.fault, numbers)))
            if entry.line.when.every is not None:
                left.append(_again(plan, entry, here))
    return tuple(acting), replace(plan, entries=tuple(left))


def _again(plan: Plan, entry: Entry, here: int) -> Entry:
    """The same line one period later; periods that were jumped over are not made up for."""
    every = entry.line.when.every
    assert every is not None
    period = _number(every, _random(plan.seed, entry.order, entry.runs + 1, "when"))
    return replace(entry, at=here + period, runs=entry.runs + 1)


def _over(when: When, slot: int) -> bool:
    return when.until is not None and slot > when.until


def _happens(plan: Plan, entry: Entry) -> bool:
    chance = entry.line.when.chance_percent
    return chance >= 100 or _random(plan.seed, entry.order, entry.runs, "chance").randrange(100) < chance


def _number(value: int | Range, random: Random) -> int:
    return random.randint(value.low, value.high) if isinstance(value, Range) else value


def _random(seed: int, order: int, run: int, what: str) -> Random:
    """Numbers of its own for each use, so that no line depends on how often another one acted."""
    return Random(f"sealbook faults {seed} {order} {run} {what}")
