"""From a stored event to the words of a reader: pure, one arm per event; an unknown one keeps its name and header."""

from __future__ import annotations

from typing import Any

from solders.pubkey import Pubkey

from idl import codec
from idl import events as ev
from idl.enums import State
from idl.errors import DecodeError

from .queries.markets import EventRow
from .schemas.markets import Activity, ActivityItem

_PAID = ("paid", "skipped", "skipped")
_NOBODY = bytes(32)
UNDECIDED, WHOLE_SET = 255, 255


def of_event(row: EventRow) -> Activity:
    """What a market's page says about one event."""
    known: dict[str, Any] = {}
    actor = None
    try:
        event = codec.decode_event(Pubkey.from_string(row.program), bytes.fromhex(row.raw))
        known = _details(event)
        actor = None if event.header.actor == _NOBODY else str(Pubkey(event.header.actor))
    except DecodeError:
        # A later program's event: the mirror is marked degraded, the page still shows that something happened.
        known = {}
    return Activity(
        seq=row.seq, kind=row.kind, actor=actor, slot=row.slot, time=row.time, signature=row.signature, **known
    )


def _details(event: ev.Event) -> dict[str, Any]:
    match event:
        case ev.Staked():
            return {"outcome": event.outcome, "amount": str(event.amount)}
        case ev.Traded():
            outcome = None if event.outcome == WHOLE_SET else event.outcome
            return {"outcome": outcome, "amount": str(event.value)}
        case ev.OrderPlaced():
            return {"outcome": event.order.outcome, "amount": str(event.amount)}
        case ev.SharesTransferred():
            return {"outcome": event.outcome, "amount": str(event.shares)}
        case ev.VoteCast():
            return {"outcome": event.side, "amount": str(event.weight)}
        case ev.Ruled() | ev.Tallied():
            return {"outcome": None if event.outcome == UNDECIDED else event.outcome}
        case ev.Disputed():
            return {"amount": str(event.bond)}
        case ev.StateChanged():
            outcome = None if event.outcome == 255 else event.outcome
            return {"before": _state(event.from_), "state": _state(event.to), "outcome": outcome}
        case ev.OutcomeProposed():
            return {"outcome": event.outcome, "amount": str(event.bond)}
        case ev.PriceResolved() | ev.StrikeRecorded() | ev.PriceCandidate():
            return {"price": str(event.price), "expo": event.expo}
        case ev.PaidOut():
            items = [ActivityItem(str(Pubkey(i.owner)), str(i.amount), _PAID[min(i.status, 2)]) for i in event.items]
            return {"items": items}
        case ev.BondClaimed() | ev.VoteClaimed() | ev.FeesCollected() | ev.SubsidyWithdrawn() | ev.Withdrawn():
            return {"amount": str(event.amount)}
    return {}


def _state(number: int) -> str:
    return State(number).name.lower()
