"""Makes the legs of money: the sum of delta over a market and an account is what that account holds. Used by fold.

A gift sent to a vault by hand has no event and no leg: an account may hold more than its legs, never less.
"""

from enum import StrEnum

from indexer.fold.rows import LedgerLeg, Market, Pool
from indexer.fold.work import At, Work


class Kind(StrEnum):
    """Why collateral moved."""

    STAKE = "STAKE"
    BUY = "BUY"
    SELL = "SELL"
    PAYOUT = "PAYOUT"
    REFUND = "REFUND"
    FEE = "FEE"
    DIVIDEND = "DIVIDEND"
    BOND = "BOND"
    SUBSIDY = "SUBSIDY"
    TRANSFER = "TRANSFER"


class Account(StrEnum):
    """Which account of a market or a pool it moved in or out of."""

    VAULT = "VAULT"
    BOND = "BOND"
    RESERVE = "RESERVE"
    DIVIDENDS = "DIVIDENDS"


def leg(
    work: Work, at: At, market: Market | None, *, wallet: str, kind: Kind, account: Account, delta: int, n: int = 0
) -> None:
    """One movement, positive into the account; nothing for an amount of 0 or a market that is not known."""
    if market is not None:
        _add(work, at, market.mint, wallet=wallet, kind=kind, account=account, delta=delta, n=n)


def pool_leg(
    work: Work, at: At, pool: Pool, wallet: str, kind: Kind, account: Account, delta: int, *, n: int = 0
) -> None:
    """One movement in or out of a pool's account; the pool stands where a market would."""
    _add(work, at, pool.mint, wallet=wallet, kind=kind, account=account, delta=delta, n=n)


def _add(work: Work, at: At, mint: str, *, wallet: str, kind: Kind, account: Account, delta: int, n: int) -> None:
    if delta == 0:
        return
    work.add(
        LedgerLeg(
            slot=at.slot, tx_index=at.tx_index, ix=at.ix, inner=at.inner, leg=n, wallet=wallet, market=at.subject,
            kind=kind.value, mint=mint, account=account.value, delta=delta,
        )
    )  # fmt: skip
