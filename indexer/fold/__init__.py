"""Events to rows: what each event changes in the projections. Pure; the store loads the rows and writes the changes.

`refs` says which rows a page may touch, `fold` makes the changes. An event whose seq does not follow its subject's
last one is refused. An event that cannot be read moves its subject's seq and marks the subject as degraded.
"""

from collections.abc import Iterable, Sequence
from typing import assert_never

import msgspec

from idl import addresses
from idl.enums import ClosedWhat
from idl.events import (
    Activated,
    BondClaimed,
    Closed,
    ConfigChanged,
    Disputed,
    Event,
    FeesCollected,
    Header,
    MarketCreated,
    MintRuleSet,
    OutcomeProposed,
    PaidOut,
    PauseSet,
    PositionState,
    PriceCandidate,
    PriceResolved,
    Ruled,
    Staked,
    StateChanged,
    StrikeRecorded,
    Tallied,
    Value,
    VoidAnnounced,
    VoteCast,
    VoteClaimed,
    Withdrawn,
)  # fmt: skip
from indexer.errors import SequenceGap
from indexer.fold import config, holding, market, resolve, settle, trade
from indexer.fold.rows import Market, Outcome, Resolution, Subject
from indexer.fold.work import At, Known, Ref, Work, at, base58
from indexer.model import Changes, Decoded, Fact

CONFIG = str(addresses.config().address)
CONFIG_KIND, MARKET_KIND = "config", "market"

__all__ = ["CONFIG", "Known", "Ref", "fold", "refs"]


def refs(facts: Iterable[Fact]) -> frozenset[Ref]:
    """The rows that folding these facts may touch."""
    found: set[Ref] = set()
    for fact in facts:
        if fact.header is not None:
            subject = base58(fact.header.subject)
            found.add((Subject, (subject,)))
            found.update(_refs(subject, fact.event))
    return frozenset(found)


def _refs(subject: str, event: Event | None) -> list[Ref]:
    """The rows beside the subject itself that one event may touch."""
    if subject == CONFIG:
        return config.refs(subject, event)
    found: list[Ref] = [(Market, (subject,)), (Resolution, (subject,))]
    match event:
        case Staked() | Withdrawn():
            found += _valued(subject, event.value, event.positions)
        case PaidOut():
            found += [*_valued(subject, event.value), *settle.paid_refs(subject, event)]
        case FeesCollected():
            found += _valued(subject, event.value)
        case MarketCreated():
            found += [(Outcome, (subject, i)) for i in range(event.n)]
        case _:
            pass
    return found


def _valued(subject: str, value: Value, positions: Sequence[PositionState] = ()) -> list[Ref]:
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
                _fold_fact(work, at(fact, fact.header, slot), fact.header, fact.event)
    return work.changes()


def _fold_fact(work: Work, place: At, header: Header, event: Event | None) -> None:
    """One event: the subject's seq first, then its projections."""
    row = work.get(Subject, place.subject)
    kind = CONFIG_KIND if place.subject == CONFIG else MARKET_KIND
    old = row if row is not None else Subject(place.subject, kind, place.slot, 0, None)
    if header.seq != old.last_seq + 1:
        raise SequenceGap(place.subject, old.last_seq + 1, header.seq, place.slot)
    degraded = old.degraded_from_seq
    if event is None and degraded is None:
        degraded = header.seq
    work.put(msgspec.structs.replace(old, last_seq=header.seq, degraded_from_seq=degraded))
    if event is not None:
        _project(work, place, event)
    elif kind == MARKET_KIND:
        market.touched(work, place)


def _project(work: Work, place: At, event: Event) -> None:
    """One arm an event."""
    match event:
        case ConfigChanged():
            config.changed(work, place, event)
        case PauseSet():
            config.paused(work, place, event)
        case MintRuleSet():
            config.mint_rule(work, place, event)
        case MarketCreated():
            market.created(work, place, event)
        case Activated():
            market.activated(work, place, event)
        case StrikeRecorded():
            market.strike(work, place, event)
        case VoidAnnounced():
            market.void_announced(work, place, event)
        case StateChanged():
            market.state_changed(work, place, event)
        case PriceCandidate():
            resolve.candidate(work, place, event)
        case PriceResolved():
            resolve.price(work, place, event)
        case OutcomeProposed():
            resolve.proposed(work, place, event)
        case VoteCast() | VoteClaimed() | Disputed() | Tallied() | Ruled():
            market.touched(work, place)
        case Staked():
            trade.staked(work, place, event)
        case Withdrawn():
            trade.withdrawn(work, place, event)
        case PaidOut():
            settle.paid_out(work, place, event)
        case BondClaimed():
            settle.bond_claimed(work, place, event)
        case FeesCollected():
            settle.fees_collected(work, place, event)
        case Closed():
            _closed(work, place, event)
        case _:
            assert_never(event)


def _closed(work: Work, place: At, event: Closed) -> None:
    """Accounts are gone: of the config's subject orphans, of a market itself or its resolution."""
    match event.what:
        case ClosedWhat.ORPHAN:
            config.orphans(work, place, event)
        case ClosedWhat.RESOLUTION:
            settle.resolution_closed(work, place, event)
        case _:
            settle.market_closed(work, place, event)
