"""Numbers with names: equal to the Rust ones, and the state that a reader sees."""

import re
from enum import IntEnum
from pathlib import Path

import pytest

from idl.enums import (
    DECIDED,
    UNDECIDED,
    Cancelled,
    Change,
    ClosedWhat,
    EffectiveState,
    Engine,
    FeeKind,
    Flag,
    Mode,
    Op,
    OrderKind,
    Pause,
    ResolutionFlag,
    Round,
    ShareSide,
    SourceKind,
    State,
    Step,
    TradeKind,
    effective_state,
)

PROGRAMS = Path(__file__).parents[2] / "programs"
RUST = PROGRAMS / "market" / "src"


def rust_module(name: str, program: str = "market") -> dict[str, int]:
    """The u8 constants of a module in constants.rs."""
    body = re.search(rf"pub mod {name} \{{(.*?)\n\}}", (PROGRAMS / program / "src" / "constants.rs").read_text(), re.S)
    assert body, name
    return {key: int(value) for key, value in re.findall(r"pub const (\w+): u8 = (\d+);", body[1])}


@pytest.mark.parametrize(
    ("kind", "module"),
    [
        (Engine, "engine"),
        (SourceKind, "source_kind"),
        (Op, "op"),
        (Flag, "flag"),
        (FeeKind, "fee_kind"),
        (ClosedWhat, "closed"),
        (ResolutionFlag, "resolution_flag"),
        (Round, "round"),
        (Change, "change"),
        (TradeKind, "trade_kind"),
        (OrderKind, "order_kind"),
        (Step, "step"),
        (Cancelled, "cancelled"),
    ],
)
def test_rust_says_the_same(kind: type[IntEnum], module: str) -> None:
    """Each enum equals its Rust module, name by name."""
    assert {one.name: one.value for one in kind} == rust_module(module)


def test_rust_says_the_same_of_pools() -> None:
    """The sides of a trade of shares are Rust's."""
    assert {one.name: one.value for one in ShareSide} == rust_module("share_side", "creator")


def test_rust_bits_and_modes() -> None:
    """Pause has all bits of Rust's; the modes are numbered alike."""
    bits = rust_module("pause")
    assert sum(Pause) == bits.pop("ALL")
    assert {one.name: one.value for one in Pause} == bits
    assert sorted(rust_module("mode").values()) == sorted(Mode)


def test_states() -> None:
    """The states are Rust's, in their order, and each is decided or not."""
    body = re.search(r"pub enum State \{(.*?)\}", (RUST / "lifecycle.rs").read_text(), re.S)
    assert body
    assert {one.name: one.value for one in State} == {k: int(v) for k, v in re.findall(r"(\w+) = (\d+)", body[1])}
    assert set(State) == UNDECIDED | DECIDED
    assert not UNDECIDED & DECIDED


@pytest.mark.parametrize(
    ("state", "flags", "now", "seen"),
    [
        (State.Active, 0, 99, EffectiveState.ACTIVE),
        (State.Active, 0, 100, EffectiveState.LOCKED),
        (State.Active, Flag.HALTED, 99, EffectiveState.HALTED),
        (State.Active, Flag.HALTED | Flag.STRIKE_SET, 101, EffectiveState.HALTED),
        (State.Approved, 0, 101, EffectiveState.APPROVED),
        (State.Void, Flag.HALTED, 101, EffectiveState.VOID),
    ],
)
def test_effective_state(state: State, flags: int, now: int, seen: EffectiveState) -> None:
    """Only an Active market is locked by time or halted by its flag."""
    assert effective_state(state=state, flags=flags, lock=100, now=now) is seen


def test_every_state_is_seen() -> None:
    """Every stored state has its effective one."""
    assert {effective_state(state=one, flags=0, lock=1, now=0).value for one in State} <= set(EffectiveState)
