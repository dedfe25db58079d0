"""Wire values of the streams: what is in the `data` of each type of message."""

from __future__ import annotations

import msgspec


class Trade(msgspec.Struct, frozen=True):
    """A stake or a trade that landed; amount is the collateral paid or received, outcome 255 a complete set."""

    actor: str
    side: str
    outcome: int
    amount: str
    shares: str
    signature: str


class Odds(msgspec.Struct, frozen=True):
    """What a market's outcomes stand at after a block."""

    supply: list[str]
    odds: list[str]


class Volume(msgspec.Struct, frozen=True):
    """Everything staked or traded so far."""

    total: str


class Best(msgspec.Struct, frozen=True):
    """The best prices of a book in YES terms after an order or a cancellation; read the book for its depth."""

    best_bid: str | None
    best_ask: str | None


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


class Vote(msgspec.Struct, frozen=True):
    """A vote on a proposal (round 0, side 1 likes it) or in a dispute (round 1), and how all votes stand after it."""

    market: str
    round: int
    voter: str
    side: int
    weight: str
    tally: list[str]


class Proposed(msgspec.Struct, frozen=True):
    """An outcome was proposed; it stands if nobody disputes it in time."""

    market: str
    proposer: str
    outcome: int
    bond: str
    window_end: int


class Disputed(msgspec.Struct, frozen=True):
    """A proposed outcome is disputed; votes decide until then."""

    market: str
    disputer: str
    bond: str
    window_end: int


class Decided(msgspec.Struct, frozen=True):
    """Votes were counted, or the council ruled; no outcome: contested. Of a proposal 1 is approved, 0 not."""

    market: str
    round: int
    outcome: int | None


class SharesTrade(msgspec.Struct, frozen=True):
    """A trade of a creator's shares, and how many there are after it."""

    owner: str
    side: str
    shares: str
    amount: str
    supply: str
    signature: str


class Dividend(msgspec.Struct, frozen=True):
    """Dividends that a pool counted in, for as many shares as there are."""

    amount: str
    supply: str


class NewMarket(msgspec.Struct, frozen=True):
    """A market that was just created."""

    market: str
    creator: str
    mint: str
    question: str


class ConfigMoved(msgspec.Struct, frozen=True):
    """Something in the platform's settings changed; read /v1/config again."""

    kind: str
