"""Closes a market that owes nothing; it does not wait for losers, whose positions become orphans."""

from collections.abc import Iterator

from solders.pubkey import Pubkey

from idl import addresses
from idl.enums import Engine, Flag
from idl.instructions import close_market
from idl.limits import CLOSE_AFTER_SLOTS
from relayer.keepers.kind import CrankKind, Due, Keeper, all_gone, crank
from relayer.keepers.world import DECIDED, World
from relayer.mirror import MarketRow

NAME = "close_market"


def owes(market: MarketRow) -> bool:
    """Whether anybody may still claim shares or fees, or has something in its book."""
    if market.flags & Flag.HAS_BOOK:
        return True
    shares = sum(supply for i, supply in enumerate(market.supply) if market.mask >> i & 1)
    return bool(shares) or any(market.fees_owed)


def due(world: World) -> Iterator[Due]:
    """Decided or rejected markets, old enough, with nothing owed and no resolution left."""
    for market in world.markets:
        old = world.head.sealed_slot > market.created_slot + CLOSE_AFTER_SLOTS
        if market.state not in (*DECIDED, "rejected") or not old or market.market in world.resolutions:
            continue
        if owes(market):
            continue
        call = close_market(
            market=market.market,
            vault=addresses.vault(market.market).address,
            mint=market.mint,
            resolution=addresses.resolution(market.market).address,
            payer=market.payer,
            vault_payer=market.payer if market.vault_payer == Pubkey.default() else market.vault_payer,
            treasury_destination=world.account_of(world.treasury, market),
            creator_destination=world.account_of(market.creator, market) if market.engine == Engine.LMSR else None,
            token_program=world.token_program(market.mint),
        )
        yield Due(kind=NAME, subject=str(market.market), episode="close", crank=crank(call, market.market))


KEEPER = Keeper(kind=CrankKind(name=NAME, judge=all_gone), due=due)
