"""Posts the price update that an undecided market waits for, through the poster program (localnet).

Due for the first update in [E, E + 60], or the first after it with prev < E. Key: feed and publish time. Done once the
update's account exists.
"""

from collections.abc import Iterator, Sequence

from idl import addresses
from idl.instructions import poster
from relayer.keepers.kind import CrankKind, Due, Keeper, crank
from relayer.keepers.world import World, deciding, wanted
from relayer.model import PAYER, Crank, Verdict

NAME = "post_price"


def due(world: World) -> Iterator[Due]:
    """One post for every update that a market waits for and that is not on the chain."""
    seen = set()
    for market in world.markets:
        for at in wanted(market, world.now):
            price = deciding(world, market, at)
            if price is None or price.posted or (market.source, price.publish) in seen:
                continue
            seen.add((market.source, price.publish))
            account = addresses.price(bytes(market.source), price.publish).address
            call = poster.post(
                feed=bytes(market.source),
                price=price.value,
                conf=0,
                expo=price.expo,
                publish=price.publish,
                prev=price.prev,
                price_account=account,
                authority=PAYER,
                payer=PAYER,
            )
            yield Due(kind=NAME, subject=str(market.source), episode=str(price.publish), crank=crank(call, account))


def judge(_: Crank, values: Sequence[bytes | None]) -> Verdict:
    """Done once the account has data."""
    return Verdict(done=bool(values[0]))


KEEPER = Keeper(kind=CrankKind(name=NAME, judge=judge), due=due)
