"""2^-d and ln in fixed point: tables of 64 steps and a short series between them. Twin of market-math `explog.rs`.

Qn is an integer that stands for itself over 2^n. Neither steps the wrong way, not even between two steps of a table.
"""

from typing import Final

from idl.maths.fixed import mul_near
from idl.maths.tables import EXP2_NEG, EXP_SERIES, LN_1P, LN_2, LN_SERIES, RECIPROCAL

_LOW: Final = 2**64 - 1


def exp2_neg(d: int) -> int:
    """2^-d in Q64 (1 is 2^64 - 1), for a natural d in Q64; 0 from 64 on."""
    whole, part = d >> 64, d & _LOW
    if whole >= 64:
        return 0
    start, y = EXP2_NEG[part >> 58], part << 6 & _LOW
    short = y >> 32
    a1, a2, a3, a4, a5, a6, a7 = EXP_SERIES
    s = a6 - (short * a7 >> 32)
    s = a5 - (short * s >> 32)
    s = a4 - (short * s >> 32)
    s = a3 - mul_near(y, s)
    s = a2 - mul_near(y, s)
    s = a1 - mul_near(y, s)
    return start - (mul_near(start, mul_near(y, s)) >> 6) >> whole


def ln_1p(f: int) -> int:
    """ln(1 + f) in Q64, for f below 1 in Q64."""
    index = f >> 58
    z = mul_near(f << 6 & _LOW, RECIPROCAL[index])
    short = z >> 32
    b2, b3, b4, b5, b6, b7, b8, b9, b10 = LN_SERIES
    s = b9 - (short * b10 >> 32)
    s = b8 - (short * s >> 32)
    s = b7 - (short * s >> 32)
    s = b6 - (short * s >> 32)
    s = b5 - (short * s >> 32)
    s = b4 - mul_near(z, s)
    s = b3 - mul_near(z, s)
    s = b2 - mul_near(z, s)
    return LN_1P[index] + (z - mul_near(z, mul_near(z, s)) >> 6)


def ln_above(x: int) -> int:
    """ln(1 + x) in Q64, for a natural x in Q64 below 2^7."""
    s = (1 << 64) + x
    m = s.bit_length() - 65
    return m * LN_2 + ln_1p(s >> m & _LOW)


def neg_ln_below(u: int) -> int:
    """-ln(u) in Q64, for u in Q64 between 0 and 1, both apart."""
    m = 65 - u.bit_length()
    return m * LN_2 - ln_1p(u << m & _LOW)
