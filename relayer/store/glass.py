"""The mirror as the loop sees it, through a pool: its head, places of blockhashes, and the second witness of R4.

Implements model.Mirror and prove.MirrorWitness on relayer.mirror, which alone holds the SQL.
"""

from collections.abc import Sequence

from relayer import mirror
from relayer.budget import SECONDS_PER_DAY
from relayer.model import Attempt, Proof, Standing
from relayer.store.pool import Database


class Glass:
    """Reads of the mirror, each in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def standing(self, blockhashes: Sequence[str]) -> Standing | None:
        """The head and the places of these blockhashes; None while there is no mirror."""
        async with self._database.transaction() as connection:
            head = await mirror.head(connection)
            if head is None:
                return None
            places = await mirror.blockhashes(connection, blockhashes) if blockhashes else {}
        found = [places.get(h) for h in blockhashes]
        return Standing(
            sealed_slot=head.sealed_slot,
            sealed_height=head.sealed_height,
            day=head.now // SECONDS_PER_DAY,
            places=tuple(None if p is None else (p.slot, p.height) for p in found),
        )

    async def absent(self, attempts: Sequence[Attempt], *, asked: frozenset[str]) -> Proof | None:
        """R4 (d): None where the mirror cannot say that these signatures never landed."""
        async with self._database.transaction() as connection:
            return await mirror.absent(connection, attempts, asked=asked)
