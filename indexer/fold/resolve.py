"""Folds how a market is being decided: price candidates, final prices, bonded proposals. Pure; called by fold."""

import msgspec

from idl.events import OutcomeProposed, PriceCandidate, PriceResolved
from indexer.fold.ledger import Account, Kind, leg
from indexer.fold.market import NOBODY, touched
from indexer.fold.rows import Resolution
from indexer.fold.work import At, Work, base58

UNDECIDED = 255
TALLIES = 9


def candidate(work: Work, at: At, event: PriceCandidate) -> None:
    """A closing price that may still be bettered."""
    touched(work, at)
    work.put(
        _resolution(
            at, proposer=base58(event.poster), payer=base58(event.payer), evidence=bytes(32).hex(),
            proposed_at=event.proposed_at, window_end=event.until, bond=0, quorum=0, owed=0,
            publish_time=event.publish, price=event.price, proposed=event.outcome, flags=0, bump=event.bump,
            bond_bump=0,
        )
    )  # fmt: skip


def price(work: Work, at: At, event: PriceResolved) -> None:
    """The price that ended it; a resolution that held another one has this one now."""
    touched(work, at)
    row = work.get(Resolution, at.subject)
    if row is not None:
        work.put(msgspec.structs.replace(row, price=event.price, publish_time=event.publish))


def proposed(work: Work, at: At, event: OutcomeProposed) -> None:
    """Somebody says with a bond how it ended."""
    market = touched(work, at)
    work.put(
        _resolution(
            at, proposer=base58(event.proposer), payer=base58(event.payer), evidence=event.evidence.hex(),
            proposed_at=at.ts_unix_s, window_end=event.window_end, bond=event.bond, quorum=event.quorum,
            owed=event.owed, publish_time=0, price=0, proposed=event.outcome, flags=event.flags, bump=event.bump,
            bond_bump=event.bond_bump,
        )
    )  # fmt: skip
    leg(work, at, market, wallet=base58(event.proposer), kind=Kind.BOND, account=Account.BOND, delta=event.bond)


def _resolution(
    at: At, *, proposer: str, payer: str, evidence: str, proposed_at: int, window_end: int, bond: int, quorum: int,
    owed: int, publish_time: int, price: int, proposed: int, flags: int, bump: int, bond_bump: int,
) -> Resolution:  # fmt: skip
    """A resolution that nobody disputed or voted on yet."""
    return Resolution(
        market=at.subject, proposer=proposer, disputer=NOBODY, payer=payer, evidence=evidence,
        proposed_at=proposed_at, window_end=window_end, bond=bond, quorum=quorum, owed=owed, tally=(0,) * TALLIES,
        total=0, publish_time=publish_time, price=price, proposed=proposed, final_outcome=UNDECIDED, flags=flags,
        bump=bump, bond_bump=bond_bump, votes=0, closed_slot=None,
    )  # fmt: skip
