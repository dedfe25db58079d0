"""Decides a price market by a posted update at or after its event; key: the update's publish time."""

from collections.abc import Iterator, Sequence

from idl import addresses
from idl.enums import State
from idl.instructions import resolve_by_price
from relayer.keepers.kind import DECIDED_STATES, CrankKind, Due, Keeper, crank, market_in, resolution_in
from relayer.keepers.world import World, deciding, strike_wanted, wanted
from relayer.model import PAYER, Crank, Verdict

NAME = "resolve_by_price"


def due(world: World) -> Iterator[Due]:
    """Undecided price markets past their event, strike known, once the update that says it is on the chain."""
    for market in world.markets:
        if strike_wanted(market) or market.event not in wanted(market, world.now):
            continue
        price = deciding(world, market, market.event)
        if price is None or not price.posted:
            continue
        resolution = addresses.resolution(market.market).address
        call = resolve_by_price(
            market=market.market,
            resolution=resolution,
            price_update=addresses.price(bytes(market.source), price.publish).address,
            caller=PAYER,
            payer=PAYER,
        )
        payload = crank(call, market.market, resolution, facts=(price.publish,))
        yield Due(kind=NAME, subject=str(market.market), episode=str(price.publish), crank=payload)


def judge(payload: Crank, values: Sequence[bytes | None]) -> Verdict:
    """Done once decided, or a candidate no later than ours stands; closed once the market is gone."""
    market, resolution = market_in(values[0]), resolution_in(values[1])
    if market is None:
        return Verdict(closed=True)
    stands = market.state == State.Resolving and resolution is not None
    earlier = stands and resolution is not None and resolution.publish_time <= payload.facts[0]
    return Verdict(done=market.state in DECIDED_STATES or earlier)


KEEPER = Keeper(kind=CrankKind(name=NAME, judge=judge), due=due)
