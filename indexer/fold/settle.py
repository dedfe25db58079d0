"""Folds how a decided market is emptied: payouts, bonds, fees, closed accounts. Pure; called by fold."""

from __future__ import annotations

import msgspec

from idl import events as ev
from idl.enums import Flag
from indexer.fold import holding, series
from indexer.fold.holding import CLOSED
from indexer.fold.ledger import Account, Kind, leg
from indexer.fold.market import FINALIZED, VOID, closed_market, touched, valued
from indexer.fold.rows import Market, Payout, Position, Resolution, Seat, WalletMarket
from indexer.fold.work import At, Ref, Work, base58

NO_SEAT = 255
PAID, SKIPPED = "paid", "skipped"


def paid_refs(subject: str, event: ev.PaidOut) -> list[Ref]:
    """The rows that a payout may touch."""
    found: list[Ref] = []
    for item in event.items:
        owner = base58(item.owner)
        found += [*holding.refs(subject, owner), (Payout, (subject, owner)), (Seat, (subject, owner))]
    return found


def paid_out(work: Work, at: At, event: ev.PaidOut) -> None:
    """Positions were paid and closed, or skipped and left as they were."""
    before = work.get(Market, at.subject)
    if before is None:
        return
    paid = sum(item.amount for item in event.items if item.status == 0)
    valued(work, at, event.value, flags=event.flags, vault_rent=event.vault_rent, vault=before.vault - paid)
    series.counted(work, at, before.mint, paid=paid)
    kind = Kind.REFUND if before.state == VOID else Kind.PAYOUT
    for n, item in enumerate(event.items):
        owner, done = base58(item.owner), item.status == 0
        work.put(
            Payout(
                market=at.subject, owner=owner, amount=item.amount, state=PAID if done else SKIPPED, seq=at.seq,
                slot=at.slot, signature=at.signature,
            )
        )  # fmt: skip
        if done:
            _settled(work, at, before, owner, item)
            leg(work, at, before, wallet=owner, kind=kind, account=Account.VAULT, delta=-item.amount, n=n)


def _settled(work: Work, at: At, market: Market, owner: str, item: ev.PayoutItem) -> None:
    """A position that was paid is closed; its wallet knows what it won or lost."""
    position = work.get(Position, at.subject, owner)
    wallet = work.get(WalletMarket, owner, at.subject) or holding.stranger(at, owner)
    if position is None:
        return
    gain = item.amount - position.credit - _left_seat(work, at, owner) - position.cost
    zeros = (0,) * len(position.shares)
    work.put(
        msgspec.structs.replace(
            position, last_seq=at.seq, credit=0, shares=zeros, held=zeros, costs=zeros, cost=0,
            state=CLOSED,
            realised=position.realised + gain, payout=position.payout + item.amount, payout_sig=at.signature,
        )
    )  # fmt: skip
    right = _right(market, position.held)
    work.put(msgspec.structs.replace(wallet, pnl=wallet.pnl + gain, correct=right, staked=0))


def _left_seat(work: Work, at: At, owner: str) -> int:
    """A seat is cleared with its position; the collateral that was in it."""
    seat = work.get(Seat, at.subject, owner)
    if seat is None:
        return 0
    work.put(msgspec.structs.replace(seat, seat=NO_SEAT, locked=0, cash=0, credit=0, shares=(0, 0), last_seq=at.seq))
    return seat.credit + seat.cash


def _right(market: Market, shares: tuple[int, ...]) -> bool | None:
    """Whether the larger part of the shares stood on what won; None where nothing did."""
    if market.state != FINALIZED or not any(shares):
        return None
    best = max(range(len(shares)), key=shares.__getitem__)
    return bool(market.mask >> best & 1)


def bond_claimed(work: Work, at: At, event: ev.BondClaimed) -> None:
    """A bond went back to its owner."""
    market = touched(work, at)
    row = work.get(Resolution, at.subject)
    if row is not None:
        work.put(msgspec.structs.replace(row, owed=event.owed, flags=event.flags))
    leg(work, at, market, wallet=base58(event.owner), kind=Kind.BOND, account=Account.BOND, delta=-event.amount)


def fees_collected(work: Work, at: At, event: ev.FeesCollected) -> None:
    """Fees of one kind were paid out."""
    before = work.get(Market, at.subject)
    if before is None:
        return
    left = before.vault - event.amount
    valued(work, at, event.value, flags=event.flags, vault_rent=event.vault_rent, vault=left)
    leg(work, at, before, wallet=base58(event.recipient), kind=Kind.FEE, account=Account.VAULT, delta=-event.amount)


def subsidy_withdrawn(work: Work, at: At, event: ev.SubsidyWithdrawn) -> None:
    """The market maker's rest went back."""
    before = work.get(Market, at.subject)
    if before is None:
        return
    left = before.vault - event.amount
    valued(work, at, event.value, flags=event.flags, vault_rent=event.vault_rent, vault=left)
    wallet = base58(event.recipient)
    leg(work, at, before, wallet=wallet, kind=Kind.SUBSIDY, account=Account.VAULT, delta=-event.amount)


def market_closed(work: Work, at: At, event: ev.Closed) -> None:
    """The market's account is gone; dust and gifts went to the treasury."""
    market = closed_market(work, at, event)
    wallet = base58(event.residual_to)
    leg(work, at, market, wallet=wallet, kind=Kind.TRANSFER, account=Account.VAULT, delta=-event.residual)


def book_closed(work: Work, at: At) -> None:
    """The book's account is gone."""
    row = work.get(Market, at.subject)
    touched(work, at, flags=(row.flags if row else 0) & ~Flag.HAS_BOOK)


def resolution_closed(work: Work, at: At, event: ev.Closed) -> None:
    """The resolution's account is gone, and its bond vault with it."""
    market = touched(work, at)
    row = work.get(Resolution, at.subject)
    if row is not None:
        work.put(msgspec.structs.replace(row, closed_slot=at.slot))
    wallet = base58(event.residual_to)
    leg(work, at, market, wallet=wallet, kind=Kind.TRANSFER, account=Account.BOND, delta=-event.residual)
