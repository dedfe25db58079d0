"""Counts the votes of a dispute once they are over; key: the end of the votes."""

from collections.abc import Iterator, Sequence

from idl import addresses
from idl.enums import State
from idl.instructions import tally_dispute
from relayer.keepers.kind import CrankKind, Due, Keeper, crank, market_in
from relayer.keepers.world import World
from relayer.model import Crank, Verdict

NAME = "tally_dispute"


def due(world: World) -> Iterator[Due]:
    """Disputed markets whose votes are over."""
    for market in world.markets:
        resolution = world.resolutions.get(market.market)
        if market.state != "disputed" or resolution is None or world.now < resolution.window_end:
            continue
        call = tally_dispute(market=market.market, resolution=addresses.resolution(market.market).address)
        episode = str(resolution.window_end)
        yield Due(kind=NAME, subject=str(market.market), episode=episode, crank=crank(call, market.market))


def judge(_: Crank, values: Sequence[bytes | None]) -> Verdict:
    """Done once it is not Disputed any more, however it ended; closed once the market is gone."""
    market = market_in(values[0])
    return Verdict(closed=True) if market is None else Verdict(done=market.state != State.Disputed)


KEEPER = Keeper(kind=CrankKind(name=NAME, judge=judge), due=due)
