"""Folds order books: orders placed and cancelled, what their makers' seats hold. Pure; called by fold.

All arithmetic is that of idl.maths: a lot is 100 * k shares, and a share of an outcome at tick t costs t hundredths.
Seats are kept as the account has them, so that the whole account follows from orders and seats.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from idl import events as ev
from indexer.fold import holding, series
from indexer.fold.ledger import Account, Kind, leg
from indexer.fold.market import touched, valued
from indexer.fold.rows import BookOrder, Fill, Market, Seat, Trade
from indexer.fold.work import PRICE_ONE, At, Ref, Work, base58

LOT = 100
NO_SEAT, NO_TICK = 255, 255
HOW = ("mint", "transfer", "merge", "own", "expired", "evicted", "seat")
MATCHED = frozenset({"mint", "transfer", "merge"})
BUY, SELL = "buy", "sell"
OPEN, PARTIAL, FILLED, CANCELLED, EXPIRED = "OPEN", "PARTIAL", "FILLED", "CANCELLED", "EXPIRED"


def refs(
    subject: str, fills: Sequence[ev.Fill] = (), positions: Sequence[ev.PositionState] = (), rest: int = 0
) -> list[Ref]:
    """The rows of orders, makers and seats that an event of a book may touch; rest: seq of an order that rests."""
    found: list[Ref] = [(BookOrder, (subject, rest))] if rest else []
    owners = {base58(fill.maker) for fill in fills} | {base58(state.owner) for state in positions}
    found += [(BookOrder, (subject, fill.seq)) for fill in fills]
    for owner in owners:
        found += [(Seat, (subject, owner)), *holding.refs(subject, owner)]
    return found


def placed(work: Work, at: At, event: ev.OrderPlaced) -> None:
    """An order met others, and what is left of it may rest."""
    before = work.get(Market, at.subject)
    if before is None:
        return
    owner, order = base58(event.positions[0].owner), event.order
    paid = paid_in(before, event.value)
    last = [fill.tick for fill in event.fills if HOW[fill.how] in MATCHED]
    price = prices(before.price, event.best_bid, event.best_ask, last[-1] if last else None)
    valued(work, at, event.value, price=price, volume=before.volume + event.amount, vault=before.vault + paid)
    leg(work, at, before, wallet=owner, kind=Kind.BUY, account=Account.VAULT, delta=paid)
    taker = holding.seen(work, at, event.positions[0])
    for n, fill in enumerate(event.fills):
        _met(work, at, before.lot_k, taker, fill, n)
    if event.filled:
        series.priced(work, at, [_at_tick(tick) for tick in last], order.outcome, event.amount)
        series.counted(work, at, before.mint, trades=1, volume=event.amount, fees=event.fee)
        _taken(work, at, before, taker, event, price)
    if order.rest:
        _rests(work, at, before.lot_k, taker, event)
    emptied(work, at, event.positions)


def cancelled(work: Work, at: At, event: ev.OrdersCancelled) -> None:
    """Orders went into their makers' seats."""
    before = work.get(Market, at.subject)
    if before is None:
        return
    touched(work, at, price=prices(before.price, event.best_bid, event.best_ask, None))
    for n, item in enumerate(event.items):
        _met(work, at, before.lot_k, base58(item.maker), item, n)


def swept(work: Work, at: At, event: ev.SeatSwept) -> None:
    """What was free in a seat is in its owner's position now."""
    touched(work, at)
    emptied(work, at, event.positions)


def paid_in(before: Market, value: ev.Value) -> int:
    """Collateral that came into the vault: what escrow, complete sets and fees owed grew by."""
    grown = value.escrow - before.escrow + sum(value.fees_owed) - sum(before.fees_owed)
    return grown + max(value.supply) - max(before.supply)


def prices(now: tuple[int, ...], bid: int, ask: int, last: int | None) -> tuple[int, ...]:
    """Chances of YES and NO in millionths: the middle of best bid and ask, else the last match, else as before."""
    if bid != NO_TICK and ask != NO_TICK:
        yes = (bid + ask) * PRICE_ONE // (2 * LOT)
        return (yes, PRICE_ONE - yes)
    return now if last is None else _at_tick(last)


def _at_tick(tick: int) -> tuple[int, int]:
    """The prices of YES and NO at a tick in YES terms, millionths."""
    yes = tick * PRICE_ONE // LOT
    return (yes, PRICE_ONE - yes)


def lot_of(ask: bool, sells: bool, tick: int) -> tuple[int, int]:
    """The outcome whose shares an order brings or takes, and their price in hundredths."""
    return (0, tick) if ask == sells else (1, LOT - tick)


def _met(work: Work, at: At, k: int, taker: str, fill: ev.Fill, n: int) -> None:
    """One resting order that was filled or cancelled."""
    maker, how = base58(fill.maker), HOW[fill.how]
    row = work.get(BookOrder, at.subject, fill.seq)
    seat = work.get(Seat, at.subject, maker)
    if row is None or seat is None:
        return
    outcome, price = lot_of(row.ask, row.side == SELL, row.book_tick)
    shares, cash = LOT * k * fill.lots, price * k * fill.lots
    matched = how in MATCHED
    work.put(_freed(seat, at, sells=row.side == SELL, outcome=outcome, shares=shares, cash=cash, matched=matched))
    if not matched:
        work.put(msgspec.structs.replace(row, status=EXPIRED if how == "expired" else CANCELLED))
        return
    filled = row.filled_lots + fill.lots
    work.put(msgspec.structs.replace(row, filled_lots=filled, status=FILLED if filled == row.lots else PARTIAL))
    turn = holding.lost if row.side == SELL else holding.gained
    turn(work, at, maker, outcome, shares, cash)
    work.add(
        Fill(
            market=at.subject, seq=at.seq, n=n, taker=taker, maker=maker, order_id=fill.seq, tick=fill.tick,
            lots=fill.lots, how=how, slot=at.slot, ts=at.ts,
        )
    )  # fmt: skip


def _freed(seat: Seat, at: At, *, sells: bool, outcome: int, shares: int, cash: int, matched: bool) -> Seat:
    """A seat after one of its orders gave up what it locked, for what it was to bring or for itself."""
    unlocked = shares if sells else cash
    gets_shares = sells != matched
    held = tuple(part + shares * (gets_shares and i == outcome) for i, part in enumerate(seat.shares))
    return msgspec.structs.replace(
        seat, locked=seat.locked - unlocked, cash=seat.cash - (0 if sells else cash), shares=held,
        credit=seat.credit + (0 if gets_shares else cash), last_seq=at.seq,
    )  # fmt: skip


def _taken(work: Work, at: At, before: Market, owner: str, event: ev.OrderPlaced, price: tuple[int, ...]) -> None:
    """What the order itself bought or sold at once."""
    order, shares = event.order, LOT * before.lot_k * event.filled
    sells = bool(order.side)
    amount = event.amount - event.fee if sells else event.amount + event.fee
    turn = holding.lost if sells else holding.gained
    turn(work, at, owner, order.outcome, shares, amount)
    holding.turned_over(work, at, order.outcome, event.amount)
    work.add(
        Trade(
            market=at.subject, seq=at.seq, actor=at.actor, side=SELL if sells else BUY, outcome=order.outcome,
            amount=amount, shares=shares, fee=event.fee, price=event.amount * PRICE_ONE // shares, prices=price,
            volume=before.volume + event.amount, slot=at.slot, ts=at.ts, signature=at.signature,
        )
    )  # fmt: skip


def _rests(work: Work, at: At, k: int, owner: str, event: ev.OrderPlaced) -> None:
    """What is left of the order rests, and its owner's seat locks what it promises."""
    order, sells = event.order, bool(event.order.side)
    ask = sells == (order.outcome == 0)
    tick = order.tick if order.outcome == 0 else LOT - order.tick
    work.put(
        BookOrder(
            market=at.subject, order_id=order.seq, owner=owner, outcome=order.outcome, side=SELL if sells else BUY,
            tick=order.tick, lots=order.lots, filled_lots=order.lots - order.rest,
            status=OPEN if order.lots == order.rest else PARTIAL, ask=ask, book_tick=tick, index=order.index,
            expiry=order.expiry, client_id=order.client_id, seq=at.seq, slot=at.slot, ts=at.ts, signature=at.signature,
        )
    )  # fmt: skip
    _, price = lot_of(ask, sells, tick)
    locks = (LOT if sells else price) * k * order.rest
    seat = work.get(Seat, at.subject, owner) or Seat(at.subject, owner, NO_SEAT, 0, 0, 0, (0, 0), at.seq)
    cash = 0 if sells else locks
    work.put(msgspec.structs.replace(seat, locked=seat.locked + locks, cash=seat.cash + cash))


def emptied(work: Work, at: At, positions: Sequence[ev.PositionState]) -> list[str]:
    """Seats were swept into these positions; their owners. A seat that is left keeps what its orders lock."""
    owners = []
    for state in positions:
        owner = holding.seen(work, at, state)
        owners.append(owner)
        seat = work.get(Seat, at.subject, owner)
        if seat is None:
            continue
        kept = {"locked": seat.locked, "cash": seat.cash} if state.seat != NO_SEAT else {"locked": 0, "cash": 0}
        work.put(msgspec.structs.replace(seat, seat=state.seat, credit=0, shares=(0, 0), last_seq=at.seq, **kept))
    return owners
