"""Records the opening price of an UPDOWN market from a posted update; key: the update's publish time."""

from collections.abc import Iterator, Sequence

from idl import addresses
from idl.enums import Flag, State
from idl.instructions import record_strike
from relayer.keepers.kind import CrankKind, Due, Keeper, crank, market_in
from relayer.keepers.world import World, deciding, strike_wanted, wanted
from relayer.model import PAYER, Crank, Verdict

NAME = "record_strike"


def due(world: World) -> Iterator[Due]:
    """Markets past their opening without a strike, once the update that says it is on the chain."""
    for market in world.markets:
        if not strike_wanted(market) or market.open not in wanted(market, world.now):
            continue
        price = deciding(world, market, market.open)
        if price is None or not price.posted:
            continue
        update = addresses.price(bytes(market.source), price.publish).address
        call = record_strike(market=market.market, price_update=update, caller=PAYER)
        facts = (price.publish - market.open,)
        payload = crank(call, market.market, facts=facts)
        yield Due(kind=NAME, subject=str(market.market), episode=str(price.publish), crank=payload)


def judge(payload: Crank, values: Sequence[bytes | None]) -> Verdict:
    """Done once the strike is final or no later than ours; closed once the market is not Active."""
    market = market_in(values[0])
    if market is None or market.state != State.Active:
        return Verdict(closed=True)
    earlier = bool(market.flags & Flag.STRIKE_SET) and market.strike_off <= payload.facts[0]
    return Verdict(done=bool(market.flags & Flag.STRIKE_FINAL) or earlier)


KEEPER = Keeper(kind=CrankKind(name=NAME, judge=judge), due=due)
