"""Closes a resolution that owes nothing; its rent goes back to who paid it."""

from collections.abc import Iterator

from solders.pubkey import Pubkey

from idl import addresses
from idl.instructions import close_resolution
from relayer.keepers.kind import CrankKind, Due, Keeper, all_gone, crank
from relayer.keepers.world import DECIDED, World

NAME = "close_resolution"


def due(world: World) -> Iterator[Due]:
    """Resolutions of decided markets with nothing owed."""
    for market in world.markets:
        resolution = world.resolutions.get(market.market)
        if market.state not in DECIDED or resolution is None or resolution.owed:
            continue
        address = addresses.resolution(market.market).address
        token = world.token_program(market.mint)
        bonded, disputed = resolution.bond > 0, resolution.disputer != Pubkey.default()
        treasury = addresses.ata(world.treasury, market.mint, token).address
        call = close_resolution(
            market=market.market,
            resolution=address,
            payer=resolution.payer,
            mint=market.mint,
            bond_vault=addresses.bond_vault(market.market).address if bonded else None,
            treasury_destination=treasury if bonded else None,
            token_program=token,
        )
        # Half a bond is left over of a dispute, and only the treasury's own account can take it.
        into = treasury if bonded and disputed else None
        yield Due(kind=NAME, subject=str(market.market), episode="close", crank=crank(call, address), into=into)


KEEPER = Keeper(kind=CrankKind(name=NAME, judge=all_gone), due=due)
