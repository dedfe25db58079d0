"""The language of faults: lines of `WHEN FAULT CLAUSES`, parsed to frozen values. Pure.

WHEN    `now` (or nothing), `at slot N`, `after N slots`, `after 2s`, `after 500ms`, `every N slots`; then, as wanted,
        `until slot N` and `chance 30%`
FAULT   `fork N`, `skip N`, `dead N`, `stall [N]`, `resume`, `drop send [N]`, `duplicate send [N]`, `delay send [N]`,
        `lose reply [N]`, `error CODE METHOD`, `http STATUS`, `limit CALLS`, `lag N`, `lie ABOUT`, `truncate N`,
        `hook lose|duplicate|reorder|delay [N]`, `grpc cut`, `grpc forget SLOTS`, `clear`, `forget`
CLAUSES what the fault allows of `on ENDPOINT`, `times N`, `forever`, `by N blocks`, `per N slots`, `say "TEXT"`,
        `shorter`, `losing`, `beyond final`
A number may be a range `3..8`, drawn by the seed each time the line acts. `#` begins a comment."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from localnet.chain.errors import BadFault
from localnet.chain.faults.model import CHOICES, Fault, read

LINES_MAX = 10_000
_NUMBER = re.compile(r"(-?\d{1,15})(?:\.\.(-?\d{1,15}))?")
_TIME = re.compile(r"(\d{1,9})(?:\.\.(\d{1,9}))?(ms|s)")
_CHANCE = re.compile(r"(\d{1,3})%")


@dataclass(frozen=True, slots=True)
class Range:
    """A number that is drawn, both ends included."""

    low: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """When a line acts: at a slot, or so many slots of time or milliseconds after it was given; perhaps again."""

    unit: Literal["slot", "slots", "ms"] = "slots"
    number: int | Range = 0
    every: int | Range | None = None
    until: int | None = None
    chance_percent: int = 100


Fields = tuple[tuple[str, int | str | bool | Range | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: its number in the script, when it acts, and the fault's fields with ranges not yet drawn."""

    number: int
    when: When
    fault: Fields


@dataclass(frozen=True, slots=True)
class _Form:
    """A fault's words; `{name}` is a field's value, `{name?}` may be left out."""

    words: str
    fixed: dict[str, Any]
    clauses: tuple[str, ...] = ()


CLAUSES: dict[str, tuple[str, dict[str, Any]]] = {
    "on": ("on {endpoint}", {}),
    "times": ("times {count}", {}),
    "forever": ("forever", {"count": None}),
    "by": ("by {blocks} blocks", {}),
    "per": ("per {slots} slots", {}),
    "say": ("say {message}", {}),
    "shorter": ("shorter", {"replace": False}),
    "losing": ("losing", {"transactions": "drop"}),
    "beyond": ("beyond final", {"beyond_final": True}),
}
FORMS = (
    _Form("fork {depth}", {"kind": "fork"}, ("shorter", "losing", "beyond")),
    _Form("skip {slots}", {"kind": "skip"}),
    _Form("dead {slots}", {"kind": "dead"}),
    _Form("stall {slots?}", {"kind": "stall"}),
    _Form("resume", {"kind": "resume"}),
    _Form("drop send {count?}", {"kind": "send", "fate": "drop"}, ("on",)),
    _Form("duplicate send {count?}", {"kind": "send", "fate": "duplicate"}, ("on", "by")),
    _Form("delay send {count?}", {"kind": "send", "fate": "delay"}, ("on", "by")),
    _Form("lose reply {count?}", {"kind": "send", "fate": "reply_lost"}, ("on",)),
    _Form("error {code} {method}", {"kind": "error"}, ("on", "times", "forever", "say")),
    _Form("http {status}", {"kind": "http"}, ("on", "times", "forever")),
    _Form("limit {calls}", {"kind": "limit"}, ("on", "per")),
    _Form("lag {blocks}", {"kind": "lag"}, ("on",)),
    _Form("lie {about}", {"kind": "lie"}, ("on", "times", "forever")),
    _Form("truncate {blocks}", {"kind": "truncate"}, ("on",)),
    _Form("hook lose {count?}", {"kind": "hook", "fate": "lose"}),
    _Form("hook duplicate {count?}", {"kind": "hook", "fate": "duplicate"}),
    _Form("hook reorder {count?}", {"kind": "hook", "fate": "reorder"}),
    _Form("hook delay {count?}", {"kind": "hook", "fate": "delay"}, ("by",)),
    _Form("grpc cut", {"kind": "grpc", "fate": "cut"}),
    _Form("grpc forget {slots}", {"kind": "grpc", "fate": "forget"}),
    _Form("clear", {"kind": "clear"}),
    _Form("forget", {"kind": "forget"}),
)
_TEXTS = frozenset({"endpoint", "method", "message", "about"})


def parse(text: str) -> tuple[Line, ...]:
    """The lines of a script; BadFault names the line and the word that cannot be read."""
    lines = text.splitlines()
    if len(lines) > LINES_MAX:
        raise BadFault(f"a script has at most {LINES_MAX} lines")
    parsed = (_line(number, line) for number, line in enumerate(lines, 1))
    return tuple(line for line in parsed if line is not None)


def drawn(fields: Fields, random: Random) -> Fault:
    """The fault with its ranges drawn, in the order they are written."""
    return read({n: random.randint(v.low, v.high) if isinstance(v, Range) else v for n, v in fields})


class _Words:
    """The words of a line, read from the left; every refusal says where."""

    def __init__(self, number: int, words: list[str]) -> None:
        self.number = number
        self._words = words
        self._at = 0

    @property
    def next(self) -> str | None:
        """The word that is read next, None at the end."""
        return self._words[self._at] if self._at < len(self._words) else None

    def take(self, wanted: str) -> str:
        """The next word; `wanted` says what should be there."""
        word = self.next
        if word is None:
            raise BadFault(f"line {self.number}, word {self._at + 1}: {wanted} is missing")
        self._at += 1
        return word

    def accept(self, *words: str) -> bool:
        """Take these words if they come next."""
        if tuple(self._words[self._at : self._at + len(words)]) != words:
            return False
        self._at += len(words)
        return True

    def literal(self, word: str) -> None:
        """Take exactly this word."""
        if self.take(f"`{word}`") != word:
            raise self.refused(f"`{word}` is wanted")

    def text(self, name: str) -> str:
        """Take any word, or one of those that the name allows."""
        word, choices = self.take(name), CHOICES.get(name)
        if choices is not None and word not in choices:
            raise self.refused(f"{name} is one of {', '.join(choices)}")
        return word

    def number_or_range(self, wanted: str) -> int | Range:
        """Take `3` or `3..8`."""
        match = _NUMBER.fullmatch(self.take(f"a number of {wanted}"))
        if match is None:
            raise self.refused(f"a number or a range of {wanted} is wanted")
        return self.ranged(match[1], match[2])

    def ranged(self, low: str, high: str | None, scale: int = 1) -> int | Range:
        """What two ends of a range say; the higher may be absent."""
        if high is None:
            return int(low) * scale
        if int(high) < int(low):
            raise self.refused("a range goes up")
        return Range(int(low) * scale, int(high) * scale)

    def refused(self, why: str) -> BadFault:
        """What is wrong with the word just taken."""
        return BadFault(f"line {self.number}, word {self._at} `{self._words[self._at - 1]}`: {why}")


def _line(number: int, text: str) -> Line | None:
    try:
        words = _Words(number, shlex.split(text, comments=True))
    except ValueError as error:
        raise BadFault(f"line {number}: {error}") from error
    if words.next is None:
        return None
    when = _when(words)
    fields = _fault(words)
    _probe(number, fields)
    return Line(number=number, when=when, fault=tuple(fields.items()))


def _when(words: _Words) -> When:
    unit: Literal["slot", "slots", "ms"] = "slots"
    number: int | Range = 0
    every: int | Range | None = None
    if words.accept("at"):
        words.literal("slot")
        unit, number = "slot", words.number_or_range("slots")
    elif words.accept("after"):
        unit, number = _after(words)
    elif words.accept("every"):
        every = number = words.number_or_range("slots")
        words.literal("slots")
    else:
        words.accept("now")
    if min(_ends(number)) < (0 if every is None else 1):
        raise words.refused("time goes forward")
    until = None
    if words.accept("until"):
        words.literal("slot")
        until = max(_ends(words.number_or_range("slots")))
    return When(unit=unit, number=number, every=every, until=until, chance_percent=_chance(words))


def _after(words: _Words) -> tuple[Literal["slots", "ms"], int | Range]:
    time = _TIME.fullmatch(words.next or "")
    if time is not None:
        words.take("a time")
        return "ms", words.ranged(time[1], time[2], 1000 if time[3] == "s" else 1)
    number = words.number_or_range("slots, `2s` or `500ms`")
    words.literal("slots")
    return "slots", number


def _chance(words: _Words) -> int:
    if not words.accept("chance"):
        return 100
    match = _CHANCE.fullmatch(words.take("a chance like `30%`"))
    if match is None or int(match[1]) > 100:
        raise words.refused("a chance is `0%` to `100%`")
    return int(match[1])


def _fault(words: _Words) -> dict[str, Any]:
    form = next((one for one in FORMS if words.accept(*_head(one))), None)
    if form is None:
        words.take("a fault")
        known = ", ".join(dict.fromkeys(" ".join(_head(one)) for one in FORMS))
        raise words.refused(f"no fault begins so; there are: {known}")
    fields = dict(form.fixed)
    _values(words, form.words.split()[len(_head(form)) :], fields)
    while words.next is not None:
        name = next((one for one in form.clauses if words.next == CLAUSES[one][0].split()[0]), None)
        if name is None:
            words.take("a clause")
            raise words.refused(f"`{' '.join(_head(form))}` does not go on so")
        pattern, fixed = CLAUSES[name]
        _values(words, pattern.split(), fields)
        fields |= fixed
    return fields


def _head(form: _Form) -> tuple[str, ...]:
    return tuple(word for word in form.words.split() if not word.startswith("{"))


def _values(words: _Words, pattern: list[str], fields: dict[str, Any]) -> None:
    """Read what a pattern wants into the fields."""
    for part in pattern:
        if not part.startswith("{"):
            words.literal(part)
            continue
        name = part.strip("{?}")
        if part.endswith("?}") and not _NUMBER.fullmatch(words.next or ""):
            continue
        fields[name] = words.text(name) if name in _TEXTS else words.number_or_range(name)


def _probe(number: int, fields: dict[str, Any]) -> None:
    """Both ends of every range must make a fault, so that no line can fail once it plays."""
    for end in (0, 1):
        try:
            read({name: _ends(value)[end] if isinstance(value, Range) else value for name, value in fields.items()})
        except BadFault as error:
            raise BadFault(f"line {number}: {error}") from error


def _ends(value: int | Range) -> tuple[int, int]:
    return (value.low, value.high) if isinstance(value, Range) else (value, value)
