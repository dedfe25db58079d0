"""Lets a proposal or a price candidate stand once its window, or the council's, is over; key: the window's end."""

from collections.abc import Iterator, Sequence

from idl import addresses
from idl.instructions import finalize
from relayer.keepers.kind import DECIDED_STATES, CrankKind, Due, Keeper, crank, market_in
from relayer.keepers.world import World
from relayer.model import Crank, Verdict

NAME = "finalize"


def due(world: World) -> Iterator[Due]:
    """Resolving and contested markets whose window ended."""
    for market in world.markets:
        resolution = world.resolutions.get(market.market)
        if market.state not in ("resolving", "contested") or resolution is None or world.now < resolution.window_end:
            continue
        call = finalize(market=market.market, resolution=addresses.resolution(market.market).address)
        episode = str(resolution.window_end)
        yield Due(kind=NAME, subject=str(market.market), episode=episode, crank=crank(call, market.market))


def judge(_: Crank, values: Sequence[bytes | None]) -> Verdict:
    """Done once decided; closed once the market is gone."""
    market = market_in(values[0])
    return Verdict(closed=True) if market is None else Verdict(done=market.state in DECIDED_STATES)


KEEPER = Keeper(kind=CrankKind(name=NAME, judge=judge), due=due)
