"""Events to rows: what each event changes in the projections. Pure; the store loads the rows and writes the changes.

`refs` says which rows a page may touch, `fold` makes the changes. An event whose seq does not follow its subject's
last one is refused. An event that cannot be read moves its subject's seq and marks the subject as degraded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from idl import addresses
from idl import events as ev
from idl.enums import ClosedWhat
from idl.program import MARKET_ID
from indexer.errors import SequenceGap
from indexer.fold import book, config, holding, market, pool, resolve, series, settle, trade, vote
from indexer.fold.rows import Market, Outcome, Resolution, Subject
from indexer.fold.work import At, Known, Ref, Work, at, base58
from indexer.model import Changes, Decoded, Fact

CONFIG = str(addresses.config().address)
MARKETS = str(MARKET_ID)
CONFIG_KIND, MARKET_KIND, POOL_KIND = "config", "market", "pool"

__all__ = ["CONFIG", "Known", "Ref", "fold", "refs"]


def refs(facts: Iterable[Fact]) -> frozenset[Ref]:
    """The rows that folding these facts may touch."""
    found: set[Ref] = set()
    for fact in facts:
        if fact.header is not None:
            subject = base58(fact.header.subject)
            found.add((Subject, (subject,)))
            found.update(_refs(kind_of(subject, fact), subject, fact.event))
    return frozenset(found)


def kind_of(subject: str, fact: Fact) -> str:
    """What a subject is: the config and markets are the market program's, pools the creator program's."""
    if fact.program != MARKETS:
        return POOL_KIND
    return CONFIG_KIND if subject == CONFIG else MARKET_KIND


def _refs(kind: str, subject: str, event: ev.Event | None) -> list[Ref]:
    """The rows beside the subject itself that one event may touch."""
    if kind == CONFIG_KIND:
        return config.refs(subject, event)
    if kind == POOL_KIND:
        return pool.refs(subject, event)
    return [(Market, (subject,)), (Resolution, (subject,)), *_life(subject, event), *_trades(subject, event)]


def _life(subject: str, event: ev.Event | None) -> list[Ref]:
    """What an event of a market's own life may touch."""
    match event:
        case ev.MarketCreated():
            return [(Outcome, (subject, i)) for i in range(event.n)]
        case ev.PaidOut():
            day = series.day_ref(subject, event.header.ts)
            return [*_valued(subject, event.value), *settle.paid_refs(subject, event), day]
        case ev.FeesCollected() | ev.SubsidyWithdrawn():
            return _valued(subject, event.value)
        case ev.StateChanged():
            return [series.day_ref(subject, event.header.ts)]
        case ev.VoteCast() | ev.VoteClaimed():
            return vote.refs(subject, event)
        case _:
            return []


def _trades(subject: str, event: ev.Event | None) -> list[Ref]:
    """What an event of trading may touch."""
    match event:
        case ev.Staked():
            size = len(event.value.supply)
            return [*_valued(subject, event.value, event.positions), *_traded(subject, event, size)]
        case ev.Traded():
            size = len(event.after.supply)
            return [*_valued(subject, event.after, event.positions), *_traded(subject, event, size)]
        case ev.OrderPlaced():
            found = [*_valued(subject, event.value), *_traded(subject, event, len(event.value.supply))]
            return [*found, *book.refs(subject, event.fills, event.positions, event.order.seq)]
        case ev.OrdersCancelled():
            return book.refs(subject, event.items)
        case ev.SeatSwept():
            return book.refs(subject, (), event.positions)
        case ev.Withdrawn():
            return [*_valued(subject, event.value), *book.refs(subject, (), event.positions)]
        case ev.SharesTransferred():
            return [ref for state in event.positions for ref in holding.refs(subject, base58(state.owner))]
        case _:
            return []


def _traded(subject: str, event: ev.Staked | ev.Traded | ev.OrderPlaced, n: int) -> list[Ref]:
    """The candles and the day of a trade."""
    ts = event.header.ts
    return [*series.candle_refs(subject, ts, n), series.day_ref(subject, ts)]


def _valued(subject: str, value: ev.Value, positions: Sequence[ev.PositionState] = ()) -> list[Ref]:
    """The rows of outcomes and owners that an event's post-state speaks of."""
    found: list[Ref] = [(Outcome, (subject, i)) for i in range(len(value.supply))]
    for state in positions:
        found += holding.refs(subject, base58(state.owner))
    return found


def fold(known: Known, blocks: Sequence[Decoded], *, final_slot: int) -> Changes:
    """What the blocks' events change; rows above final_slot get images. Raises SequenceGap."""
    work = Work(known)
    for decoded in blocks:
        slot = decoded.block.slot
        work.begin(decoded.block, undoable=slot > final_slot)
        for fact in decoded.facts:
            if fact.header is not None:
                _fold_fact(work, at(fact, fact.header, slot), fact, fact.header)
    return work.changes()


def _fold_fact(work: Work, place: At, fact: Fact, header: ev.Header) -> None:
    """One event: the subject's seq first, then its projections."""
    row, event = work.get(Subject, place.subject), fact.event
    kind = kind_of(place.subject, fact)
    old = row if row is not None else Subject(place.subject, kind, place.slot, 0, None)
    if header.seq != old.last_seq + 1:
        raise SequenceGap(place.subject, old.last_seq + 1, header.seq, place.slot)
    degraded = old.degraded_from_seq
    if event is None and degraded is None:
        degraded = header.seq
    work.put(msgspec.structs.replace(old, last_seq=header.seq, degraded_from_seq=degraded))
    if event is not None:
        ARMS[type(event).__name__](work, place, event)
    elif kind == MARKET_KIND:
        market.touched(work, place)
    elif kind == POOL_KIND:
        pool.touched(work, place, None)


def _closed(work: Work, place: At, event: ev.Closed) -> None:
    """Accounts are gone: of the config's subject orphans, of a market itself or its resolution."""
    match event.what:
        case ClosedWhat.ORPHAN:
            config.orphans(work, place, event)
        case ClosedWhat.BOOK:
            settle.book_closed(work, place)
        case ClosedWhat.RESOLUTION:
            settle.resolution_closed(work, place, event)
        case _:
            settle.market_closed(work, place, event)


# One arm an event, by its name.
ARMS: dict[str, Callable[[Work, At, Any], object]] = {
    "ConfigChanged": config.changed,
    "PauseSet": config.paused,
    "MintRuleSet": config.mint_rule,
    "MarketCreated": market.created,
    "Activated": market.activated,
    "StrikeRecorded": market.strike,
    "VoidAnnounced": market.void_announced,
    "StateChanged": market.state_changed,
    "PriceCandidate": resolve.candidate,
    "PriceResolved": resolve.price,
    "OutcomeProposed": resolve.proposed,
    "VoteCast": vote.cast,
    "VoteClaimed": vote.claimed,
    "Disputed": vote.disputed,
    "Tallied": vote.tallied,
    "Ruled": vote.ruled,
    "Staked": trade.staked,
    "Traded": trade.traded,
    "SharesTransferred": trade.transferred,
    "OrderPlaced": book.placed,
    "OrdersCancelled": book.cancelled,
    "SeatSwept": book.swept,
    "Withdrawn": trade.withdrawn,
    "PaidOut": settle.paid_out,
    "BondClaimed": settle.bond_claimed,
    "FeesCollected": settle.fees_collected,
    "SubsidyWithdrawn": settle.subsidy_withdrawn,
    "Closed": _closed,
    "PoolCreated": pool.created,
    "SharesTraded": pool.traded,
    "DividendsSynced": pool.synced,
    "DividendPaid": pool.paid,
}
