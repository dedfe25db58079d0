"""2^-d and ln: near the truth, never a step the wrong way."""

import random
from decimal import Decimal, localcontext
from pathlib import Path

import pytest

from idl.maths import tables
from idl.maths.explog import exp2_neg, ln_1p, ln_above, neg_ln_below

ONE = 1 << 64
ULPS = Decimal(2)


def off(found: int, true: Decimal) -> Decimal:
    """How far a number in Q64 is from the truth, in its ulps."""
    return abs(found - true * ONE)


def test_near_the_truth() -> None:
    """Neither function is two ulps off anywhere that was looked, 3,000 random places."""
    rng = random.Random(5)
    with localcontext(prec=60):
        two = Decimal(2)
        for _ in range(3_000):
            d, x, u = rng.randrange(ONE << 4), rng.randrange(ONE << 3), rng.randrange(1, ONE)
            assert off(exp2_neg(d), two ** -(Decimal(d) / ONE)) < ULPS
            assert off(ln_1p(x % ONE), (1 + Decimal(x % ONE) / ONE).ln()) < ULPS
            assert off(ln_above(x), (1 + Decimal(x) / ONE).ln()) < 2 * ULPS
            assert off(neg_ln_below(u), -(Decimal(u) / ONE).ln()) < 4 * ULPS


def test_no_step_back() -> None:
    """One ulp further neither function turns: at every border of the tables and at random places."""
    rng = random.Random(6)
    borders = [(whole << 64) + (step << 58) for whole in range(64) for step in range(64)]
    for d in [*(max(border - 2, 0) for border in borders), *(rng.randrange(ONE << 6) for _ in range(5_000))]:
        found = [exp2_neg(d + k) for k in range(4)]
        assert found == sorted(found, reverse=True)
    borders = [(64 + step << 58 + m) - ONE for m in range(4) for step in range(1, 65)]
    for x in [*(border - 2 for border in borders), *(rng.randrange(ONE << 3) for _ in range(5_000))]:
        found = [ln_above(x + k) for k in range(4)]
        assert found == sorted(found)


def test_ends() -> None:
    """1 is an ulp less than 1, from 64 on nothing is left, and ln(1) is 0."""
    assert (exp2_neg(0), exp2_neg(63 << 64), exp2_neg(64 << 64), exp2_neg(1 << 90)) == (ONE - 1, 1, 0, 0)
    assert (ln_1p(0), ln_above(0), ln_above(ONE)) == (0, 0, tables.LN_2)
    assert neg_ln_below(1) == 64 * tables.LN_2


def _tables() -> dict[str, list[int]]:
    """Every constant from its definition."""
    with localcontext(prec=80):
        ln2 = Decimal(2).ln()
        steps = [1 + Decimal(i) / 64 for i in range(64)]
        factorial, series = Decimal(1), []
        for k in range(1, 8):
            factorial *= k
            series.append(ln2**k / factorial / 64**k)
        return {
            "EXP2_NEG": _rounded([(-ln2 * i / 64).exp() for i in range(64)], 64),
            "RECIPROCAL": _rounded([1 / step for step in steps], 64),
            "LN_1P": _rounded([step.ln() for step in steps], 64),
            "EXP_SERIES": _rounded(series, 70),
            "LN_SERIES": _rounded([Decimal(1) / k / 64**k for k in range(2, 11)], 70),
            "LN_2": _rounded([ln2], 64),
            "LOG2_E": [int(2**127 / ln2)],
            "LN_OF": _rounded([Decimal(n).ln() for n in range(2, 9)], 60),
        }


def _rounded(values: list[Decimal], bits: int) -> list[int]:
    return [min(int((value * 2**bits).to_integral_value()), ONE - 1) for value in values]


@pytest.mark.parametrize("name", list(_tables()))
def test_tables(name: str) -> None:
    """Each table is what its definition gives, in Python and in Rust."""
    expected = _tables()[name]
    ours = getattr(tables, name)
    assert (list(ours) if isinstance(ours, tuple) else [ours]) == expected
    source = (Path(__file__).parents[3] / "programs" / "math" / "src" / "tables.rs").read_text()
    body = source.split(f"pub const {name}:")[1].split("=", 1)[1].split(";")[0]
    assert [int(word, 16) for word in body.replace("[", " ").replace("]", " ").replace(",", " ").split()] == expected
