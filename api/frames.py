"""From events to stream messages: pure, one arm per event that a channel shows.

A message is `{type, channel, seq, slot, data}`; it is encoded here, once, whoever receives it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec
from solders.pubkey import Pubkey

from idl import events as ev
from idl.enums import State

from .schemas import stream as wire

PLATFORM, VOTES = "platform", "votes"
UNDECIDED, NO_TICK = 255, 255
MILLION, TICK = 10**6, 10**4
SIDES = ("buy", "sell")
DISPUTE = 1

Message = tuple[str, str, msgspec.Struct]


def market_channel(address: str) -> str:
    return f"market:{address}"


def creator_channel(wallet: str) -> str:
    return f"creator:{wallet}"


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
class TradeRow:
    """A trade as the mirror has it; prices in millionths and the market's volume are those after it."""

    side: str
    outcome: int
    amount: int
    shares: int
    prices: tuple[int, ...]
    volume: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One decoded event with the signature of its transaction; its trade if it is one, its pool's creator if it is."""

    event: ev.Event
    signature: str
    trade: TradeRow | None = None
    creator: str | None = None


def odds(supply: Sequence[int]) -> list[str]:
    """supply_i / total with six decimals, rounded down; uniform while nothing is staked."""
    total = sum(supply)
    parts = [share * MILLION // total for share in supply] if total else [MILLION // len(supply)] * len(supply)
    return [_price(part) for part in parts]


def of_block(seq: int, slot: int, seen: Iterable[Seen]) -> tuple[Frame, ...]:
    """All messages of one block; odds and volume once a market, as they are after its last stake or trade."""
    frames: list[Frame] = []
    last: dict[str, tuple[wire.Odds, wire.Volume]] = {}
    for item in seen:
        subject = str(Pubkey(item.event.header.subject))
        frames += [_frame(channel, name, seq, slot, data) for channel, name, data in _messages(item, subject)]
        standing = _standing(item)
        if standing is not None:
            last[market_channel(subject)] = standing
    for channel, (stands, volume) in last.items():
        frames.append(_frame(channel, "odds", seq, slot, stands))
        frames.append(_frame(channel, "volume", seq, slot, volume))
    return tuple(frames)


def _standing(item: Seen) -> tuple[wire.Odds, wire.Volume] | None:
    """Odds and volume after a stake or a trade; None for any other event."""
    match item.event, item.trade:
        case ev.Staked() as e, _:
            supply = e.value.supply
            return wire.Odds([str(s) for s in supply], odds(supply)), wire.Volume(str(sum(supply)))
        case ev.Traded() | ev.OrderPlaced() as e, TradeRow() as row:
            after = e.after if isinstance(e, ev.Traded) else e.value
            stands = wire.Odds([str(s) for s in after.supply], [_price(part) for part in row.prices])
            return stands, wire.Volume(str(row.volume))
        case _:
            return None


def _messages(item: Seen, subject: str) -> Iterator[Message]:
    match item.event:
        case ev.Staked() | ev.Traded() | ev.OrderPlaced() | ev.OrdersCancelled() | ev.StateChanged():
            yield from _of_market(item, market_channel(subject))
        case ev.VoteCast() | ev.OutcomeProposed() | ev.Disputed() | ev.Tallied() | ev.Ruled() as e:
            name, data = _of_votes(e, subject)
            yield (market_channel(subject), name, data)
            yield (VOTES, name, data)
        case ev.PoolCreated() | ev.SharesTraded() | ev.DividendsSynced() | ev.DividendPaid() as e:
            if item.creator is not None:
                yield from _of_creator(e, item.signature, creator_channel(item.creator))
        case ev.MarketCreated() as e:
            made = wire.NewMarket(subject, str(Pubkey(e.creator)), str(Pubkey(e.mint)), e.question)
            yield (PLATFORM, "new_market", made)
        case ev.ConfigChanged() | ev.PauseSet() | ev.MintRuleSet():
            yield (PLATFORM, "config", wire.ConfigMoved(type(item.event).__name__))
        case _:
            return


def _of_market(item: Seen, channel: str) -> Iterator[Message]:
    actor, row = str(Pubkey(item.event.header.actor)), item.trade
    match item.event:
        case ev.Staked() as e:
            amount = str(e.amount)
            yield (channel, "trade", wire.Trade(actor, "stake", e.outcome, amount, amount, item.signature))
        case ev.StateChanged() as e:
            moved = wire.StateMoved(State(e.from_).name.lower(), State(e.to).name.lower(), e.deadline)
            yield (channel, "state", moved)
            if e.to in (State.Finalized, State.Void):
                how = wire.Resolved(moved.state, e.outcome, e.mask, str(e.num), str(e.den))
                yield (channel, "resolved", how)
    if row is not None:
        amount, shares = str(row.amount), str(row.shares)
        yield (channel, "trade", wire.Trade(actor, row.side, row.outcome, amount, shares, item.signature))
    if isinstance(item.event, ev.OrderPlaced | ev.OrdersCancelled):
        yield (channel, "book", wire.Best(_tick(item.event.best_bid), _tick(item.event.best_ask)))


def _of_votes(
    e: ev.VoteCast | ev.OutcomeProposed | ev.Disputed | ev.Tallied | ev.Ruled, market: str
) -> tuple[str, msgspec.Struct]:
    match e:
        case ev.VoteCast():
            counts = e.tally if e.round == DISPUTE else (e.dislikes, e.likes)
            tally = [str(count) for count in counts]
            return "vote", wire.Vote(market, e.round, str(Pubkey(e.voter)), e.side, str(e.weight), tally)
        case ev.OutcomeProposed():
            who = str(Pubkey(e.proposer))
            return "proposed", wire.Proposed(market, who, e.outcome, str(e.bond), e.window_end)
        case ev.Disputed():
            return "disputed", wire.Disputed(market, str(Pubkey(e.disputer)), str(e.bond), e.window_end)
        case ev.Tallied():
            outcome = None if e.outcome == UNDECIDED else e.outcome
            return "decided", wire.Decided(market, e.round, outcome)
        case ev.Ruled():
            return "decided", wire.Decided(market, DISPUTE, e.outcome)


def _of_creator(
    e: ev.PoolCreated | ev.SharesTraded | ev.DividendsSynced | ev.DividendPaid, signature: str, channel: str
) -> Iterator[Message]:
    supply = str(e.pool.supply)
    if e.pool.accrued:
        yield (channel, "dividend", wire.Dividend(str(e.pool.accrued), supply))
    if isinstance(e, ev.PoolCreated | ev.SharesTraded):
        side = SIDES[e.side] if isinstance(e, ev.SharesTraded) else "buy"
        owner = str(Pubkey(e.holder.owner))
        trade = wire.SharesTrade(owner, side, str(e.shares), str(e.value), supply, signature)
        yield (channel, "shares_trade", trade)


def _price(millionths: int) -> str:
    return f"{millionths // MILLION}.{millionths % MILLION:06d}"


def _tick(tick: int) -> str | None:
    return None if tick == NO_TICK else _price(tick * TICK)


def _frame(channel: str, name: str, seq: int, slot: int, data: msgspec.Struct) -> Frame:
    body = {"type": name, "channel": channel, "seq": seq, "slot": slot, "data": data}
    return Frame(channel, msgspec.json.encode(body))
