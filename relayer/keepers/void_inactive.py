"""Voids an Active market that nobody decided in time, whose void was announced, or whose strike is not believed."""

from collections.abc import Iterator, Sequence

from idl.enums import Flag, State
from idl.instructions import void_inactive
from relayer.keepers.kind import CrankKind, Due, Keeper, crank, market_in
from relayer.keepers.world import UNDECIDED, World
from relayer.mirror import MarketRow
from relayer.model import Crank, Verdict

NAME = "void_inactive"


def reason(market: MarketRow, now: int) -> str | None:
    """Why this market may be voided now, the key's episode; None if it may not."""
    if market.state not in UNDECIDED:
        return None
    if now >= market.void_after:
        return "late"
    if market.flags & Flag.HALTED and now >= market.deadline:
        return f"halted-{market.deadline}"
    if market.flags & Flag.STRIKE_WIDE and now >= market.strike_until:
        return "wide"
    return None


def due(world: World) -> Iterator[Due]:
    """Active markets past one of the three times."""
    for market in world.markets:
        episode = reason(market, world.now)
        if episode is not None:
            payload = crank(void_inactive(market=market.market), market.market)
            yield Due(kind=NAME, subject=str(market.market), episode=episode, crank=payload)


def judge(_: Crank, values: Sequence[bytes | None]) -> Verdict:
    """Done once Void; closed once it is not Active any more."""
    market = market_in(values[0])
    if market is None:
        return Verdict(closed=True)
    return Verdict(done=market.state == State.Void, closed=market.state != State.Active)


KEEPER = Keeper(kind=CrankKind(name=NAME, judge=judge), due=due)
