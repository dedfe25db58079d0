"""Dividends by an accumulator. Twin of market-math `dividends.rs`.

`acc` is what one share has earned since the pool began, in 2^-32 atoms; what cannot be divided is carried.
"""

from typing import NamedTuple

FRACTION_BITS = 32


class Earned(NamedTuple):
    """Whole atoms, and the fraction left in 2^-32 atoms."""

    whole: int
    fraction: int


def accrue(acc: int, carry: int, amount: int, supply: int) -> tuple[int, int]:
    """The accumulator and its carry after `amount` atoms came in for `supply` > 0 shares."""
    each, rest = divmod((amount << FRACTION_BITS) + carry, supply)
    return acc + each, rest


def earned(shares: int, acc: int, debt: int) -> Earned:
    """What shares have earned since `debt`."""
    units = shares * (acc - debt)
    return Earned(units >> FRACTION_BITS, units & (1 << FRACTION_BITS) - 1)


def debt_after(acc: int, shares: int, fraction: int) -> int:
    """The debt that leaves `shares` no more than a fraction already earned."""
    return max(0, acc - fraction // shares) if shares else acc


def claimable(
    *, shares: int, debt: int, pending: int, acc: int, carry: int, supply: int, recorded: int, balance: int
) -> int:
    """What a holder would be paid now, with what came into the dividends account but was not counted yet (atoms)."""
    if supply and balance > recorded:
        acc, _ = accrue(acc, carry, balance - recorded, supply)
    return pending + earned(shares, acc, debt).whole
