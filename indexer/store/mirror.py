"""The Store that follow writes through. Rows that were just written are kept, so that a live page loads little.

What is kept is only what was committed: after a failure or a rollback it is forgotten.
"""

from collections.abc import Sequence

from msgspec.structs import replace
from psycopg import DataError, IntegrityError

from indexer.decode import first_state_hash, next_state_hash
from indexer.errors import BlockIncomplete, SchemaMismatch, WrongGenesis
from indexer.fold import Known, Ref, fold, refs
from indexer.model import Changes, Decoded, Head, Health, Mark, Row
from indexer.store import pages, rows
from indexer.store.session import Connection, Session, first_line, one
from indexer.tables import SCHEMA_VERSION

ROWS_KEPT_MAX = 50_000


class Mirror:
    """The tables behind one connection."""

    def __init__(self, url: str) -> None:
        self._session = Session(url)
        self._kept: Known = {}

    async def open(self, *, genesis: str, anchor: Mark | None) -> Head | None:
        """Become the one writer: a new epoch. Without a head and an anchor to begin at, None.

        Raises SchemaMismatch, WrongGenesis, AnotherIndexer, StoreUnavailable.
        """
        async with self._session.transaction() as connection:
            cursor = await connection.execute("SELECT genesis, schema_version FROM head FOR UPDATE")
            row = await cursor.fetchone()
            if row is None and anchor is None:
                return None
            if row is None and anchor is not None:
                await _begin(connection, genesis, anchor)
            if row is not None:
                _same_chain(row[0], genesis, row[1])
            epoch = await one(connection, "UPDATE head SET epoch = epoch + 1 RETURNING epoch")
        self._session.epoch = epoch
        return await self.head()

    async def close(self) -> None:
        """Leave the database."""
        await self._session.close()

    async def head(self) -> Head:
        """The head as it is committed."""
        self._kept.clear()
        async with self._session.transaction() as connection:
            return await read_head(connection)

    async def apply(self, head: Head, page: tuple[Decoded, ...], *, final: bool, tip: int) -> Head:
        """Seal the blocks, one transaction.

        Writes nothing and raises SequenceGap if the events do not continue, BlockIncomplete if the tables refuse them.
        """
        hashes = state_hashes(head.state_hash, page)
        marks = tuple(decoded.block.mark for decoded in page)
        moved = replace(
            head,
            recent=marks[-1:] if final else head.recent + marks,
            feed_seq=head.feed_seq + len(page),
            state_hash=hashes[-1],
        )
        try:
            async with self._session.transaction() as connection:
                await pages.lock_head(connection, head)
                known = await self._known(connection, page)
                changes = fold(known, page, final_slot=moved.final.slot)
                await pages.write_page(connection, head, page, hashes, changes)
                await pages.move_head(connection, moved, tip=tip, time_s=page[-1].block.block_time)
        except (IntegrityError, DataError) as error:
            self._kept.clear()
            raise BlockIncomplete(f"slots {marks[0].slot} to {marks[-1].slot}: {first_line(error)}") from error
        except BaseException:
            self._kept.clear()
            raise
        self._keep(known, changes)
        return moved

    async def rollback(self, head: Head, to: Mark) -> Head:
        """Take back every block after the mark, one transaction."""
        self._kept.clear()
        async with self._session.transaction() as connection:
            await pages.lock_head(connection, head)
            dead = await pages.unwrite(connection, head, to)
            state_hash = await _state_hash(connection, to)
            kept = tuple(mark for mark in head.recent if mark.slot <= to.slot)
            moved = replace(head, recent=kept, feed_seq=head.feed_seq + len(dead), state_hash=state_hash)
            await pages.move_head(connection, moved, tip=None, time_s=None)
        return moved

    async def finalize(self, head: Head, mark: Mark) -> Head:
        """Move the watermark of finality, one transaction."""
        kept = tuple(one for one in head.recent if one.slot >= mark.slot)
        moved = replace(head, recent=kept, feed_seq=head.feed_seq + 1)
        async with self._session.transaction() as connection:
            await pages.lock_head(connection, head)
            await pages.write_final(connection, head, mark)
            await pages.move_head(connection, moved, tip=None, time_s=None)
        return moved

    async def health(self, endpoints: tuple[Health, ...]) -> None:
        """Keep how the endpoints do."""
        async with self._session.transaction() as connection:
            for row in endpoints:
                await connection.execute(
                    """INSERT INTO source_health (source, endpoint, slot, at, errors, missed)
                    VALUES (%s, %s, %s, clock_timestamp(), %s, %s) ON CONFLICT (source, endpoint) DO UPDATE
                    SET slot = EXCLUDED.slot, at = EXCLUDED.at, errors = EXCLUDED.errors, missed = EXCLUDED.missed""",
                    (row.source, row.endpoint, row.slot, row.errors, row.missed),
                )

    async def report(self, kind: str, *, slot: int | None, subject: str | None, detail: str) -> None:
        """Open an incident, once."""
        async with self._session.transaction() as connection:
            await connection.execute(
                """INSERT INTO incident (kind, subject, slot, detail, opened_at)
                VALUES (%s, %s, %s, %s, clock_timestamp()) ON CONFLICT DO NOTHING""",
                (kind, subject, slot, detail),
            )

    async def _known(self, connection: Connection, page: Sequence[Decoded]) -> Known:
        """The rows that the page may touch, from what is kept and from the tables."""
        wanted = refs(fact for decoded in page for fact in decoded.facts)
        known: Known = {ref: self._kept[ref] for ref in wanted if ref in self._kept}
        absent: dict[type[Row], list[tuple[object, ...]]] = {}
        for kind, key in wanted - known.keys():
            absent.setdefault(kind, []).append(key)
            known[kind, key] = None
        for kind, keys in absent.items():
            for row in await rows.load(connection, kind, keys):
                known[kind, row.identity] = row
        return known

    def _keep(self, known: Known, changes: Changes) -> None:
        """Remember committed rows; all are forgotten where they become too many."""
        if len(self._kept) + len(known) > ROWS_KEPT_MAX:
            self._kept.clear()
        self._kept.update(known)
        changed: dict[Ref, Row] = {(type(row), row.identity): row for row in changes.put}
        self._kept.update(changed)


async def read_head(connection: Connection) -> Head:
    """The head row with the sealed blocks from the final one on."""
    cursor = await connection.execute("SELECT genesis, anchor_slot, final_slot, epoch, feed_seq, sealed_slot FROM head")
    row = await cursor.fetchone()
    if row is None:
        raise SchemaMismatch("the mirror was never begun: run `python -m indexer follow`")
    genesis, anchor_slot, final_slot, epoch, feed_seq, sealed_slot = row
    cursor = await connection.execute(
        "SELECT slot, blockhash, height FROM slot WHERE status = 'sealed' AND slot >= %s ORDER BY slot", (final_slot,)
    )
    recent = tuple(Mark(*mark) for mark in await cursor.fetchall())
    cursor = await connection.execute(
        "SELECT slot FROM incident WHERE kind = 'missing_block' AND resolution = 'accepted' AND slot > %s",
        (sealed_slot,),
    )
    accepted = frozenset(slot for (slot,) in await cursor.fetchall())
    state_hash = await _state_hash(connection, recent[-1])
    return Head(genesis, anchor_slot, recent, epoch, feed_seq, state_hash, accepted)


async def _begin(connection: Connection, genesis: str, anchor: Mark) -> None:
    """The first row: a block at finalized that everything later grows from."""
    state_hash = first_state_hash(genesis, anchor.slot, anchor.blockhash)
    await connection.execute(
        """INSERT INTO slot (slot, blockhash, parent_slot, parent_hash, height, block_time, tx_total, tx_matched,
            events, dead_letters, status, source, state_hash)
        VALUES (%s, %s, %s, %s, %s, NULL, 0, 0, 0, 0, 'sealed', 'anchor', %s)""",
        (anchor.slot, anchor.blockhash, anchor.slot, anchor.blockhash, anchor.height, state_hash),
    )
    await connection.execute(
        """INSERT INTO head (id, genesis, anchor_slot, sealed_slot, sealed_hash, sealed_height, sealed_time,
            final_slot, final_hash, final_height, tip_slot, epoch, feed_seq, updated_at, schema_version)
        VALUES (1, %s, %s, %s, %s, %s, NULL, %s, %s, %s, %s, 0, 0, clock_timestamp(), %s)""",
        (
            genesis, anchor.slot, anchor.slot, anchor.blockhash, anchor.height, anchor.slot, anchor.blockhash,
            anchor.height, anchor.slot, SCHEMA_VERSION,
        ),
    )  # fmt: skip


def _same_chain(known: str, genesis: str, version: int) -> None:
    """Refuse a database of another chain or another shape."""
    if known != genesis:
        raise WrongGenesis(f"the database belongs to genesis {known}, the endpoints to {genesis}")
    if version != SCHEMA_VERSION:
        raise SchemaMismatch(f"schema chain has version {version}, this indexer needs {SCHEMA_VERSION}")


def state_hashes(parent: bytes, page: Sequence[Decoded]) -> list[bytes]:
    """The state hash after each block of a page."""
    hashes = []
    for decoded in page:
        parent = next_state_hash(parent, decoded)
        hashes.append(parent)
    return hashes


async def _state_hash(connection: Connection, mark: Mark) -> bytes:
    """The state hash that was kept with a sealed block."""
    query = "SELECT state_hash FROM slot WHERE slot = %s AND status = 'sealed'"
    return bytes(await one(connection, query, (mark.slot,)))
