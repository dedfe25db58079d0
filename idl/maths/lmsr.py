"""The market maker: what shares cost, and how many a sum buys. Twin of market-math `lmsr.rs`.

The cost is C~(q) = max(q) + floor(b * ln sum exp(-(max - q_j) / b)) + 1, a function of whole numbers alone. It is never
below max(q) and never falls when a supply grows, so whoever charges its differences can always pay the winners, however
exact it is.
"""

from collections.abc import Sequence
from typing import NamedTuple, Self

from idl.limits import B_MAX, B_MIN, BPS, SUPPLY_MAX
from idl.maths.explog import exp2_neg, ln_above, neg_ln_below
from idl.maths.fees import trade_fee
from idl.maths.tables import LN_OF, LOG2_E

_ONE = 1 << 64
# What the sum of the other outcomes is taken too large by, in ulps of Q64: more than cost and sum can be wrong by.
_GUARD_EACH, _GUARD = 4, 16


class Curve(NamedTuple):
    """Liquidity b (atoms), and log2(e) / b as mantissa over 2^shift."""

    b: int
    inv: int
    shift: int

    @classmethod
    def of(cls, b: int) -> Self:
        """The curve of a liquidity from B_MIN to B_MAX; else ValueError."""
        if not B_MIN <= b <= B_MAX:
            raise ValueError(f"b = {b} is not from {B_MIN} to {B_MAX}")
        wide = LOG2_E // b
        excess = wide.bit_length() - 64
        return cls(b, wide >> excess, 127 - excess)

    @classmethod
    def funded(cls, subsidy: int, outcomes: int) -> Self:
        """b = floor((subsidy - 2) / ln n), lowered until the subsidy covers C~(0); ValueError out of bounds."""
        if subsidy < 2:
            raise ValueError(f"a subsidy of {subsidy} opens no curve")
        b = (subsidy - 2 << 60) // LN_OF[outcomes - 2]
        while cls.of(b).cost((0,) * outcomes) > subsidy:
            b -= 1
        return cls.of(b)

    def _weight(self, below: int) -> int:
        """exp(-below / b) in Q64."""
        return exp2_neg(below * self.inv >> (self.shift - 64))

    def cost(self, supply: Sequence[int]) -> int:
        """C~(q) of two outcomes or more (atoms)."""
        top = max(supply)
        first = supply.index(top)
        x = sum(self._weight(top - held) for i, held in enumerate(supply) if i != first)
        return top + (self.b * ln_above(x) >> 64) + 1

    def shares_for(self, supply: Sequence[int], cost: int, outcome: int, net: int) -> int:
        """Shares of an outcome that lift C~ from `cost` by at most `net` (atoms) and hardly less; 0 if none."""
        if net < 1:
            return 0
        target = cost + net - 1
        others = [held for i, held in enumerate(supply) if i != outcome]
        x = sum(self._weight(target - held) + _GUARD_EACH for held in others) + _GUARD
        if x >= _ONE:
            return 0
        reached = target - (self.b * neg_ln_below(_ONE - x) >> 64) - 1
        return max(reached - supply[outcome], 0)

    def prices(self, supply: Sequence[int], one: int) -> tuple[int, ...]:
        """The price of one more share of each outcome in parts of `one`, rounded down: for eyes only."""
        top = max(supply)
        weights = [self._weight(top - held) for held in supply]
        return tuple(weight * one // sum(weights) for weight in weights)


class Trade(NamedTuple):
    """Shares against collateral: `value` moves C~, `fee` is the taker's on top of it (atoms)."""

    shares: int
    value: int
    fee: int
    cost: int


def net_of(total: int, fee_bps_total: int) -> int:
    """floor(total * 10000 / (10000 + T)): what is left for shares of all that a taker pays."""
    return total * BPS // (BPS + fee_bps_total)


def buy(
    curve: Curve, supply: Sequence[int], cost: int, outcome: int, max_cost: int, fee_bps_total: int
) -> Trade | None:
    """What at most `max_cost` buys; None where it moves nothing (DustTrade) or the supply would leave its bound."""
    shares = curve.shares_for(supply, cost, outcome, net_of(max_cost, fee_bps_total))
    after = _moved(supply, outcome, shares)
    if after[outcome] > SUPPLY_MAX:
        return None
    lifted = curve.cost(after)
    value = lifted - cost
    return Trade(shares, value, trade_fee(shares, value, fee_bps_total), lifted) if value > 0 else None


def sell(curve: Curve, supply: Sequence[int], cost: int, outcome: int, shares: int, fee_bps_total: int) -> Trade:
    """What shares that there are bring: the taker gets value - fee."""
    lowered = curve.cost(_moved(supply, outcome, -shares))
    value = cost - lowered
    return Trade(shares, value, trade_fee(shares, value, fee_bps_total), lowered)


def price_bps(curve: Curve, supply: Sequence[int], outcome: int) -> int:
    """The price of one more share in bps of an atom, exp(q_i / b) over the sum of all, rounded down: for eyes only."""
    top = max(supply)
    weights = [curve._weight(top - held) for held in supply]
    return weights[outcome] * BPS // sum(weights)


def _moved(supply: Sequence[int], outcome: int, by: int) -> list[int]:
    return [held + by if i == outcome else held for i, held in enumerate(supply)]
