"""Returns the market maker's rest to the creator of a decided market; key: which recipient, and the market's seq."""

from collections.abc import Iterator, Sequence

from idl import addresses
from idl.enums import Engine
from idl.instructions import withdraw_subsidy
from idl.program import WSOL_MINT
from relayer.keepers.kind import CrankKind, Due, Keeper, crank, market_in
from relayer.keepers.world import DECIDED, World
from relayer.mirror import MarketRow
from relayer.model import Crank, Verdict

NAME = "withdraw_subsidy"


def rest(market: MarketRow) -> int:
    """What a decided market holds beyond what it owes, base units."""
    paid = sum(supply for i, supply in enumerate(market.supply) if market.mask >> i & 1)
    shares = -(-paid * market.num // market.den) if market.den else 0
    return market.vault - shares - market.escrow - sum(market.fees_owed)


def due(world: World) -> Iterator[Due]:
    """Decided markets whose market maker has something left."""
    for market in world.markets:
        if market.state in DECIDED and market.engine == Engine.LMSR and rest(market) > 0:
            yield _withdraw(world, market)


def _withdraw(world: World, market: MarketRow) -> Due:
    late = world.now >= market.deadline
    treasury, creator = world.account_of(world.treasury, market), world.account_of(market.creator, market)
    call = withdraw_subsidy(
        market=market.market,
        vault=addresses.vault(market.market).address,
        mint=market.mint,
        destination=creator,
        treasury_destination=treasury if late else None,
        token_program=world.token_program(market.mint),
    )
    payload = crank(call, market.market, facts=(market.last_seq,))
    episode = f"{'late' if late else 'creator'}-{market.last_seq}"
    into = None if late or market.mint == WSOL_MINT else creator
    return Due(kind=NAME, subject=str(market.market), episode=episode, crank=payload, into=into)


def judge(payload: Crank, values: Sequence[bytes | None]) -> Verdict:
    """Done once the market is gone, or anything later happened to it: what is left then is due anew."""
    market = market_in(values[0])
    return Verdict(done=market is None or market.seq > payload.facts[0])


KEEPER = Keeper(kind=CrankKind(name=NAME, judge=judge), due=due)
