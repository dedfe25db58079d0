"""Ends the vote on a proposed market, or rejects an approved one that nobody activated in time; key: the deadline."""

from collections.abc import Iterator, Sequence

from idl.enums import State
from idl.instructions import tally_proposal
from relayer.keepers.kind import CrankKind, Due, Keeper, crank, market_in
from relayer.keepers.world import World
from relayer.model import Crank, Verdict

NAME = "tally_proposal"
WAITING = {"proposed": State.Proposed, "approved": State.Approved}


def due(world: World) -> Iterator[Due]:
    """Proposed and approved markets past their deadline."""
    for market in world.markets:
        if market.state in WAITING and world.now >= market.deadline:
            payload = crank(tally_proposal(market=market.market), market.market, facts=(WAITING[market.state],))
            yield Due(kind=NAME, subject=str(market.market), episode=str(market.deadline), crank=payload)


def judge(payload: Crank, values: Sequence[bytes | None]) -> Verdict:
    """Done once a vote is over either way, or an approved market is Rejected; closed once activated or gone."""
    market = market_in(values[0])
    if market is None:
        return Verdict(closed=True)
    before = payload.facts[0]
    ends = (State.Approved, State.Rejected) if before == State.Proposed else (State.Rejected,)
    return Verdict(done=market.state in ends, closed=market.state != before)


KEEPER = Keeper(kind=CrankKind(name=NAME, judge=judge), due=due)
