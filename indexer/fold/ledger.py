"""Makes the legs of money: the sum of delta over a market and an account is what that account holds. Used by fold.

A gift sent to a vault by hand has no event and no leg: an account may hold more than its legs, never less.
"""

from enum import StrEnum

from indexer.fold.rows import LedgerLeg, Market
from indexer.fold.work import At, Work


class Kind(StrEnum):
    """Why collateral moved."""

    STAKE = "STAKE"
    PAYOUT = "PAYOUT"
    REFUND = "REFUND"
    FEE = "FEE"
    BOND = "BOND"
    SUBSIDY = "SUBSIDY"
    TRANSFER = "TRANSFER"


class Account(StrEnum):
    """Which account of a market it moved in or out of."""

    VAULT = "VAULT"
    BOND = "BOND"


def leg(
    work: Work, at: At, market: Market | None, *, wallet: str, kind: Kind, account: Account, delta: int, n: int = 0
) -> None:
    """One movement, positive into the account; nothing for an amount of 0 or a market that is not known."""
    if market is None or delta == 0:
        return
    work.add(
        LedgerLeg(
            slot=at.slot, tx_index=at.tx_index, ix=at.ix, inner=at.inner, leg=n, wallet=wallet, market=at.subject,
            kind=kind.value, mint=market.mint, account=account.value, delta=delta,
        )
    )  # fmt: skip
