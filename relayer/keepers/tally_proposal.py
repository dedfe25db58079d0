"""Rejects an Approved market that nobody activated in time; key: the deadline that passed."""

from collections.abc import Iterator, Sequence

from idl.enums import State
from idl.instructions import tally_proposal
from relayer.keepers.kind import CrankKind, Due, Keeper, crank, market_in
from relayer.keepers.world import World
from relayer.model import Crank, Verdict

NAME = "tally_proposal"


def due(world: World) -> Iterator[Due]:
    """Approved markets past their deadline."""
    for market in world.markets:
        if market.state == "approved" and world.now >= market.deadline:
            payload = crank(tally_proposal(market=market.market), market.market)
            yield Due(kind=NAME, subject=str(market.market), episode=str(market.deadline), crank=payload)


def judge(_: Crank, values: Sequence[bytes | None]) -> Verdict:
    """Done once Rejected; closed once activated or gone."""
    market = market_in(values[0])
    if market is None:
        return Verdict(closed=True)
    return Verdict(done=market.state == State.Rejected, closed=market.state != State.Approved)


KEEPER = Keeper(kind=CrankKind(name=NAME, judge=judge), due=due)
