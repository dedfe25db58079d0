"""Pays out the fees of a decided market, one kind an intent; key: which fee."""

from collections.abc import Iterator, Sequence

from solders.pubkey import Pubkey

from idl import addresses
from idl.enums import FeeKind, Flag
from idl.instructions import collect_fees
from idl.program import WSOL_MINT
from relayer.keepers.kind import CrankKind, Due, Keeper, crank, market_in
from relayer.keepers.world import DECIDED, World
from relayer.mirror import MarketRow
from relayer.model import Crank, Verdict

NAME = "collect_fees"
UNCLAIMED_S = 30 * 86_400
"""How long after `deadline` a creator's fee that nobody could take goes to the treasury: constants.rs."""


def due(world: World) -> Iterator[Due]:
    """Every kind of fee that a decided market owes."""
    for market in world.markets:
        if market.state not in DECIDED:
            continue
        for which in FeeKind:
            if market.fees_owed[which]:
                yield _collect(world, market, which)


def _collect(world: World, market: MarketRow, which: FeeKind) -> Due:
    late = world.now >= market.deadline and which is not FeeKind.PROTOCOL
    forsaken = which is FeeKind.CREATOR and world.now >= market.deadline + UNCLAIMED_S
    destination = _recipient(world, market, FeeKind.PROTOCOL if forsaken else which)
    call = collect_fees(
        kind=which,
        market=market.market,
        vault=addresses.vault(market.market).address,
        mint=market.mint,
        destination=destination,
        treasury_destination=world.account_of(world.treasury, market) if late else None,
        token_program=world.token_program(market.mint),
    )
    payload = crank(call, market.market, facts=(which,))
    episode = f"{which.name.lower()}{'-forsaken' if forsaken else '-late' if late else ''}"
    into = None if late or market.mint == WSOL_MINT else destination
    return Due(kind=NAME, subject=str(market.market), episode=episode, crank=payload, into=into)


def _recipient(world: World, market: MarketRow, which: FeeKind) -> Pubkey:
    if which is FeeKind.CREATOR and market.flags & Flag.FEE_TO_ACCOUNT:
        return market.fee_to
    owner = (market.fee_to, market.resolver_to, world.treasury)[which]
    return world.account_of(owner, market)


def judge(payload: Crank, values: Sequence[bytes | None]) -> Verdict:
    """Done once nothing of this kind is owed: a decided market earns no more."""
    market = market_in(values[0])
    return Verdict(done=market is None or market.fees_owed[payload.facts[0]] == 0)


KEEPER = Keeper(kind=CrankKind(name=NAME, judge=judge), due=due)
