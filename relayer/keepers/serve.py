"""The loop of `relayer keep`: wake on the feed, read the mirror, ask all keepers, propose what is due; no keys."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Protocol

import structlog
from solders.pubkey import Pubkey

from idl.program import TOKEN_PROGRAM, WSOL_MINT
from relayer import fees, mirror
from relayer.budget import SECONDS_PER_DAY
from relayer.errors import Transient
from relayer.keepers.kind import Due, Keeper
from relayer.keepers.world import Price, World, wanted
from relayer.metrics import Metrics
from relayer.store import cranks, feeds
from relayer.store.cranks import Proposal
from relayer.store.pool import Connection, Database

BATCHED = ("pay_out", "close_orphan", "pay_dividends")
SAMPLE_SLOTS = 20
ACCOUNT_SLOTS = 20
ACCOUNTS_KEPT_MAX = 50_000
FAILURE_PAUSE_S = 0.5

_log = structlog.get_logger()


class Nodes(Protocol):
    """What `keep` asks of the chain: who owns a mint, and what places cost."""

    async def owners(self, addresses: Sequence[Pubkey]) -> tuple[Pubkey | None, ...]:
        """The program that owns each account."""
        ...

    async def fee_samples(self, addresses: Sequence[str]) -> tuple[int, ...]:
        """Recent priority fees."""
        ...


@dataclass(slots=True, kw_only=True)
class Keep:
    """One look after the other; its memory is only what the chain said of mints and token accounts."""

    database: Database
    nodes: Nodes
    keepers: Sequence[Keeper]
    metrics: Metrics
    pull: Callable[[], Awaitable[object]] | None = None
    tokens: dict[Pubkey, Pubkey] = field(default_factory=lambda: {WSOL_MINT: TOKEN_PROGRAM})
    sampled: int = 0
    there: dict[Pubkey, tuple[int, bool]] = field(default_factory=dict)
    """Token accounts that were asked for: at which slot, and whether they were there."""

    async def look(self) -> int:
        """Read, ask, propose; how many cranks were new. Raises Transient."""
        if self.pull is not None:
            await self.pull()
        async with self.database.transaction() as connection:
            world = await self._world(connection)
            if world is None:
                return 0
            pauses = await cranks.pauses(connection)
            fresh = 0
            counts: list[tuple[str, int, int]] = []
            for keeper in self.keepers:
                asked = [d for d in keeper.due(world) if not _paused(d, pauses)]
                dues = await self._payable(asked, world.head.sealed_slot)
                new = await cranks.propose(connection, [_proposal(d) for d in dues])
                counts.append((keeper.kind.name, len(dues), new))
                fresh += new
            await cranks.looked(connection, counts)
        for name, due, new in counts:
            self.metrics.jobs.labels(name, "due" if due else "idle").inc()
            if new:
                _log.info("proposed", kind=name, due=due, new=new)
        await self._sample(world.head.sealed_slot)
        return fresh

    async def _world(self, connection: Connection) -> World | None:
        """Everything that the keepers read; None while the mirror is behind or not there."""
        head = await mirror.head(connection)
        treasury = await mirror.treasury(connection)
        if head is None or treasury is None or not head.usable:
            return None
        rows = await mirror.markets(connection, now=head.now)
        await self._learn({m.mint for m in rows})
        wants = sorted({(m.source, at) for m in rows for at in wanted(m, head.now)}, key=str)
        found = await feeds.firsts(connection, [(str(feed), at) for feed, at in wants])
        positions = await mirror.positions(connection)
        votes, pools = await mirror.votes(connection), await mirror.pools(connection)
        await self._learn({v.mint for v in votes} | {p.mint for p in pools})
        return World(
            head=head,
            treasury=treasury,
            markets=rows,
            positions={key: tuple(group) for key, group in groupby(positions, key=lambda p: p.market)},
            resolutions={r.market: r for r in await mirror.resolutions(connection)},
            prices={
                (Pubkey.from_string(f.feed), f.at): Price(
                    publish=f.publish, prev=f.prev, value=f.value, expo=f.expo, posted=f.posted
                )
                for f in found
            },
            tokens=dict(self.tokens),
            votes=votes,
            seats=await mirror.seats(connection),
            dead_orders=await mirror.dead_orders(connection, now=head.now),
            pools=pools,
            holders=await mirror.holders(connection),
            busy=await cranks.busy(connection, BATCHED),
            unpayable=await cranks.unpayable(connection, day=head.now // SECONDS_PER_DAY),
            retried=await cranks.retried(connection, day=head.now // SECONDS_PER_DAY),
        )

    async def _learn(self, mints: set[Pubkey]) -> None:
        """Ask the chain once for the token program of a mint that is new."""
        new = sorted(mints - set(self.tokens), key=str)
        if new:
            owners: Mapping[Pubkey, Pubkey | None] = dict(zip(new, await self.nodes.owners(new), strict=True))
            self.tokens.update({mint: owner for mint, owner in owners.items() if owner is not None})

    async def _payable(self, dues: Sequence[Due], slot: int) -> list[Due]:
        """Without those that would pay into a token account that is not there.

        We make no account for anybody: its rent would be the owner's to take, as often as they like. The owner makes
        it, or claims themselves; it is looked for again after a while.
        """
        wants = {d.into for d in dues if d.into is not None}
        new = sorted(
            (a for a in wants if self.there.get(a, (-ACCOUNT_SLOTS, False))[0] + ACCOUNT_SLOTS <= slot), key=str
        )
        if new:
            if len(self.there) > ACCOUNTS_KEPT_MAX:
                self.there = {a: seen for a, seen in self.there.items() if a in wants}
            owners = await self.nodes.owners(new)
            self.there.update({a: (slot, owner is not None) for a, owner in zip(new, owners, strict=True)})
        return [d for d in dues if d.into is None or self.there[d.into][1]]

    async def _sample(self, slot: int) -> None:
        """Keep a sample of priority fees now and then, for whoever builds transactions."""
        if slot < self.sampled + SAMPLE_SLOTS:
            return
        samples = await self.nodes.fee_samples([])
        async with self.database.transaction() as connection:
            p50, p90 = fees.percentile(samples, 50), fees.percentile(samples, 90)
            await cranks.fee_sample(connection, slot=slot, p50=p50, p90=p90)
        self.sampled = slot


def _paused(due: Due, pauses: frozenset[tuple[str, str]]) -> bool:
    return (due.kind, "") in pauses or (due.kind, due.subject) in pauses


def _proposal(due: Due) -> Proposal:
    return Proposal(kind=due.kind, subject=due.subject, episode=due.episode, crank=due.crank)


async def serve(keep: Keep, *, wait: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """Look until stop is set; a Transient failure waits and looks again."""
    while not stop.is_set():
        try:
            await keep.look()
        except Transient as error:
            _log.warning("look_failed", error=str(error))
            await asyncio.sleep(FAILURE_PAUSE_S)
        await wait()
