"""Bonds and votes of a dispute: who gets what, each rounding named. Twin of programs/market/src/state/resolution.rs."""

from collections.abc import Sequence

from idl.limits import BPS


def bond_prize(bond: int) -> int:
    """What the side that was right gets: its bond and half of the other, floor; the rest is the treasury's."""
    return bond + bond // 2


def verdict(tally: Sequence[int], *, quorum: int, overturn_bps: int) -> int | None:
    """The place with at least overturn_bps of a total that reaches the quorum; None = contested."""
    total = sum(tally)
    if total < quorum:
        return None
    return next((side for side, weight in enumerate(tally) if weight * BPS >= total * overturn_bps), None)


def vote_due(side: int, weight: int, *, outcome: int, tally: Sequence[int], slash_bps: int, returned: bool) -> int:
    """What a vote gets back: a right one a floor of what wrong ones lose (ceil). `returned`: nobody ruled."""
    right = tally[outcome]
    if returned or right == 0:
        return weight
    if side != outcome:
        return weight - -(-weight * slash_bps // BPS)
    pot = (sum(tally) - right) * slash_bps // BPS
    return weight + weight * pot // right
