"""From events to stream messages: pure, one arm per event that a channel shows.

A message is `{type, channel, seq, slot, data}`; it is encoded here, once, whoever receives it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec
from solders.pubkey import Pubkey

from idl import events as ev
from idl.enums import State

PLATFORM = "platform"


def market_channel(address: str) -> str:
    return f"market:{address}"


@dataclass(frozen=True, slots=True)
class Frame:
    """One encoded message of one channel."""

    channel: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the feed as the streams see it; `undo` takes back everything shown of that slot."""

    seq: int
    slot: int
    undo: bool
    frames: tuple[Frame, ...]

    def undone(self, channel: str) -> Frame:
        """What an undo looks like on one channel."""
        return Frame(
            channel, msgspec.json.encode({"type": "undo", "channel": channel, "seq": self.seq, "slot": self.slot})
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One decoded event with the signature of its transaction."""

    event: ev.Event
    signature: str


class Trade(msgspec.Struct, frozen=True):
    """A stake that landed."""

    actor: str
    outcome: int
    amount: str
    shares: str
    signature: str


class Odds(msgspec.Struct, frozen=True):
    """What a market's outcomes stand at after a block."""

    supply: list[str]
    odds: list[str]


class Volume(msgspec.Struct, frozen=True):
    """Everything staked so far."""

    total: str


class StateMoved(msgspec.Struct, frozen=True):
    """A market's step from one state to another."""

    before: str
    state: str
    deadline: int


class Resolved(msgspec.Struct, frozen=True):
    """How a decided market pays: floor(sum of shares in mask * num / den)."""

    state: str
    outcome: int
    mask: int
    num: str
    den: str


class NewMarket(msgspec.Struct, frozen=True):
    """A market that was just created."""

    market: str
    creator: str
    mint: str
    question: str


class ConfigMoved(msgspec.Struct, frozen=True):
    """Something in the platform's settings changed; read /v1/config again."""

    kind: str


def odds(supply: Sequence[int]) -> list[str]:
    """supply_i / total with six decimals, rounded down; uniform while nothing is staked."""
    total = sum(supply)
    parts = [share * 10**6 // total for share in supply] if total else [10**6 // len(supply)] * len(supply)
    return [f"{part // 10**6}.{part % 10**6:06d}" for part in parts]


def of_block(seq: int, slot: int, seen: Iterable[Seen]) -> tuple[Frame, ...]:
    """All messages of one block; odds and volume once a market, as they are after its last stake."""
    frames: list[Frame] = []
    last: dict[str, ev.Staked] = {}
    for item in seen:
        subject = str(Pubkey(item.event.header.subject))
        frames += [_frame(channel, name, seq, slot, data) for channel, name, data in _messages(item, subject)]
        if isinstance(item.event, ev.Staked):
            last[market_channel(subject)] = item.event
    for channel, event in last.items():
        supply = list(event.value.supply)
        frames.append(_frame(channel, "odds", seq, slot, Odds([str(s) for s in supply], odds(supply))))
        frames.append(_frame(channel, "volume", seq, slot, Volume(str(sum(supply)))))
    return tuple(frames)


def _messages(item: Seen, subject: str) -> list[tuple[str, str, msgspec.Struct]]:
    market = market_channel(subject)
    match item.event:
        case ev.Staked() as e:
            actor = str(Pubkey(e.header.actor))
            return [(market, "trade", Trade(actor, e.outcome, str(e.amount), str(e.amount), item.signature))]
        case ev.StateChanged() as e:
            moved = StateMoved(State(e.from_).name.lower(), State(e.to).name.lower(), e.deadline)
            found: list[tuple[str, str, msgspec.Struct]] = [(market, "state", moved)]
            if e.to in (State.Finalized, State.Void):
                how = Resolved(moved.state, e.outcome, e.mask, str(e.num), str(e.den))
                found.append((market, "resolved", how))
            return found
        case ev.MarketCreated() as e:
            made = NewMarket(subject, str(Pubkey(e.creator)), str(Pubkey(e.mint)), e.question)
            return [(PLATFORM, "new_market", made)]
        case ev.ConfigChanged() | ev.PauseSet() | ev.MintRuleSet():
            return [(PLATFORM, "config", ConfigMoved(type(item.event).__name__))]
    return []


def _frame(channel: str, name: str, seq: int, slot: int, data: msgspec.Struct) -> Frame:
    body = {"type": name, "channel": channel, "seq": seq, "slot": slot, "data": data}
    return Frame(channel, msgspec.json.encode(body))
