"""Folds what owners do with their collateral: stakes and withdrawals. Pure; called by fold."""

from idl.events import Staked, Withdrawn
from indexer.fold import holding
from indexer.fold.ledger import Account, Kind, leg
from indexer.fold.market import valued
from indexer.fold.rows import Market, Stake
from indexer.fold.work import At, Work, prices


def staked(work: Work, at: At, event: Staked) -> None:
    """Collateral came in and shares were born."""
    before = work.get(Market, at.subject)
    if before is None:
        return
    amount, outcome = event.amount, event.outcome
    valued(work, at, event.value, volume=before.volume + amount, vault=before.vault + amount)
    owner = holding.seen(work, at, event.positions[0])
    holding.gained(work, at, owner, outcome, amount, amount)
    holding.turned_over(work, at, outcome, amount)
    leg(work, at, before, wallet=owner, kind=Kind.STAKE, account=Account.VAULT, delta=amount)
    work.add(
        Stake(
            market=at.subject, seq=at.seq, owner=owner, actor=at.actor, outcome=outcome, amount=amount,
            supply=event.value.supply[outcome], price=prices(event.value.supply)[outcome],
            nonce=event.nonce, slot=at.slot, ts=at.ts, signature=at.signature,
        )
    )  # fmt: skip


def withdrawn(work: Work, at: At, event: Withdrawn) -> None:
    """Free collateral went back to its owner."""
    before = work.get(Market, at.subject)
    if before is None:
        return
    left = before.vault - event.amount
    valued(work, at, event.value, flags=event.flags, vault_rent=event.vault_rent, vault=left)
    owner = holding.seen(work, at, event.positions[0])
    leg(work, at, before, wallet=owner, kind=Kind.TRANSFER, account=Account.VAULT, delta=-event.amount)
