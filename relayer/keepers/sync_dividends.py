"""Shares out what came into a pool's dividends account; key: the pool's seq."""

from collections.abc import Iterator, Sequence

from idl.accounts import Pool
from idl.instructions import sync_dividends
from relayer.keepers.kind import CrankKind, Due, Keeper, account_in, crank
from relayer.keepers.world import World
from relayer.model import Crank, Verdict

NAME = "sync_dividends"


def due(world: World) -> Iterator[Due]:
    """Pools with shares whose dividends account got fees of markets that are not counted in."""
    for pool in world.pools:
        if not pool.unsynced:
            continue
        call = sync_dividends(pool=pool.pool, dividends=pool.dividends, token_program=world.token_program(pool.mint))
        payload = crank(call, pool.pool, facts=(pool.last_seq,))
        yield Due(kind=NAME, subject=str(pool.pool), episode=str(pool.last_seq), crank=payload)


def judge(payload: Crank, values: Sequence[bytes | None]) -> Verdict:
    """Done once anything later happened to the pool: every event of it counts in what came."""
    pool = account_in(values[0])
    return Verdict(done=isinstance(pool, Pool) and pool.seq > payload.facts[0])


KEEPER = Keeper(kind=CrankKind(name=NAME, judge=judge), due=due)
