"""Returns the rent of positions and votes whose market is gone, in batches; key: the first member and the size."""

from collections.abc import Iterator

from solders.pubkey import Pubkey

from idl.instructions import close_orphan
from relayer.keepers.kind import CrankKind, Due, Keeper, all_gone, crank, writable
from relayer.keepers.world import World

NAME = "close_orphan"
MEMBERS_MAX = 12


def due(world: World) -> Iterator[Due]:
    """Open positions and votes of markets that are no more."""
    left: dict[Pubkey, list[tuple[Pubkey, Pubkey]]] = {}
    for market, positions in world.positions.items():
        left[market] = [(p.address, p.payer) for p in positions if p.orphan]
    for vote in world.votes:
        if vote.orphan:
            left.setdefault(vote.market, []).append((vote.address, vote.voter))
    for market, members in left.items():
        if (NAME, str(market)) in world.busy:
            continue
        for start in range(0, len(members), MEMBERS_MAX):
            batch = members[start : start + MEMBERS_MAX]
            keys = [key for address, payer in batch for key in (address, market, payer)]
            payload = crank(close_orphan(remaining=writable(*keys)), *(address for address, _ in batch))
            yield Due(kind=NAME, subject=str(market), episode=f"{batch[0][0]}.{len(batch)}", crank=payload)


KEEPER = Keeper(kind=CrankKind(name=NAME, judge=all_gone, batch=True), due=due)
