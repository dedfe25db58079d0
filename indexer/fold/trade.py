"""Folds what owners do with their collateral: stakes and withdrawals. Pure; called by fold."""

from typing import Any

import msgspec
from solders.pubkey import Pubkey

from idl import addresses
from idl.events import PositionState, Staked, Withdrawn
from indexer.fold.ledger import Account, Kind, leg
from indexer.fold.market import valued
from indexer.fold.rows import Market, Outcome, Position, Stake, WalletMarket
from indexer.fold.work import At, Ref, Work, base58, prices

OPEN, CLOSED = "open", "closed"


def refs(subject: str, event: Staked | Withdrawn) -> list[Ref]:
    """The rows that one of these events may touch."""
    found: list[Ref] = [(Outcome, (subject, i)) for i in range(len(event.value.supply))]
    for state in event.positions:
        owner = base58(state.owner)
        found += [(Position, (subject, owner)), (WalletMarket, (owner, subject))]
    return found


def staked(work: Work, at: At, event: Staked) -> None:
    """Collateral came in and shares were born."""
    state = event.positions[0]
    owner, amount = base58(state.owner), event.amount
    before = work.get(Market, at.subject)
    if before is None:
        return
    valued(work, at, event.value, volume=before.volume + amount, vault=before.vault + amount)
    _grow_outcome(work, at, event)
    old = work.get(Position, at.subject, owner)
    _position(
        work,
        at,
        state,
        old,
        stake_sig=at.signature,
        staked=_plus(old, "staked", amount),
        cost=_plus(old, "cost", amount),
    )
    _grow_wallet(work, at, owner, amount)
    leg(work, at, before, wallet=owner, kind=Kind.STAKE, account=Account.VAULT, delta=amount)
    work.add(
        Stake(
            market=at.subject, seq=at.seq, owner=owner, actor=at.actor, outcome=event.outcome, amount=amount,
            supply=event.value.supply[event.outcome], price=prices(event.value.supply)[event.outcome],
            nonce=event.nonce, slot=at.slot, ts=at.ts, signature=at.signature,
        )
    )  # fmt: skip


def withdrawn(work: Work, at: At, event: Withdrawn) -> None:
    """Free collateral went back to its owner."""
    state = event.positions[0]
    owner = base58(state.owner)
    before = work.get(Market, at.subject)
    if before is None:
        return
    left = before.vault - event.amount
    valued(work, at, event.value, flags=event.flags, vault_rent=event.vault_rent, vault=left)
    _position(work, at, state, work.get(Position, at.subject, owner))
    leg(work, at, before, wallet=owner, kind=Kind.TRANSFER, account=Account.VAULT, delta=-event.amount)


def _position(work: Work, at: At, state: PositionState, old: Position | None, **money: Any) -> None:
    """The position after an event, made where there was none."""
    account = {
        "payer": base58(state.payer), "last_nonce": state.last_nonce, "nonce_bits": state.nonce_bits,
        "last_seq": at.seq, "credit": state.credit, "seat": state.seat, "shares": state.shares,
    }  # fmt: skip
    if old is not None:
        work.put(msgspec.structs.replace(old, **account, **money))
        return
    owner = base58(state.owner)
    place = addresses.position(Pubkey.from_string(at.subject), Pubkey.from_bytes(state.owner))
    fresh = {"staked": 0, "cost": 0, "realised": 0, "payout": 0, "stake_sig": at.signature} | money
    work.put(
        Position(
            market=at.subject, owner=owner, address=str(place.address), bump=place.bump, state=OPEN, payout_sig=None,
            **account, **fresh,
        )
    )  # fmt: skip


def _plus(old: Position | None, name: str, amount: int) -> int:
    """A sum of the old position, or of nothing, and an amount."""
    return (getattr(old, name) if old is not None else 0) + amount


def _grow_outcome(work: Work, at: At, event: Staked) -> None:
    """What was ever staked on the outcome."""
    row = work.get(Outcome, at.subject, event.outcome)
    if row is not None:
        work.put(msgspec.structs.replace(row, volume=row.volume + event.amount))


def _grow_wallet(work: Work, at: At, owner: str, amount: int) -> None:
    """The wallet's figures in this market."""
    row = work.get(WalletMarket, owner, at.subject)
    if row is None:
        row = WalletMarket(wallet=owner, market=at.subject, volume=0, pnl=0, correct=None, staked=0)
    work.put(msgspec.structs.replace(row, volume=row.volume + amount, staked=row.staked + amount))
