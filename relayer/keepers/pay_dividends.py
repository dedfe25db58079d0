"""Pays holders their dividends, in batches in address order; key: the first member, the batch's size, the pool's seq.

Done once something later happened to every member. A batch that landed and left members over is settled, and those
are tried again after a day: their account cannot receive.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from idl import addresses
from idl.accounts import Holder
from idl.instructions import pay_dividends
from relayer.keepers.kind import CrankKind, Due, Keeper, account_in, crank, writable
from relayer.keepers.world import World
from relayer.mirror import HolderRow, PoolRow
from relayer.model import Crank, Verdict

NAME = "pay_dividends"
MEMBERS_MAX = 8
RETRY_SLOTS = 216_000


def due(world: World) -> Iterator[Due]:
    """Batches of the holders to whom a pool owes something."""
    pools = {pool.pool: pool for pool in world.pools}
    for key, group in groupby(world.holders, key=lambda holder: holder.pool):
        pool = pools.get(key)
        if pool is None or (NAME, str(key)) in world.busy:
            continue
        owed = [holder for holder in group if holder.due(pool) and not _resting(world, holder)]
        for start in range(0, len(owed), MEMBERS_MAX):
            yield _batch(world, pool, owed[start : start + MEMBERS_MAX])


def _resting(world: World, holder: HolderRow) -> bool:
    """Whether a holder was skipped less than a day ago."""
    return holder.skipped_slot is not None and world.head.sealed_slot < holder.skipped_slot + RETRY_SLOTS


def _batch(world: World, pool: PoolRow, members: Sequence[HolderRow]) -> Due:
    token = world.token_program(pool.mint)
    accounts = [addresses.ata(holder.owner, pool.mint, token) for holder in members]
    pairs = [key for holder, own in zip(members, accounts, strict=True) for key in (holder.address, own.address)]
    call = pay_dividends(
        bumps=bytes(own.bump for own in accounts),
        pool=pool.pool,
        dividends=pool.dividends,
        mint=pool.mint,
        token_program=token,
        remaining=writable(*pairs),
    )
    payload = crank(call, *(holder.address for holder in members), facts=(pool.last_seq,))
    episode = f"{members[0].address}.{len(members)}.{pool.last_seq}"
    return Due(kind=NAME, subject=str(pool.pool), episode=episode, crank=payload)


def judge(payload: Crank, values: Sequence[bytes | None]) -> Verdict:
    """Done once a later event touched every member."""
    return Verdict(done=all(not left(payload, value) for value in values))


def left(payload: Crank, value: bytes | None) -> bool:
    """Whether nothing happened to a holder since."""
    holder = account_in(value)
    return isinstance(holder, Holder) and holder.last_seq <= payload.facts[0]


KEEPER = Keeper(kind=CrankKind(name=NAME, judge=judge, batch=True, left=left), due=due)
