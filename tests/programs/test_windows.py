"""Every window of time at -1, 0 and +1, and the proof that none was left out."""

import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from idl.schema import load
from tests.programs.late_windows import DECIDING, PRICES, SETTINGS, SETTLING
from tests.programs.lives import LIVES
from tests.programs.windows import OPENING, TRADES, TRADING, Met, Terms
from tests.programs.world import World

WINDOWS: Final = {**OPENING, **TRADING, **PRICES, **DECIDING, **SETTLING, **SETTINGS}
PROGRAMS: Final = Path(__file__).parents[2] / "programs"
UNTIL: Final = [
    one.name
    for program in ("market", "creator")
    for one in load(program).instructions
    if "valid_until" in {arg.name for arg in one.args}
]


@cache
def met(name: str) -> Met:
    """What the call of a window meets before its edge, at it and after it."""
    world = World()
    made = WINDOWS[name].make(world)
    found: list[str | None] = []
    for shift in (-1, 0, 1):
        if isinstance(made, Terms):
            found.append(world.meets(made.call(shift)))
            continue
        if made.slots:
            world.at(world.now, slot=made.at + shift)
        else:
            world.at(made.at + shift)
        found.append(world.meets(made.call))
    before, there, after = found
    return before, there, after


@pytest.mark.parametrize("name", WINDOWS)
def test_window(name: str) -> None:
    """A second, or slot, before the edge, at it, and after it: what lands, and by which name the rest is refused."""
    assert met(name) == WINDOWS[name].met


@pytest.mark.parametrize("name", UNTIL)
def test_valid_until(name: str) -> None:
    """Whatever says until which slot it is valid lands in that slot and not in the next."""
    world = World()
    call = LIVES[name](world, 1)
    until = world.slot + 10
    found = []
    for shift in (-1, 0, 1):
        world.at(world.now, slot=until + shift)
        found.append(world.meets(call))
    assert found == [None, None, "Expired"]


def test_every_row_of_the_table_has_its_window() -> None:
    """Each transition of lifecycle.rs that has its time is in a window."""
    rust = (PROGRAMS / "market" / "src" / "lifecycle.rs").read_text()
    edges = re.findall(r"^ +edge\((\w+), (\w+), (\w+), (\w+), (\w+)\),$", rust, re.M)
    timed = {(start, via) for start, _, via, _, when in edges if when != "Any"}
    assert len(edges) == 28
    assert timed == {row for window in WINDOWS.values() for row in window.rows}


def test_every_trade_has_its_windows() -> None:
    """Each instruction of trade that looks at open or lock has both in a window."""
    trades = PROGRAMS / "market" / "src" / "instructions" / "trade"
    looks = re.compile(r"require_open|require_trading|market\.lock\b")
    looking = {path.stem for path in trades.glob("*.rs") if looks.search(path.read_text())}
    assert looking == {*TRADES, "prune"}


def test_every_refusal_of_a_time_is_met() -> None:
    """Each error that means a time is met by a window."""
    times = {
        "TooEarly",
        "TooLate",
        "NotOpen",
        "Locked",
        "BadTimes",
        "BadId",
        "BadDispute",
        "StrikeFinal",
        "StrikeNotFinal",
    }
    times |= {"PriceOutsideWindow", "EtaTooSoon", "NotSource", "SharesLocked", "BadLock", "NothingToPrune"}
    assert times <= {error for window in WINDOWS.values() for error in window.met}
