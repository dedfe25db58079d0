"""The pool engine: payouts, quotes and what a position is worth. Twin of market-math `parimutuel.rs`.

A decided market carries `(mask, num, den)`; a claim pays floor(sum of the shares in mask * num / den), once rounded.
"""

from collections.abc import Sequence
from typing import NamedTuple

from idl.limits import BPS
from idl.maths.fees import loser_fee
from idl.maths.fixed import floor_div


class Payout(NamedTuple):
    """What shares are worth: outcome i is paid num / den a share if bit i of `mask` is set. `fee`: atoms."""

    mask: int
    num: int
    den: int
    fee: int


class Quote(NamedTuple):
    """What a stake would return if the pool stayed as it is after it and its outcome won (atoms, bps of the stake)."""

    payout: int
    rate_bps: int
    fee: int
    pool: int


def open_interest(supply: Sequence[int]) -> int:
    """OI of a pool: all that was staked (atoms)."""
    return sum(supply)


def void_payout(outcomes: int) -> Payout:
    """Everyone gets back what was staked, without fee."""
    return Payout((1 << outcomes) - 1, 1, 1, 0)


def payout(supply: Sequence[int], outcome: int, fee_bps_total: int) -> Payout:
    """The payout when `outcome` wins; the void one if nobody staked on it."""
    winners = supply[outcome]
    if winners == 0:
        return void_payout(len(supply))
    losers = sum(supply) - winners
    fee = loser_fee(losers, fee_bps_total)
    return Payout(1 << outcome, winners + losers - fee, winners, fee)


def masked(shares: Sequence[int], mask: int) -> int:
    """The sum of the shares whose outcome is in the mask."""
    return sum(amount for index, amount in enumerate(shares) if mask >> index & 1)


def settle_amount(shares: Sequence[int], mask: int, num: int, den: int, credit: int) -> int:
    """What a position receives once its market is decided: its masked shares at num / den, floored, and its credit."""
    return floor_div(masked(shares, mask) * num, den) + credit


def stake_rate_bps(supply: Sequence[int], outcome: int, amount: int, fee_bps_total: int) -> int:
    """floor of (W + s + L - fee) * 10000 / (W + s) after staking `amount` > 0: the bound that `stake` checks."""
    winners = supply[outcome] + amount
    losers = sum(supply) - supply[outcome]
    return floor_div((winners + losers - loser_fee(losers, fee_bps_total)) * BPS, winners)


def quote_stake(supply: Sequence[int], outcome: int, amount: int, fee_bps_total: int) -> Quote:
    """Price a stake of `amount` > 0 on `outcome` against the pool as it stands before it."""
    after = [held + amount if index == outcome else held for index, held in enumerate(supply)]
    decided = payout(after, outcome, fee_bps_total)
    rate = stake_rate_bps(supply, outcome, amount, fee_bps_total)
    return Quote(settle_amount(_only(outcome, amount, len(after)), *decided[:3], 0), rate, decided.fee, sum(after))


def _only(outcome: int, amount: int, outcomes: int) -> list[int]:
    return [amount if index == outcome else 0 for index in range(outcomes)]
