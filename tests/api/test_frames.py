"""Events to messages: every event of the programs is shown or named as not shown, with the words of each type."""

from __future__ import annotations

import json
import random
from typing import Any, get_args

import pytest
from msgspec.structs import replace
from solders.pubkey import Pubkey

from api.frames import Seen, TradeRow, of_block
from api.queries.feed import CREATOR_SHOWN, EVERY_SHOWN, MARKET_SHOWN, PLATFORM_SHOWN, VOTES_SHOWN
from idl import events as ev
from idl.enums import State
from tests.idl.test_codec import samples

# Money that goes to its owner and accounts that are closed: a wallet asks for its own.
NOT_SHOWN = {
    "Activated", "StrikeRecorded", "PriceCandidate", "PriceResolved", "VoidAnnounced", "VoteClaimed", "BondClaimed",
    "SharesTransferred", "SeatSwept", "Withdrawn", "PaidOut", "FeesCollected", "SubsidyWithdrawn", "Closed",
}  # fmt: skip
KEY = bytes(range(32))
WALLET = str(Pubkey(KEY))
ROW = TradeRow(side="sell", outcome=1, amount=9, shares=20, prices=(250_000, 750_000), volume=2**70)


def a(name: str, **fields: Any) -> Any:
    """One event of a kind with these fields."""
    value = samples(name)[0]
    return replace(value, header=replace(value.header, subject=KEY, actor=KEY), **fields)


def shown(event: ev.Event, **more: Any) -> list[tuple[str, str, dict[str, Any]]]:
    """(channel, type, data) of an event's messages."""
    frames = of_block(7, 70, [Seen(event=event, signature="sig", **more)])
    bodies = [json.loads(frame.body) for frame in frames]
    assert all((body["seq"], body["slot"], body["channel"]) == (7, 70, frame.channel)
               for body, frame in zip(bodies, frames, strict=True))  # fmt: skip
    return [(body["channel"].partition(":")[0], body["type"], body["data"]) for body in bodies]


def test_every_event_is_judged() -> None:
    """Each event is on a channel or is one of those that are not shown, never both."""
    every = {kind.__name__ for kind in get_args(ev.Event)}
    assert set(EVERY_SHOWN) | NOT_SHOWN == every
    assert set(EVERY_SHOWN) & NOT_SHOWN == set()
    assert set(EVERY_SHOWN) == {*MARKET_SHOWN, *VOTES_SHOWN, *CREATOR_SHOWN, *PLATFORM_SHOWN}


@pytest.mark.parametrize("name", sorted(EVERY_SHOWN))
def test_what_is_shown_has_a_message(name: str) -> None:
    """An event that the statement reads gives a message, on a channel that its list belongs to."""
    event = a(name)
    if isinstance(event, ev.StateChanged):
        event = replace(event, from_=State.Active, to=State.Resolving)
    if isinstance(event, ev.PoolCreated | ev.SharesTraded | ev.DividendsSynced | ev.DividendPaid):
        event = replace(event, pool=replace(event.pool, accrued=5), **({"side": 1} if hasattr(event, "side") else {}))
    channels = {channel for channel, _, _ in shown(event, trade=ROW if name == "Traded" else None, creator=WALLET)}
    lists = {"market": MARKET_SHOWN, "votes": VOTES_SHOWN, "creator": CREATOR_SHOWN, "platform": PLATFORM_SHOWN}
    assert channels == {channel for channel, names in lists.items() if name in names}


def test_a_trade_with_the_market_maker() -> None:
    """The trade as the mirror has it, then odds and volume after it."""
    value = ev.Value((5, 6), 0, (0, 0, 0), 7)
    trade, odds, volume = shown(a("Traded", after=value), trade=ROW)
    assert trade == ("market", "trade", {
        "actor": WALLET, "side": "sell", "outcome": 1, "amount": "9", "shares": "20", "signature": "sig",
    })  # fmt: skip
    assert odds == ("market", "odds", {"supply": ["5", "6"], "odds": ["0.250000", "0.750000"]})
    assert volume == ("market", "volume", {"total": str(2**70)})


def test_orders() -> None:
    """An order that rests moves the best prices; one that was filled is a trade too; no tick is no price."""
    rests = shown(a("OrderPlaced", best_bid=41, best_ask=255))
    assert rests == [("market", "book", {"best_bid": "0.410000", "best_ask": None})]
    filled = shown(a("OrderPlaced", best_bid=41, best_ask=43), trade=ROW)
    assert [name for _, name, _ in filled] == ["trade", "book", "odds", "volume"]
    assert shown(a("OrdersCancelled", best_bid=255, best_ask=1))[0][2] == {"best_bid": None, "best_ask": "0.010000"}


def test_votes() -> None:
    """Votes, proposals, disputes and what they came to, on the market's channel and on that of all votes."""
    vote = shown(a("VoteCast", round=1, side=2, weight=9, tally=(1, 2, 9), likes=4, dislikes=3, voter=KEY))
    assert [channel for channel, _, _ in vote] == ["market", "votes"]
    assert vote[1][2] == {
        "market": WALLET, "round": 1, "voter": WALLET, "side": 2, "weight": "9", "tally": ["1", "2", "9"],
    }  # fmt: skip
    on_proposal = shown(a("VoteCast", round=0, likes=4, dislikes=3, tally=()))
    assert on_proposal[0][2]["tally"] == ["3", "4"]
    assert shown(a("Tallied", round=1, outcome=255))[0][1:] == (
        "decided", {"market": WALLET, "round": 1, "outcome": None},
    )  # fmt: skip
    assert shown(a("Ruled", outcome=2))[0][1:] == ("decided", {"market": WALLET, "round": 1, "outcome": 2})
    disputed = shown(a("Disputed", disputer=KEY, bond=5, window_end=6))[0]
    assert disputed[1:] == ("disputed", {"market": WALLET, "disputer": WALLET, "bond": "5", "window_end": 6})


def test_a_creator() -> None:
    """Shares traded and dividends counted in; without a pool in the mirror nothing is guessed."""
    pool = ev.PoolState(supply=12, recorded=0, acc=0, carry=0, accrued=3)
    event = a("SharesTraded", side=1, shares=2, value=50, pool=pool)
    found = shown(event, creator=WALLET)
    assert [(channel, name) for channel, name, _ in found] == [("creator", "dividend"), ("creator", "shares_trade")]
    assert found[0][2] == {"amount": "3", "supply": "12"}
    assert (found[1][2]["side"], found[1][2]["shares"], found[1][2]["amount"]) == ("sell", "2", "50")
    assert shown(event) == []
    assert shown(replace(event, pool=replace(pool, accrued=0)), creator=WALLET)[0][1] == "shares_trade"


def test_odds_once_a_block() -> None:
    """Several trades of a block are each shown; odds and volume are those after the last."""
    rng = random.Random(5)
    rows = [TradeRow(side="buy", outcome=0, amount=1, shares=1, prices=(n, 10**6 - n), volume=n) for n in (3, 2, 8)]
    rng.shuffle(rows)
    frames = of_block(1, 1, [Seen(event=a("Traded"), signature="s", trade=row) for row in rows])
    types = [json.loads(frame.body)["type"] for frame in frames]
    assert types == ["trade"] * 3 + ["odds", "volume"]
    assert json.loads(frames[-1].body)["data"] == {"total": str(rows[-1].volume)}
