"""The price of a creator's shares. Twin of market-math `curve.rs`.

The k-th share (from 0) costs a * k^2 + c, and a trade exactly the sum of its shares, up or down.
"""

from idl.limits import POOL_SUPPLY_MAX
from idl.maths.fixed import u64


def squares_below(m: int) -> int:
    """Sum of k^2 for k < m."""
    return (m - 1) * m * (2 * m - 1) // 6


def price(a: int, c: int, k: int) -> int:
    """a * k^2 + c in atoms: the price of the share that follows k others; raises OverflowError beyond a u64."""
    return u64(a * u64(k * k) + c)


def cost(a: int, c: int, s: int, n: int) -> int:
    """What n shares cost that follow s others, in atoms; raises OverflowError beyond POOL_SUPPLY_MAX or a u64."""
    if s + n > POOL_SUPPLY_MAX:
        raise OverflowError(f"{s + n} shares are more than a pool has")
    return u64(a * (squares_below(s + n) - squares_below(s)) + c * n)
