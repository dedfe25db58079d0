"""Wire values of deciding: resolutions, votes."""

from __future__ import annotations

import msgspec

from .wire import Address, Amount, UnixTime


class Vote(msgspec.Struct, frozen=True, kw_only=True):
    """One vote: on a proposal (round 0, side 1 likes it) or in a dispute (round 1, side an outcome, n = INVALID)."""

    market: Address
    round: int
    voter: Address
    side: int
    weight: Amount
    state: str
    paid: Amount
    seq: int
    slot: int
    time: UnixTime
    signature: str


class Resolution(msgspec.Struct, frozen=True, kw_only=True):
    """How a market is or was decided; outcome n means INVALID, null that nothing is decided yet."""

    market: Address
    proposer: Address
    proposed: int
    proposed_at: UnixTime
    evidence: str
    by_source: bool
    disputer: Address | None
    window_end: UnixTime
    bond: Amount
    quorum: Amount
    owed: Amount
    tally: list[Amount]
    total: Amount
    final_outcome: int | None
    closed: bool
