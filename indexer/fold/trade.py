"""Folds what owners do with collateral and shares: stakes, trades, transfers, withdrawals. Pure; called by fold."""

from __future__ import annotations

from idl import events as ev
from indexer.fold import book, holding, series
from indexer.fold.ledger import Account, Kind, leg
from indexer.fold.market import touched, valued
from indexer.fold.rows import Market, Stake, Trade
from indexer.fold.work import PRICE_ONE, At, Work, prices

SIDES = ("buy", "sell", "split", "merge")
COMES_IN = frozenset({"buy", "split"})
WHOLE_SET = 255


def staked(work: Work, at: At, event: ev.Staked) -> None:
    """Collateral came in and shares were born."""
    before = work.get(Market, at.subject)
    if before is None:
        return
    amount, outcome = event.amount, event.outcome
    valued(work, at, event.value, volume=before.volume + amount, vault=before.vault + amount)
    series.priced(work, at, [prices(event.value.supply)], outcome, amount)
    series.counted(work, at, before.mint, trades=1, volume=amount)
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


def withdrawn(work: Work, at: At, event: ev.Withdrawn) -> None:
    """Free collateral went back to its owner."""
    before = work.get(Market, at.subject)
    if before is None:
        return
    left = before.vault - event.amount
    valued(work, at, event.value, flags=event.flags, vault_rent=event.vault_rent, vault=left)
    (owner,) = book.emptied(work, at, event.positions)
    leg(work, at, before, wallet=owner, kind=Kind.TRANSFER, account=Account.VAULT, delta=-event.amount)


def traded(work: Work, at: At, event: ev.Traded) -> None:
    """Shares were bought of or sold to the market maker, or complete sets were made or taken back."""
    before = work.get(Market, at.subject)
    if before is None:
        return
    side, shares = SIDES[event.kind], event.shares
    amount = event.value - event.fee if side == "sell" else event.value + event.fee
    paid = amount if side in COMES_IN else -amount
    after = valued(work, at, event.after, volume=before.volume + event.value, vault=before.vault + paid)
    owner = holding.seen(work, at, event.positions[0])
    _turned(work, at, owner, event, amount)
    price = before.price if after is None else after.price
    if event.outcome != WHOLE_SET:
        series.priced(work, at, [price], event.outcome, event.value)
    series.counted(work, at, before.mint, trades=1, volume=event.value, fees=event.fee)
    kind = Kind.BUY if side in COMES_IN else Kind.SELL
    leg(work, at, before, wallet=owner, kind=kind, account=Account.VAULT, delta=paid)
    work.add(
        Trade(
            market=at.subject, seq=at.seq, actor=at.actor, side=side, outcome=event.outcome, amount=amount,
            shares=shares, fee=event.fee, price=amount * PRICE_ONE // shares if shares else 0,
            prices=price, volume=before.volume + event.value, slot=at.slot, ts=at.ts, signature=at.signature,
        )
    )  # fmt: skip


def _turned(work: Work, at: At, owner: str, event: ev.Traded, amount: int) -> None:
    """What the owner's shares cost now; a complete set is worth one, each outcome's share an equal part of it."""
    turn = holding.gained if SIDES[event.kind] in COMES_IN else holding.lost
    if event.outcome != WHOLE_SET:
        turn(work, at, owner, event.outcome, event.shares, amount)
        holding.turned_over(work, at, event.outcome, event.value)
        return
    n = len(event.after.supply)
    for i in range(n):
        turn(work, at, owner, i, event.shares, amount // n + (i < amount % n))


def transferred(work: Work, at: At, event: ev.SharesTransferred) -> None:
    """Shares went from one position to another."""
    touched(work, at)
    giver, taker = (holding.seen(work, at, state) for state in event.positions)
    holding.given(work, at, giver, taker, event.outcome, event.shares)
