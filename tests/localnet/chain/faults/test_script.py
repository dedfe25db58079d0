"""The language of faults: every form, and refusals that name line and word."""

from __future__ import annotations

from random import Random
from typing import get_args

import pytest

from localnet.chain.errors import BadFault
from localnet.chain.faults.model import (
    Clear,
    Dead,
    Error,
    Fault,
    Forget,
    Fork,
    Grpc,
    Hook,
    Http,
    Lag,
    Lie,
    Limit,
    Resume,
    Send,
    Skip,
    Stall,
    Truncate,
)
from localnet.chain.faults.script import Line, Range, When, drawn, parse

FORMS = {
    "fork 3": Fork(3),
    "fork 3 shorter losing beyond final": Fork(3, False, "drop", True),
    "skip 2": Skip(2),
    "dead 2": Dead(2),
    "stall": Stall(),
    "stall 5": Stall(5),
    "resume": Resume(),
    "drop send": Send("drop"),
    "drop send 2 on main": Send("drop", 2, endpoint="main"),
    "duplicate send 3 by 2 blocks": Send("duplicate", 3, 2),
    "delay send 1 by 9 blocks on fault": Send("delay", 1, 9, "fault"),
    "lose reply 2": Send("reply_lost", 2),
    "error -32005 getSlot": Error("getSlot"),
    "error 429 * forever on main say 'Too many'": Error("*", 429, "Too many", None, "main"),
    "error -32004 getBlock times 4": Error("getBlock", -32004, count=4),
    "http 503 times 2": Http(503, 2),
    "limit 10 per 2 slots on both": Limit(10, 2, "both"),
    "lag 5": Lag(5),
    "lag 5 on both": Lag(5, "both"),
    "lie blockhash times 2": Lie("blockhash", 2),
    "lie tip forever on main": Lie("tip", None, "main"),
    "truncate 8": Truncate(8),
    "hook lose 2": Hook("lose", 2),
    "hook duplicate": Hook("duplicate"),
    "hook reorder 3": Hook("reorder", 3),
    "hook delay 2 by 6 blocks": Hook("delay", 2, 6),
    "grpc cut": Grpc("cut"),
    "grpc forget 5": Grpc("forget", 5),
    "clear": Clear(),
    "forget": Forget(),
}
TIMES = {
    "resume": When(),
    "now resume": When(),
    "at slot 50 resume": When(unit="slot", number=50),
    "at slot 50..60 resume": When(unit="slot", number=Range(50, 60)),
    "after 3 slots resume": When(number=3),
    "after 2s resume": When(unit="ms", number=2000),
    "after 1..2s resume": When(unit="ms", number=Range(1000, 2000)),
    "after 500ms resume": When(unit="ms", number=500),
    "every 20 slots resume": When(number=20, every=20),
    "every 5..9 slots until slot 80 chance 30% resume": When(
        number=Range(5, 9), every=Range(5, 9), until=80, chance_percent=30
    ),
}
REFUSED = {
    "forkk 3": "line 1, word 1 `forkk`: no fault begins so; there are: fork, skip",
    "fork": "line 1, word 2: a number of depth is missing",
    "fork x": "line 1, word 2 `x`: a number or a range of depth is wanted",
    "fork 3 deeper": "line 1, word 3 `deeper`: `fork` does not go on so",
    "resume\n\nskip 0": "line 3: slots: .*>= 1",
    "skip 5..3": "line 1, word 2 `5..3`: a range goes up",
    "skip 0..3": "line 1: .*>= 1",
    "at slt 5 skip 1": "line 1, word 2 `slt`: `slot` is wanted",
    "at slot skip 1": "line 1, word 3 `skip`: a number or a range of slots",
    "at slot -1 skip 1": "line 1, word 3 `-1`: time goes forward",
    "after 2 skip 1": "line 1, word 3 `skip`: `slots` is wanted",
    "every 0 slots skip 1": "time goes forward",
    "every 2 slots chance 300% skip 1": "line 1, word 5 `300%`: a chance is",
    "lag 5 on mars": "line 1, word 4 `mars`: endpoint is one of main, fault, both",
    "lie everything": "line 1, word 2 `everything`: about is one of skipped, gap",
    "http 200": "line 1: .*400",
    "hook eat 1": "line 1, word 1 `hook`",
    "delay send 1 by 9": "line 1, word 6: `blocks` is missing",
    "error -1 getSlot say 'open": "line 1: No closing quotation",
    "at slot 5": "line 1, word 4: a fault is missing",
    "lag 5 on main and more": "line 1, word 5 `and`: `lag` does not go on so",
}


def only(text: str) -> Line:
    """The one line of a script."""
    (line,) = parse(text)
    return line


@pytest.mark.parametrize("text", FORMS)
def test_form(text: str) -> None:
    """Each form is its fault."""
    assert drawn(only(text).fault, Random(0)) == FORMS[text]


def test_every_fault_has_a_form() -> None:
    """No fault exists that the language cannot say."""
    assert {type(fault) for fault in FORMS.values()} == set(get_args(Fault))


@pytest.mark.parametrize("text", TIMES)
def test_time(text: str) -> None:
    """Each way to say when."""
    assert only(text).when == TIMES[text]


@pytest.mark.parametrize("text", REFUSED)
def test_refusal_names_line_and_word(text: str) -> None:
    """What cannot be read is named with its place."""
    with pytest.raises(BadFault, match=REFUSED[text].replace("`", "`")):
        parse(text)


def test_comments_and_empty_lines() -> None:
    """They count as lines and say nothing."""
    assert [line.number for line in parse("# storm\n\nat slot 5 fork 1..3  # deep\n")] == [3]


def test_ranges_are_drawn_within() -> None:
    """Every number of a range comes, both ends included, and only those."""
    line = only("fork 2..4")
    depths = {drawn(line.fault, Random(seed)) for seed in range(50)}
    assert depths == {Fork(2), Fork(3), Fork(4)}
