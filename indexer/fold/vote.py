"""Folds votes and disputes: votes cast and claimed, disputes, tallies, rulings. Pure; called by fold."""

from __future__ import annotations

from typing import Any

import msgspec
from solders.pubkey import Pubkey

from idl import addresses
from idl import events as ev
from indexer.fold.holding import CLOSED, OPEN
from indexer.fold.ledger import Account, Kind, leg
from indexer.fold.market import touched
from indexer.fold.rows import Resolution, Vote
from indexer.fold.work import At, Ref, Work, base58

DISPUTE = 1
TALLIES = 9


def refs(subject: str, event: ev.VoteCast | ev.VoteClaimed) -> list[Ref]:
    """The row of the vote."""
    return [(Vote, (subject, event.round, base58(event.voter)))]


def cast(work: Work, at: At, event: ev.VoteCast) -> None:
    """A vote, counted; in a dispute its weight lies in the bond vault."""
    market = touched(work, at, likes=event.likes, dislikes=event.dislikes)
    voter = base58(event.voter)
    place = addresses.vote(Pubkey.from_string(at.subject), event.round, Pubkey.from_bytes(event.voter))
    work.put(
        Vote(
            market=at.subject, round=event.round, voter=voter, address=str(place.address), weight=event.weight,
            side=event.side, bump=event.bump, state=OPEN, paid=0, seq=at.seq, slot=at.slot, ts=at.ts,
            signature=at.signature,
        )
    )  # fmt: skip
    if event.round == DISPUTE:
        tally = event.tally + (0,) * (TALLIES - len(event.tally))
        _resolved(work, at, tally=tally, total=event.total, owed=event.owed, votes=event.votes)
        leg(work, at, market, wallet=voter, kind=Kind.BOND, account=Account.BOND, delta=event.weight)


def claimed(work: Work, at: At, event: ev.VoteClaimed) -> None:
    """A vote is closed; in a dispute its weight came back with what was won or without what was lost."""
    market = touched(work, at)
    voter = base58(event.voter)
    row = work.get(Vote, at.subject, event.round, voter)
    if row is not None:
        work.put(msgspec.structs.replace(row, state=CLOSED, paid=event.amount))
    if event.round == DISPUTE:
        _resolved(work, at, owed=event.owed, votes=event.votes)
        leg(work, at, market, wallet=voter, kind=Kind.BOND, account=Account.BOND, delta=-event.amount)


def disputed(work: Work, at: At, event: ev.Disputed) -> None:
    """Somebody says with an equal bond that it ended otherwise."""
    market = touched(work, at)
    disputer = base58(event.disputer)
    _resolved(work, at, disputer=disputer, owed=event.owed, window_end=event.window_end)
    leg(work, at, market, wallet=disputer, kind=Kind.BOND, account=Account.BOND, delta=event.bond)


def tallied(work: Work, at: At, event: ev.Tallied) -> None:
    """Votes were counted; what follows from them StateChanged says."""
    touched(work, at)
    if event.round == DISPUTE:
        _resolved(work, at, window_end=event.window_end, flags=event.flags)


def ruled(work: Work, at: At, event: ev.Ruled) -> None:
    """The council decided."""
    touched(work, at)
    _resolved(work, at, flags=event.flags)


def _resolved(work: Work, at: At, **fields: Any) -> None:
    """The resolution after an event."""
    row = work.get(Resolution, at.subject)
    if row is not None:
        work.put(msgspec.structs.replace(row, **fields))
