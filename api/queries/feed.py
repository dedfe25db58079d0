"""The feed as the streams read it: rows with their events, replay without what a fork took back, snapshots."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any, LiteralString

import msgspec
from solders.pubkey import Pubkey

from idl import addresses, codec
from idl.errors import DecodeError

from ..errors import MirrorNotReady, UnknownCreator, UnknownMarket
from ..frames import PLATFORM, VOTES, Seen, Step, TradeRow, creator_channel, of_block
from ..streams import Replay
from .markets import ONE
from .pools import POOL
from .read import HEAD, Pool, Reader

CREATOR = creator_channel("")
# What the channels show; events of other kinds are not even read.
VOTES_SHOWN = ["VoteCast", "OutcomeProposed", "Disputed", "Tallied", "Ruled"]
MARKET_SHOWN = ["Staked", "Traded", "OrderPlaced", "OrdersCancelled", "StateChanged", *VOTES_SHOWN]
CREATOR_SHOWN = ["PoolCreated", "SharesTraded", "DividendsSynced", "DividendPaid"]
PLATFORM_SHOWN = ["MarketCreated", "ConfigChanged", "PauseSet", "MintRuleSet"]
EVERY_SHOWN = [*MARKET_SHOWN, *CREATOR_SHOWN, *PLATFORM_SHOWN]

_ROWS: LiteralString = """
SELECT f.seq, f.slot, f.kind = 'undo', e.program, e.raw, t.signature, p.creator,
    d.side, d.outcome, d.amount, d.shares, d.prices, d.volume
FROM ({FEED}) f
LEFT JOIN (chain.event e JOIN chain.v1_transaction t ON t.slot = e.slot AND t.tx_index = e.tx_index)
    ON e.slot = f.slot AND f.kind = 'apply' AND e.kind = ANY(%(shown)s)
    AND (%(subject)s::text IS NULL OR e.subject = %(subject)s)
    AND NOT EXISTS (SELECT 1 FROM ledger.feed u WHERE u.slot = f.slot AND u.kind = 'undo' AND u.seq > f.seq)
LEFT JOIN chain.pool p ON p.pool = e.subject
LEFT JOIN chain.trade d ON d.market = e.subject AND d.seq = e.seq
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
        values = {"after": after, "limit": limit, "shown": EVERY_SHOWN, "subject": None}
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
        subject, shown = _told_by(channel)
        values = {"after": after, "until": seq, "shown": shown, "subject": subject}
        steps = [_only(channel, step) for step in await self._steps(_MISSED, values)]
        return Replay(seq, tuple(step for step in steps if step.undo or step.frames), reset=False)

    async def snapshot(self, channel: str) -> tuple[int, bytes]:
        """A market or a creator's pool as GET shows it; the others' is empty: a list is one request away."""
        subject, _ = _told_by(channel)
        if subject is None:
            return (await self._reader.read(HEAD)).head.feed_seq, b"{}"
        creator = channel.startswith(CREATOR)
        found = await (
            self._reader.read(POOL, subject=subject)
            if creator
            else self._reader.read(ONE, subject=subject, market=subject)
        )
        if not found.rows:
            raise UnknownCreator(field="channels") if creator else UnknownMarket(field="channels")
        return found.head.feed_seq, msgspec.json.encode(found.rows[0])

    async def _steps(self, statement: LiteralString, values: dict[str, Any]) -> list[Step]:
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(statement, values)).fetchall()
        steps = []
        for (seq, slot, undo), group in groupby(rows, key=lambda row: row[:3]):
            seen = [item for row in group if (item := _seen(row)) is not None]
            steps.append(Step(seq, slot, undo, of_block(seq, slot, seen)))
        return steps


def _seen(row: tuple[Any, ...]) -> Seen | None:
    """A decoded event; None for a feed row without one, or one that only the degraded flag can speak of."""
    program, raw, signature, creator, side, outcome, amount, shares, prices, volume = row[3:]
    if program is None or raw is None:
        return None
    try:
        event = codec.decode_event(Pubkey.from_string(program), bytes(raw))
    except DecodeError:
        return None
    trade = None
    if side is not None:
        trade = TradeRow(
            side=side,
            outcome=outcome,
            amount=int(amount),
            shares=int(shares),
            prices=tuple(map(int, prices)),
            volume=int(volume),
        )
    return Seen(event=event, signature=signature, trade=trade, creator=creator)


def _told_by(channel: str) -> tuple[str | None, list[str]]:
    """The one subject that a channel tells of, if it is one, and the events that it shows."""
    if channel == PLATFORM:
        return None, PLATFORM_SHOWN
    if channel == VOTES:
        return None, VOTES_SHOWN
    name = channel.partition(":")[2]
    if channel.startswith(CREATOR):
        return str(addresses.pool(Pubkey.from_string(name)).address), CREATOR_SHOWN
    return name, MARKET_SHOWN


def _only(channel: str, step: Step) -> Step:
    return Step(step.seq, step.slot, step.undo, tuple(frame for frame in step.frames if frame.channel == channel))
