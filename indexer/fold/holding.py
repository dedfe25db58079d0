"""Folds what owners have: a position after an event, and what its shares cost. Pure; called by the folds of trades.

Cost moves with shares, outcome by outcome: what is bought adds its price, what is sold takes its part of the cost
away and the rest is gain or loss, what is transferred takes its cost along. Shares in orders and seats are held too.
"""

import msgspec
from solders.pubkey import Pubkey

from idl import addresses
from idl.events import PositionState
from indexer.fold.rows import Outcome, Position, WalletMarket
from indexer.fold.work import At, Ref, Work, base58

OPEN, CLOSED = "open", "closed"


def refs(subject: str, owner: str) -> list[Ref]:
    """The rows that a change of one owner's holding may touch."""
    return [(Position, (subject, owner)), (WalletMarket, (owner, subject))]


def seen(work: Work, at: At, state: PositionState) -> str:
    """The position's account after an event, made where there was none; its owner."""
    owner = base58(state.owner)
    account = {
        "payer": base58(state.payer), "last_nonce": state.last_nonce, "nonce_bits": state.nonce_bits,
        "last_seq": at.seq, "credit": state.credit, "seat": state.seat, "shares": state.shares,
    }  # fmt: skip
    old = work.get(Position, at.subject, owner)
    if old is not None:
        work.put(msgspec.structs.replace(old, **account))
        return owner
    place = addresses.position(Pubkey.from_string(at.subject), Pubkey.from_bytes(state.owner))
    zeros = (0,) * len(state.shares)
    work.put(
        Position(
            market=at.subject, owner=owner, address=str(place.address), bump=place.bump, state=OPEN, payout_sig=None,
            staked=0, cost=0, held=zeros, costs=zeros, realised=0, payout=0, stake_sig=at.signature, **account,
        )
    )  # fmt: skip
    return owner


def gained(work: Work, at: At, owner: str, outcome: int, shares: int, cost: int) -> None:
    """Shares came in for this much collateral."""
    _moved(work, at, owner, outcome, shares, cost, paid=cost)


def lost(work: Work, at: At, owner: str, outcome: int, shares: int, proceeds: int) -> None:
    """Shares went away for this much collateral."""
    basis = basis_of(work.get(Position, at.subject, owner), outcome, shares)
    _moved(work, at, owner, outcome, -shares, -basis, realised=proceeds - basis, turned=proceeds)


def given(work: Work, at: At, giver: str, taker: str, outcome: int, shares: int) -> None:
    """Shares went from one owner to another and took their cost along."""
    basis = basis_of(work.get(Position, at.subject, giver), outcome, shares)
    _moved(work, at, giver, outcome, -shares, -basis)
    _moved(work, at, taker, outcome, shares, basis)


def basis_of(position: Position | None, outcome: int, shares: int) -> int:
    """What these shares of an outcome cost their owner, in proportion, rounded down; of all of them all."""
    if position is None or not position.held[outcome]:
        return 0
    return position.costs[outcome] * min(shares, position.held[outcome]) // position.held[outcome]


def _moved(
    work: Work, at: At, owner: str, outcome: int, shares: int, cost: int, *,
    paid: int = 0, realised: int = 0, turned: int = 0,
) -> None:  # fmt: skip
    """One outcome's shares and their cost changed; paid and turned are collateral that came in and went out."""
    row = work.get(Position, at.subject, owner)
    if row is not None:
        held = _added(row.held, outcome, shares)
        costs = _added(row.costs, outcome, cost)
        news = {"held": held, "costs": costs, "cost": sum(costs), "staked": row.staked + paid}
        if paid:
            news["stake_sig"] = at.signature
        work.put(msgspec.structs.replace(row, realised=row.realised + realised, **news))
    wallet = work.get(WalletMarket, owner, at.subject) or stranger(at, owner)
    work.put(
        msgspec.structs.replace(
            wallet, volume=wallet.volume + paid + turned, pnl=wallet.pnl + realised, staked=wallet.staked + cost
        )
    )


def stranger(at: At, owner: str) -> WalletMarket:
    """A wallet that has not traded in the market yet."""
    return WalletMarket(wallet=owner, market=at.subject, volume=0, pnl=0, correct=None, staked=0)


def _added(parts: tuple[int, ...], at: int, by: int) -> tuple[int, ...]:
    """The tuple with one place changed, never below zero."""
    return tuple(max(0, part + by) if i == at else part for i, part in enumerate(parts))


def turned_over(work: Work, at: At, outcome: int, amount: int) -> None:
    """Collateral was traded on an outcome."""
    row = work.get(Outcome, at.subject, outcome)
    if row is not None:
        work.put(msgspec.structs.replace(row, volume=row.volume + amount))
