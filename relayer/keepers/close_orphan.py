"""Returns the rent of positions whose market is gone, in batches; key: the first member and the batch's size."""

from collections.abc import Iterator

from idl.instructions import close_orphan
from relayer.keepers.kind import CrankKind, Due, Keeper, all_gone, crank, writable
from relayer.keepers.world import World

NAME = "close_orphan"
MEMBERS_MAX = 12


def due(world: World) -> Iterator[Due]:
    """Open positions of markets that are no more."""
    for market, positions in world.positions.items():
        members = [p for p in positions if p.orphan]
        if (NAME, str(market)) in world.busy:
            continue
        for start in range(0, len(members), MEMBERS_MAX):
            batch = members[start : start + MEMBERS_MAX]
            keys = [key for p in batch for key in (p.address, market, p.payer)]
            payload = crank(close_orphan(remaining=writable(*keys)), *(p.address for p in batch))
            yield Due(kind=NAME, subject=str(market), episode=f"{batch[0].address}.{len(batch)}", crank=payload)


KEEPER = Keeper(kind=CrankKind(name=NAME, judge=all_gone, batch=True), due=due)
