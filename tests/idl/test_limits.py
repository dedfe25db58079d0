"""Bounds: equal to the Rust ones; the parts of a market id."""

import re
from pathlib import Path

import pytest

from idl import limits

PROGRAMS = Path(__file__).parents[2] / "programs"
SOURCE = "".join((PROGRAMS / one).read_text() for one in ("market/src/constants.rs", "math/src/lmsr.rs"))


def rust(name: str) -> int:
    """A Rust constant, days resolved."""
    found = re.search(rf"pub const {name}: \w+ = ([^;]+);", SOURCE)
    assert found, name
    words = found[1].replace("DAY_S", "86_400")
    assert re.fullmatch(r"[\d_ ()<*-]+", words), words
    return eval(words)  # numbers, parentheses, shifts, products and differences mean the same in both languages


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("BPS", limits.BPS),
        ("FEE_BPS_MAX", limits.FEE_BPS_TOTAL_MAX),
        ("OUTCOMES_MIN", limits.OUTCOMES_MIN),
        ("OUTCOMES_MAX", limits.OUTCOMES_MAX),
        ("QUESTION_BYTES_MIN", limits.QUESTION_BYTES_MIN),
        ("QUESTION_BYTES_MAX", limits.QUESTION_BYTES_MAX),
        ("URI_BYTES_MAX", limits.URI_BYTES_MAX),
        ("ID_SLOTS_MAX", limits.ID_SLOT_AGE_MAX),
        ("ID_SLOTS_MAX", limits.CLOSE_AFTER_SLOTS),
        ("MATCHES_MAX", limits.MATCHES_MAX),
        ("PRICE_WINDOW_S", limits.PRICE_WINDOW_S),
        ("PRICE_WINDOW_S", limits.EVENT_AFTER_LOCK_PRICE_S),
        ("RESOLVE_BY_MAX_S", limits.RESOLVE_SPAN_S_MAX),
        ("VOID_AFTER_MIN_S", limits.VOID_AFTER_MIN_S),
        ("VOID_AFTER_MAX_S", limits.VOID_AFTER_MAX_S),
        ("UNCLAIMED_S", limits.DECIDED_DEADLINE_S),
        ("CONFIG_OPEN_S", limits.CONFIG_CHANGE_OPEN_S),
        ("B_MIN", limits.B_MIN),
        ("B_MAX", limits.B_MAX),
        ("SUPPLY_MAX", limits.SUPPLY_MAX),
        ("EXPO_DIGITS_MAX", limits.PRICE_EXPO_SHIFT_MAX),
    ],
)
def test_rust_says_the_same(name: str, ours: int) -> None:
    """Each bound equals its Rust constant."""
    assert rust(name) == ours


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("math/src/curve.rs", f"SUPPLY_MAX: u64 = 1 << {limits.POOL_SUPPLY_MAX.bit_length() - 1};"),
        ("math/src/curve.rs", f"A_BOUND: u64 = 1 << {limits.POOL_A_BOUND.bit_length() - 1};"),
        ("math/src/curve.rs", f"C_BOUND: u64 = 1 << {limits.POOL_C_BOUND.bit_length() - 1};"),
        ("math/src/nonce.rs", f"WINDOW: u64 = {limits.NONCE_WINDOW};"),
        ("creator/src/constants.rs", f"LOCK_S_MIN: u32 = {limits.LOCK_S_MIN_LOCALNET};"),
        ("creator/src/constants.rs", f"LOCK_S_MIN: u32 = {limits.LOCK_S_MIN:_};"),
    ],
)
def test_rust_says_the_same_of_pools(file: str, line: str) -> None:
    """The bounds of pools equal the Rust constants; the lock's floor is that of the cluster."""
    assert line in (Path(__file__).parents[2] / "programs" / file).read_text()


def test_book_limits() -> None:
    """The sizes of a book are those of market-math."""
    book = (PROGRAMS / "math" / "src" / "book.rs").read_text()
    ours = {"TICK_MAX": limits.TICK_MAX, "SIDE_ORDERS": limits.SIDE_ORDERS, "SEATS": limits.SEATS}
    for name, value in ours.items():
        assert re.search(rf"pub const {name}: \w+ = {value};", book), name
    assert f"pub const LOT_K_MAX: u64 = 1 << {limits.LOT_K_MAX.bit_length() - 1};" in SOURCE


def test_market_id() -> None:
    """An id holds its slot and a number of 16 bits."""
    made = limits.market_id(300_000_001, 7)
    assert made == 300_000_001 << 16 | 7
    assert limits.id_slot(made) == 300_000_001
    for slot, k in ((1, 1 << 16), (1, -1), (-1, 0), (1 << 48, 0)):
        with pytest.raises(ValueError, match="no market id"):
            limits.market_id(slot, k)
