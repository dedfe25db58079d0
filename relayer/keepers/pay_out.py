"""Pays winners, in batches of positions in address order; key: the first member of a batch.

Done once every member is closed. A batch that landed and left members over is settled, and those wait in `unpayable`
until the next day: their account cannot receive. All batches of a market are proposed at once and fly together.
"""

from collections.abc import Iterator, Sequence

from idl import addresses
from idl.instructions import pay_out
from idl.limits import PAY_OUT_V1_MAX, PAY_OUT_V1_NATIVE_MAX
from idl.program import WSOL_MINT
from relayer.keepers.kind import CrankKind, Due, Keeper, all_gone, crank, writable
from relayer.keepers.world import DECIDED, World
from relayer.mirror import MarketRow, PositionRow

NAME = "pay_out"


def worth(position: PositionRow, market: MarketRow) -> bool:
    """Whether settling this position pays anything."""
    paid = any(shares and market.mask >> i & 1 for i, shares in enumerate(position.shares))
    return bool(position.credit) or paid


def due(world: World) -> Iterator[Due]:
    """Batches of the winners of decided markets that no batch under way pays."""
    for market in world.markets:
        if market.state not in DECIDED or (NAME, str(market.market)) in world.busy:
            continue
        if world.seated(market.market):
            continue  # what makers have in the book comes into their positions first
        owed = [
            p
            for p in world.positions.get(market.market, ())
            if worth(p, market) and str(p.address) not in world.unpayable
        ]
        size = PAY_OUT_V1_NATIVE_MAX if market.mint == WSOL_MINT else PAY_OUT_V1_MAX
        for start in range(0, len(owed), size):
            yield _batch(world, market, owed[start : start + size])


def _batch(world: World, market: MarketRow, members: Sequence[PositionRow]) -> Due:
    token = world.token_program(market.mint)
    native = market.mint == WSOL_MINT
    bumps = b"" if native else bytes(addresses.ata(p.owner, market.mint, token).bump for p in members)
    triples = [key for p in members for key in (p.address, world.account_of(p.owner, market), p.payer)]
    call = pay_out(
        bumps=bumps,
        market=market.market,
        vault=addresses.vault(market.market).address,
        mint=market.mint,
        token_program=token,
        remaining=writable(*triples),
    )
    payload = crank(call, *(p.address for p in members))
    episode = f"{members[0].address}.{len(members)}"
    if any(str(p.address) in world.retried for p in members):
        # The same members may come again on every later day: the day tells the episodes apart.
        episode += f".{world.day}"
    return Due(kind=NAME, subject=str(market.market), episode=episode, crank=payload)


KEEPER = Keeper(kind=CrankKind(name=NAME, judge=all_gone, batch=True), due=due)
