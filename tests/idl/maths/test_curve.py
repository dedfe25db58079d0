"""The curve: a trade costs exactly the sum of its shares' prices, up as down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idl.limits import POOL_SUPPLY_MAX
from idl.maths.curve import cost, price, squares_below

SHARES = st.integers(0, 200)


@given(st.integers(0, 2**26), st.integers(0, 2**40), st.integers(0, 2**15), SHARES)
def test_sum_of_prices(a: int, c: int, s: int, n: int) -> None:
    """A cost is the sum of its prices."""
    assert cost(a, c, s, n) == sum(price(a, c, k) for k in range(s, s + n))


@given(st.integers(0, 2**20), st.integers(0, 2**40), SHARES, SHARES, SHARES)
def test_path_independent(a: int, c: int, s: int, n: int, m: int) -> None:
    """Two trades cost what one of both costs."""
    assert cost(a, c, s, n) + cost(a, c, s + n, m) == cost(a, c, s, n + m)


def test_examples() -> None:
    """Figures computed by hand."""
    assert cost(1, 0, 0, 4) == 14
    assert cost(2, 5, 2, 2) == 36
    assert cost(0, 1, 0, POOL_SUPPLY_MAX) == POOL_SUPPLY_MAX
    assert squares_below(POOL_SUPPLY_MAX) == 384_306_618_446_643_200


def test_bounds() -> None:
    """Where the program would refuse the twin raises."""
    for s, n in ((POOL_SUPPLY_MAX, 1), (0, POOL_SUPPLY_MAX + 1)):
        with pytest.raises(OverflowError, match="more than a pool has"):
            cost(0, 1, s, n)
    with pytest.raises(OverflowError, match="not a u64"):
        cost(2**40 - 1, 0, 0, POOL_SUPPLY_MAX)
    with pytest.raises(OverflowError, match="not a u64"):
        price(2**40 - 1, 0, POOL_SUPPLY_MAX)
