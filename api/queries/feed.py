"""The feed as the streams read it: rows with their events, replay without what a fork took back, snapshots."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any, LiteralString

import msgspec
from solders.pubkey import Pubkey

from idl import codec
from idl.errors import DecodeError

from ..errors import MirrorNotReady, UnknownMarket
from ..frames import PLATFORM, Seen, Step, of_block
from ..streams import Replay
from .markets import ONE
from .read import Pool, Reader

# What the channels show; events of other kinds are not even read.
MARKET_SHOWN = ["Staked", "StateChanged"]
PLATFORM_SHOWN = ["MarketCreated", "ConfigChanged", "PauseSet", "MintRuleSet"]

_ROWS: LiteralString = """
SELECT f.seq, f.slot, f.kind = 'undo', e.program, e.raw, t.signature
FROM ({FEED}) f
LEFT JOIN (chain.event e JOIN chain.v1_transaction t ON t.slot = e.slot AND t.tx_index = e.tx_index)
    ON e.slot = f.slot AND f.kind = 'apply' AND e.kind = ANY(%(shown)s)
    AND (%(subject)s::text IS NULL OR e.subject = %(subject)s)
    AND NOT EXISTS (SELECT 1 FROM ledger.feed u WHERE u.slot = f.slot AND u.kind = 'undo' AND u.seq > f.seq)
ORDER BY f.seq, e.tx_index, e.ix, e.inner"""
_NEXT: LiteralString = _ROWS.replace(
    "{FEED}",
    "SELECT * FROM ledger.feed WHERE seq > %(after)s ORDER BY seq LIMIT %(limit)s",
)
_MISSED: LiteralString = _ROWS.replace(
    "{FEED}",
    "SELECT * FROM ledger.feed WHERE seq > %(after)s AND seq <= %(until)s AND kind IN ('apply', 'undo')",
)


class FeedReader:
    """The hub's `Feed` on PostgreSQL."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._pool: Pool = reader.pool

    async def position(self) -> int:
        """The newest seq; -1 before the mirror has a head."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute("SELECT feed_seq FROM chain.v1_head")).fetchone()
        return -1 if row is None else int(row[0])

    async def steps(self, after: int, limit: int) -> Sequence[Step]:
        values = {"after": after, "limit": limit, "shown": MARKET_SHOWN + PLATFORM_SHOWN, "subject": None}
        return await self._steps(_NEXT, values)

    async def replay(self, channel: str, after: int, steps_max: int) -> Replay:
        async with self._pool.connection() as connection:
            cursor = await connection.execute("SELECT feed_seq, (SELECT min(seq) FROM ledger.feed) FROM chain.v1_head")
            row = await cursor.fetchone()
        if row is None:
            raise MirrorNotReady
        seq, oldest = int(row[0]), int(row[1] or 0)
        if after > seq or seq - after > steps_max or after + 1 < oldest:
            return Replay(seq, (), reset=True)
        subject = None if channel == PLATFORM else channel.partition(":")[2]
        shown = PLATFORM_SHOWN if subject is None else MARKET_SHOWN
        values = {"after": after, "until": seq, "shown": shown, "subject": subject}
        steps = [_only(channel, step) for step in await self._steps(_MISSED, values)]
        return Replay(seq, tuple(step for step in steps if step.undo or step.frames), reset=False)

    async def snapshot(self, channel: str) -> tuple[int, bytes]:
        """A market as GET shows it; the platform's is empty: a list is one request away."""
        market = channel.partition(":")[2]
        found = await self._reader.read(ONE, subject=market, market=market)
        if channel == PLATFORM:
            return found.head.feed_seq, b"{}"
        if not found.rows:
            raise UnknownMarket(field="channels")
        return found.head.feed_seq, msgspec.json.encode(found.rows[0])

    async def _steps(self, statement: LiteralString, values: dict[str, Any]) -> list[Step]:
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(statement, values)).fetchall()
        steps = []
        for (seq, slot, undo), group in groupby(rows, key=lambda row: row[:3]):
            seen = [item for _, _, _, program, raw, signature in group if (item := _seen(program, raw, signature))]
            steps.append(Step(seq, slot, undo, of_block(seq, slot, seen)))
        return steps


def _seen(program: str | None, raw: bytes | None, signature: str) -> Seen | None:
    """A decoded event; None for a feed row without one, or one that only the degraded flag can speak of."""
    if program is None or raw is None:
        return None
    try:
        return Seen(event=codec.decode_event(Pubkey.from_string(program), bytes(raw)), signature=signature)
    except DecodeError:
        return None


def _only(channel: str, step: Step) -> Step:
    return Step(step.seq, step.slot, step.undo, tuple(frame for frame in step.frames if frame.channel == channel))
