"""Dividends: nothing is made, and nothing but crumbs is lost."""

from hypothesis import given
from hypothesis import strategies as st

from idl.maths.dividends import FRACTION_BITS, accrue, claimable, debt_after, earned

AMOUNT = st.integers(0, 2**50)
SHARES = st.integers(1, 2**19)


@given(st.lists(st.tuples(AMOUNT, SHARES), min_size=1, max_size=30))
def test_accrual_loses_nothing(dividends: list[tuple[int, int]]) -> None:
    """What every share earned and the carry are what came in, to the unit."""
    acc = carry = came = 0
    for amount, supply in dividends:
        before = acc
        acc, rest = accrue(acc, carry, amount, supply)
        assert (acc - before) * supply + rest == (amount << FRACTION_BITS) + carry
        assert 0 <= rest < supply
        carry, came = rest, came + amount
    assert acc << 0 <= came << FRACTION_BITS


@given(SHARES, SHARES, st.integers(0, 2**80), st.integers(0, 2**80))
def test_a_touch_makes_nothing(old: int, new: int, debt: int, more: int) -> None:
    """After a touch the whole atoms and the fraction left are at most what was earned."""
    acc = debt + more
    whole, fraction = earned(old, acc, debt)
    after = debt_after(acc, new, fraction)
    kept = new * (acc - after)
    assert (whole << FRACTION_BITS) + kept <= old * more
    assert kept <= fraction < 1 << FRACTION_BITS
    assert fraction - kept < new or after == 0


def test_examples() -> None:
    """Figures computed by hand: 350 for 35 shares, then one atom more."""
    one = 1 << FRACTION_BITS
    assert accrue(0, 0, 350, 35) == (10 * one, 0)
    assert earned(20, 10 * one, 0) == (200, 0)
    assert debt_after(10 * one, 0, 5) == 10 * one
    state = {"acc": 0, "carry": 0, "supply": 35, "recorded": 0, "balance": 350}
    assert claimable(shares=20, debt=0, pending=7, **state) == 207
    assert claimable(shares=20, debt=0, pending=7, **(state | {"supply": 0})) == 7
