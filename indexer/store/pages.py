"""One page, one rollback, one watermark: each one transaction, each under the head's lock. Used by the mirror."""

from collections.abc import Iterable, Sequence
from typing import Any

import zstandard

from indexer.errors import AnotherIndexer
from indexer.fold.work import base58
from indexer.model import Changes, Decoded, Head, Image, Mark, moment
from indexer.store.rows import encoded, put, take_back
from indexer.store.session import Connection
from indexer.tables.ledger import Kind

ZSTD_LEVEL = 3
CHANNEL = "ledger_feed"

_zstd = zstandard.ZstdCompressor(level=ZSTD_LEVEL, write_content_size=True)


async def lock_head(connection: Connection, head: Head) -> None:
    """Hold the head's row if it is as we left it. Raises AnotherIndexer."""
    cursor = await connection.execute(
        "SELECT 1 FROM head WHERE id = 1 AND sealed_hash = %s AND final_slot = %s AND epoch = %s FOR UPDATE",
        (head.sealed.blockhash, head.final.slot, head.epoch),
    )
    if await cursor.fetchone() is None:
        raise AnotherIndexer


async def write_page(
    connection: Connection, head: Head, page: Sequence[Decoded], hashes: Sequence[bytes], changes: Changes
) -> None:
    """Facts first, then what is folded from them, then the blocks that they came in."""
    await _copy(connection, "transaction", _TRANSACTION, _transactions(page))
    await _copy(connection, "event", _EVENT, _events(page))
    await _copy(connection, "dead_letter", _DEAD, _dead_letters(page))
    await put(connection, (*changes.put, *changes.add))
    await _copy(connection, "undo", _UNDO, _images(changes.undo))
    await _slots(connection, page, hashes)
    await _feed(connection, head.feed_seq, [(Kind.APPLY, one.block.mark) for one in page])


async def move_head(connection: Connection, head: Head, *, tip: int | None, time_s: int | None) -> None:
    """Write the head as it is from now on, and wake the listeners."""
    await connection.execute(
        """UPDATE head SET sealed_slot = %s, sealed_hash = %s, sealed_height = %s,
            sealed_time = coalesce(%s, sealed_time), final_slot = %s, final_hash = %s, final_height = %s,
            tip_slot = greatest(coalesce(%s, tip_slot), %s), feed_seq = %s, updated_at = clock_timestamp()""",
        (
            head.sealed.slot, head.sealed.blockhash, head.sealed.height, moment(time_s),
            head.final.slot, head.final.blockhash, head.final.height, tip, head.sealed.slot, head.feed_seq,
        ),
    )  # fmt: skip
    await connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, str(head.feed_seq)))


async def unwrite(connection: Connection, head: Head, to: Mark) -> list[Mark]:
    """Take back everything after a block; the blocks taken back, newest first."""
    dead = [mark for mark in reversed(head.recent) if mark.slot > to.slot]
    await take_back(connection, to.slot)
    for table in ("event", "transaction", "dead_letter"):
        await connection.execute(f"DELETE FROM {table} WHERE slot > %s", (to.slot,))  # pyright: ignore[reportArgumentType]
    await connection.execute("UPDATE slot SET status = 'dead' WHERE slot > %s AND status = 'sealed'", (to.slot,))
    await connection.execute(
        "UPDATE head SET sealed_time = (SELECT block_time FROM slot WHERE slot = %s AND status = 'sealed')", (to.slot,)
    )
    await _feed(connection, head.feed_seq, [(Kind.UNDO, mark) for mark in dead])
    return dead


async def write_final(connection: Connection, head: Head, mark: Mark) -> None:
    """Forget how to undo what is final, and say so."""
    await connection.execute("DELETE FROM undo WHERE slot <= %s", (mark.slot,))
    await _feed(connection, head.feed_seq, [(Kind.FINAL, mark)])


_TRANSACTION = ("slot", "tx_index", "signature", "fee_payer", "version", "err", "fee", "cu", "raw")
_EVENT = ("slot", "tx_index", "ix", "inner", "program", "kind", "subject", "seq", "actor", "ts", "raw")
_DEAD = ("slot", "tx_index", "ix", "inner", "program", "subject", "seq", "reason", "raw")
_UNDO = ("slot", "blockhash", "n", "tbl", "key", "old")
_FEED = ("seq", "kind", "slot", "blockhash")
_SLOT = (
    "slot", "blockhash", "parent_slot", "parent_hash", "height", "block_time", "tx_total", "tx_matched", "events",
    "dead_letters", "status", "source", "state_hash",
)  # fmt: skip


def _transactions(page: Sequence[Decoded]) -> Iterable[tuple[Any, ...]]:
    """Rows of ledger.transaction."""
    for one in page:
        for tx in one.transactions:
            yield (
                one.block.slot, tx.tx_index, tx.signature, tx.fee_payer, tx.version, tx.err, tx.fee, tx.cu,
                _zstd.compress(tx.raw),
            )  # fmt: skip


def _events(page: Sequence[Decoded]) -> Iterable[tuple[Any, ...]]:
    """Rows of chain.event."""
    for one in page:
        for fact in one.facts:
            if fact.header is not None:
                yield (
                    one.block.slot, fact.tx_index, fact.ix, fact.inner, fact.program, fact.kind,
                    base58(fact.header.subject), fact.header.seq, base58(fact.header.actor), moment(fact.header.ts),
                    fact.raw,
                )  # fmt: skip


def _dead_letters(page: Sequence[Decoded]) -> Iterable[tuple[Any, ...]]:
    """Rows of ledger.dead_letter."""
    for one in page:
        for fact in one.facts:
            if fact.event is None:
                header = fact.header
                named = (base58(header.subject), header.seq) if header is not None else (None, None)
                yield (one.block.slot, fact.tx_index, fact.ix, fact.inner, fact.program, *named, fact.reason, fact.raw)


def _images(images: Sequence[Image]) -> Iterable[tuple[Any, ...]]:
    """Rows of chain.undo."""
    for image in images:
        old = None if image.old is None else encoded(image.old)
        yield (image.slot, image.blockhash, image.n, image.table, list(image.key), old)


async def _slots(connection: Connection, page: Sequence[Decoded], hashes: Sequence[bytes]) -> None:
    """Rows of ledger.slot; one that was dead before comes back to life."""
    values = [
        (
            one.block.slot, one.block.blockhash, one.block.parent_slot, one.block.parent_hash, one.block.height,
            moment(one.block.block_time), one.block.tx_total, len(one.transactions), len(one.facts),
            sum(fact.event is None for fact in one.facts), "sealed", one.block.endpoint, state_hash,
        )
        for one, state_hash in zip(page, hashes, strict=True)
    ]  # fmt: skip
    await connection.execute(
        """DELETE FROM slot WHERE status = 'dead'
            AND (slot, blockhash) IN (SELECT * FROM unnest(%s::bigint[], %s::text[]))""",
        ([value[0] for value in values], [value[1] for value in values]),
    )
    await _copy(connection, "slot", _SLOT, values)


async def _feed(connection: Connection, last_seq: int, rows: Sequence[tuple[Kind, Mark]]) -> None:
    """Rows of ledger.feed after a seq, without a gap."""
    numbered = enumerate(rows, start=last_seq + 1)
    await _copy(
        connection, "feed", _FEED, [(seq, kind.value, mark.slot, mark.blockhash) for seq, (kind, mark) in numbered]
    )


async def _copy(connection: Connection, table: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    """COPY rows; nothing is sent where there are none."""
    waiting = iter(rows)
    first = next(waiting, None)
    if first is None:
        return
    names = ", ".join(f'"{name}"' for name in columns)
    async with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:  # pyright: ignore[reportArgumentType]
        await copy.write_row(first)
        for row in waiting:
            await copy.write_row(row)
