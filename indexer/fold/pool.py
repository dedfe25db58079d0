"""Folds creators' pools: shares bought and sold on the curve, dividends in and out. Pure; called by fold."""

from __future__ import annotations

from typing import Any

import msgspec
from solders.pubkey import Pubkey

from idl import addresses
from idl import events as ev
from indexer.fold import series
from indexer.fold.ledger import Account, Kind, pool_leg
from indexer.fold.rows import Dividend, Holder, Pool, ShareTrade
from indexer.fold.work import At, Ref, Work, base58

BUY, SELL = "buy", "sell"
SIDES = (BUY, SELL)
PAID = 0


def refs(subject: str, event: object) -> list[Ref]:
    """The rows that an event of a pool may touch."""
    found: list[Ref] = [(Pool, (subject,))]
    match event:
        case ev.PoolCreated() | ev.SharesTraded():
            found += [(Holder, (subject, base58(event.holder.owner))), series.day_ref(subject, event.header.ts)]
        case ev.DividendPaid():
            found += [(Holder, (subject, base58(item.owner))) for item in event.items]
            found.append(series.day_ref(subject, event.header.ts))
        case _:
            pass
    return found


def created(work: Work, at: At, event: ev.PoolCreated) -> None:
    """A pool with its curve, and its creator's first shares."""
    key = Pubkey.from_string(at.subject)
    work.put(
        Pool(
            pool=at.subject, creator=base58(event.creator), mint=base58(event.mint),
            reserve=str(addresses.reserve(key).address), dividends=str(addresses.dividends(key).address),
            supply=0, a=event.a, c=event.c, recorded=0, acc=0, carry=0, seq=0, lock_s=event.lock_s,
            version=event.version, bump=event.bump, reserve_bump=event.reserve_bump,
            dividends_bump=event.dividends_bump, price=event.c, volume=0, earned=0, paid=0, created_slot=at.slot,
            created_time=at.ts, last_seq=0,
        )
    )  # fmt: skip
    _trade(work, at, BUY, event, event.shares, event.value)


def traded(work: Work, at: At, event: ev.SharesTraded) -> None:
    """Shares were born or burnt at the curve's price."""
    _trade(work, at, SIDES[event.side], event, event.shares, event.value)


def synced(work: Work, at: At, event: ev.DividendsSynced) -> None:
    """Dividends were counted in."""
    touched(work, at, event.pool)


def paid(work: Work, at: At, event: ev.DividendPaid) -> None:
    """Dividends went to their owners, or were skipped and left as they were."""
    done = [item for item in event.items if item.status == PAID]
    total = sum(item.amount for item in done)
    pool = touched(work, at, event.pool, paid=total)
    if pool is not None:
        series.counted(work, at, pool.mint, paid=total)
    for n, item in enumerate(event.items, start=1):
        _item(work, at, item)
        if pool is not None and item.status == PAID:
            pool_leg(work, at, pool, base58(item.owner), Kind.DIVIDEND, Account.DIVIDENDS, -item.amount, n=n)


def _item(work: Work, at: At, item: ev.DividendItem) -> None:
    """One holder after a payment."""
    row = work.get(Holder, at.subject, base58(item.owner))
    if row is None:
        return
    if item.status != PAID:
        work.put(msgspec.structs.replace(row, skipped_slot=at.slot))
        return
    work.put(
        msgspec.structs.replace(
            row, pending=0, debt=item.debt, last_seq=at.seq, paid=row.paid + item.amount, skipped_slot=None
        )
    )


def touched(work: Work, at: At, state: ev.PoolState | None, *, volume: int = 0, paid: int = 0) -> Pool | None:
    """The pool after an event; None where its creation could not be read."""
    row = work.get(Pool, at.subject)
    if row is None:
        return None
    more: dict[str, Any] = {}
    if state is not None:
        more = {"supply": state.supply, "recorded": state.recorded, "acc": state.acc, "carry": state.carry}
        more["price"] = row.a * state.supply**2 + row.c
        more["earned"] = row.earned + state.accrued
    after = msgspec.structs.replace(
        row, seq=at.seq, last_seq=at.seq, volume=row.volume + volume, paid=row.paid + paid, **more
    )
    work.put(after)
    if state is not None and state.accrued:
        pool_leg(work, at, after, at.subject, Kind.DIVIDEND, Account.DIVIDENDS, state.accrued)
        work.add(
            Dividend(
                pool=at.subject, seq=at.seq, amount=state.accrued, supply=state.supply, slot=at.slot, ts=at.ts,
                signature=at.signature,
            )
        )  # fmt: skip
    return after


def _trade(work: Work, at: At, side: str, event: ev.PoolCreated | ev.SharesTraded, shares: int, value: int) -> None:
    """One trade: pool, holder, money and the trade itself."""
    pool = touched(work, at, event.pool, volume=value)
    owner = base58(event.holder.owner)
    if pool is None:
        return
    _holder(work, at, event.holder, side, shares, value)
    series.counted(work, at, pool.mint, trades=1, volume=value)
    kind, delta = (Kind.BUY, value) if side == BUY else (Kind.SELL, -value)
    pool_leg(work, at, pool, owner, kind, Account.RESERVE, delta, n=1)
    work.add(
        ShareTrade(
            pool=at.subject, seq=at.seq, owner=owner, side=side, shares=shares, amount=value, supply=pool.supply,
            price=pool.price, nonce=event.nonce, slot=at.slot, ts=at.ts, signature=at.signature,
        )
    )  # fmt: skip


def _holder(work: Work, at: At, state: ev.HolderState, side: str, shares: int, value: int) -> None:
    """A holder after a trade, made where there was none."""
    owner = base58(state.owner)
    row = work.get(Holder, at.subject, owner)
    if row is None:
        place = addresses.holder(Pubkey.from_string(at.subject), Pubkey.from_bytes(state.owner))
        row = Holder(
            pool=at.subject, owner=owner, address=str(place.address), shares=0, debt=0, pending=0, locked_until=0,
            last_nonce=0, nonce_bits=0, last_seq=0, bump=place.bump, cost=0, realised=0, paid=0, skipped_slot=None,
        )  # fmt: skip
    cost, realised = row.cost + value, row.realised
    if side == SELL:
        basis = row.cost * shares // row.shares if row.shares else 0
        cost, realised = row.cost - basis, row.realised + value - basis
    work.put(
        msgspec.structs.replace(
            row, shares=state.shares, debt=state.debt, pending=state.pending, locked_until=state.locked_until,
            last_nonce=state.last_nonce, nonce_bits=state.nonce_bits, last_seq=at.seq, cost=cost, realised=realised,
        )
    )  # fmt: skip
