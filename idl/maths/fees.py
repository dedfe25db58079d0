"""What trades and pools pay to creator, resolver and protocol. Twin of market-math `fees.rs`.

Fees are rounded up once, then split downwards with the rest to the protocol: no atom is made or lost.
"""

from collections.abc import Sequence
from typing import NamedTuple

from idl.limits import BPS
from idl.maths.fixed import ceil_div, floor_div


class FeeSplit(NamedTuple):
    """A fee in its three parts, in the order of Market.fees_owed (atoms)."""

    creator: int
    resolver: int
    protocol: int


def loser_fee(losers: int, total_bps: int) -> int:
    """ceil(losers * total_bps / 10000): a parimutuel pool's fee, taken of the losing side only (atoms)."""
    return ceil_div(losers * total_bps, BPS)


def trade_fee(shares: int, value: int, total_bps: int) -> int:
    """ceil(min(v, s - v) * total_bps / 10000) for v of collateral against s shares: as much as its complement."""
    return ceil_div(min(value, max(shares - value, 0)) * total_bps, BPS)


def split_fee(fee: int, creator_bps: int, resolver_bps: int, protocol_bps: int) -> FeeSplit:
    """Share a fee in proportion to the three rates; what rounding leaves goes to the protocol."""
    total = creator_bps + resolver_bps + protocol_bps
    if total == 0:
        return FeeSplit(0, 0, fee)
    creator, resolver = floor_div(fee * creator_bps, total), floor_div(fee * resolver_bps, total)
    return FeeSplit(creator, resolver, fee - creator - resolver)


def total_bps(fee_bps: Sequence[int]) -> int:
    """T, the sum of a market's three rates."""
    return sum(fee_bps)
