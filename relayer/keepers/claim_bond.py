"""Returns an undisputed bond to its proposer's token account; key: the proposer."""

from collections.abc import Iterator, Sequence

from idl import addresses
from idl.instructions import claim_bond
from relayer.keepers.kind import CrankKind, Due, Keeper, crank, resolution_in
from relayer.keepers.world import DECIDED, World
from relayer.model import Crank, Verdict

NAME = "claim_bond"
PROPOSER_PAID = 2


def due(world: World) -> Iterator[Due]:
    """Resolutions of decided markets that owe their proposer."""
    for market in world.markets:
        resolution = world.resolutions.get(market.market)
        if market.state not in DECIDED or resolution is None or not resolution.owed:
            continue
        if resolution.flags & PROPOSER_PAID:
            continue
        address = addresses.resolution(market.market).address
        token = world.token_program(market.mint)
        call = claim_bond(
            market=market.market,
            resolution=address,
            bond_vault=addresses.bond_vault(market.market).address,
            mint=market.mint,
            owner=resolution.proposer,
            destination=addresses.ata(resolution.proposer, market.mint, token).address,
            token_program=token,
        )
        episode = str(resolution.proposer)
        yield Due(kind=NAME, subject=str(market.market), episode=episode, crank=crank(call, address))


def judge(_: Crank, values: Sequence[bytes | None]) -> Verdict:
    """Done once paid, which is also so when the resolution is closed."""
    resolution = resolution_in(values[0])
    return Verdict(done=resolution is None or bool(resolution.flags & PROPOSER_PAID))


KEEPER = Keeper(kind=CrankKind(name=NAME, judge=judge), due=due)
