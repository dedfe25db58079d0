"""The loop: look, decide, do, for ever. The only place where the indexer acts; plan decides, store writes.

A passing failure costs a pause and a fresh look at what is committed. Called by __main__.
"""

import asyncio
import time
from typing import NoReturn

import msgspec
import structlog
from msgspec.structs import replace

from indexer import metrics
from indexer.decode import decode
from indexer.errors import BlockIncomplete, FinalRollback, SequenceGap, SourceUnavailable, Transient
from indexer.model import (
    Apply,
    Block,
    Decoded,
    Fetch,
    Finalize,
    Halt,
    Head,
    Limits,
    Purpose,
    Rollback,
    Seen,
    Source,
    Store,
    Wait,
)  # fmt: skip
from indexer.plan import after, plan

log = structlog.get_logger("indexer.follow")

PAUSE_AFTER_FAILURE_S = 0.1
PAUSE_AFTER_FAILURE_MAX_S = 5.0
PAUSE_WHEN_STUCK_S = 2.0
HEALTH_EVERY_S = 5.0
SAME_GAP_MAX = 3


class Progress(msgspec.Struct):
    """How the loop does, for health; times are monotonic seconds."""

    sealed_slot: int = -1
    sealed_time_s: int | None = None
    tip_slot: int = -1
    missing_slot: int | None = None
    moved_at_s: float = 0.0
    turned_at_s: float = 0.0
    failure: str | None = None


class Follower:
    """One source into one store."""

    def __init__(self, source: Source, store: Store, *, limits: Limits, poll_s: float, events_max: int = 5000) -> None:
        self.progress = Progress()
        self._source = source
        self._store = store
        self._limits = limits
        self._poll_s = poll_s
        self._events_max = events_max
        self._failures = 0
        self._gaps: dict[tuple[str, int], int] = {}
        self._health_at_s = 0.0

    async def run(self) -> NoReturn:
        """Follow for ever. Raises Fatal."""
        head, seen = None, Seen()
        while True:
            try:
                if head is None:
                    head, seen = await self._store.head(), await self._source.look()
                head, seen = await self.step(head, seen)
                self._turned(head, seen)
            except Transient as error:
                head = None
                await self._failed(error)

    async def step(self, head: Head, seen: Seen) -> tuple[Head, Seen]:
        """One decision and its deed: the head and what is known of the chain after it."""
        decided = plan(head, seen, self._limits)
        match decided:
            case Wait():
                return await self._wait(head, decided)
            case Fetch():
                return head, await self._fetch(seen, decided)
            case Apply():
                head, done = await self._apply(head, seen, decided)
                return head, after(seen, done)
            case Rollback():
                log.warning("rollback", to=decided.to.slot, sealed=head.sealed.slot)
                metrics.SLOTS.labels("dead").inc(sum(mark.slot > decided.to.slot for mark in head.recent))
                head = await self._store.rollback(head, decided.to)
            case Finalize():
                head = await self._store.finalize(head, decided.mark)
            case Halt():
                await self._store.report("final_rollback", slot=decided.slot, subject=None, detail=decided.reason)
                raise FinalRollback(f"slot {decided.slot}: {decided.reason}")
        return head, after(seen, decided)

    async def _wait(self, head: Head, decided: Wait) -> tuple[Head, Seen]:
        """Pause; longer, and with an incident, where something should be there and is not."""
        self.progress.missing_slot = decided.slot
        metrics.GAPS.set(decided.slot is not None)
        if decided.slot is not None:
            log.warning("waiting", reason=decided.reason, slot=decided.slot, sealed=head.sealed.slot)
            detail = f"after sealed slot {head.sealed.slot}"
            await self._store.report(decided.reason, slot=decided.slot, subject=None, detail=detail)
        await self._tell_health()
        await asyncio.sleep(self._poll_s if decided.slot is None else max(self._poll_s, PAUSE_WHEN_STUCK_S))
        if decided.slot is not None:
            # An operator may have accepted the loss meanwhile.
            head = await self._store.head()
        return head, await self._source.look()

    async def _fetch(self, seen: Seen, fetch: Fetch) -> Seen:
        """What is known after an answer to what plan asked."""
        match fetch.purpose:
            case Purpose.PAGE:
                read = await self._source.read(fetch)
                return replace(
                    seen, page=read.page, page_final=read.page_final, read_to=read.read_to, stop=read.stop,
                    missing=read.missing, witnesses=-1,
                )  # fmt: skip
            case Purpose.ANCESTOR:
                read = await self._source.read(fetch)
                if not read.page and not read.missing:
                    raise SourceUnavailable(f"slot {fetch.first} cannot be had yet")
                return replace(seen, page=read.page + seen.page, missing=seen.missing | read.missing, witnesses=-1)
            case Purpose.WITNESS:
                return replace(seen, witnesses=await self._source.witnesses(seen.page[0].mark))
            case Purpose.FINALITY:
                mark = await self._source.finalized(fetch.first)
                return replace(seen, finalized_mark=mark, asked=fetch.first)

    async def _apply(self, head: Head, seen: Seen, decided: Apply) -> tuple[Head, Apply]:
        """Decode and seal as many of the blocks as fit one transaction; the head and what was sealed."""
        page = self._decode(decided.blocks)
        started_s = time.perf_counter()
        try:
            head = await self._store.apply(head, page, final=decided.final, tip=seen.tip)
        except SequenceGap as gap:
            await self._gap(gap, page)
            raise
        except BlockIncomplete:
            for endpoint in {one.block.endpoint for one in page}:
                self._source.distrust(endpoint)
            raise
        metrics.COMMIT_SECONDS.observe(time.perf_counter() - started_s)
        self._count(page)
        return head, Apply(tuple(one.block for one in page), decided.final)

    def _decode(self, blocks: tuple[Block, ...]) -> tuple[Decoded, ...]:
        """The blocks up to the bound of events, at least one. An endpoint that gave half a block is distrusted."""
        page: list[Decoded] = []
        events = 0
        for block in blocks:
            try:
                decoded = decode(block)
            except BlockIncomplete:
                self._source.distrust(block.endpoint)
                if page:
                    break
                raise
            events += len(decoded.facts)
            if page and events > self._events_max:
                break
            page.append(decoded)
        return tuple(page)

    async def _gap(self, gap: SequenceGap, page: tuple[Decoded, ...]) -> None:
        """Ask another endpoint for the block; if the same gap comes again and again, say so."""
        for one in page:
            if one.block.slot == gap.slot:
                self._source.distrust(one.block.endpoint)
        seen = self._gaps[gap.subject, gap.slot] = self._gaps.get((gap.subject, gap.slot), 0) + 1
        if seen >= SAME_GAP_MAX:
            await self._store.report("sequence_gap", slot=gap.slot, subject=gap.subject, detail=str(gap))

    def _count(self, page: tuple[Decoded, ...]) -> None:
        """Metrics of a sealed page."""
        metrics.SLOTS.labels("sealed").inc(len(page))
        for decoded in page:
            for fact in decoded.facts:
                metrics.EVENTS.labels(fact.program, fact.kind, "read" if fact.event is not None else "dead").inc()
                if fact.event is None:
                    metrics.UNDECODABLE.labels((fact.reason or "unknown").split(":")[0]).inc()
                    log.error("undecodable", slot=decoded.block.slot, signature=fact.signature, reason=fact.reason)
        last = page[-1].block
        self.progress.sealed_time_s = last.block_time

    def _turned(self, head: Head, seen: Seen) -> None:
        """One turn of the loop went well."""
        now_s = time.monotonic()
        if head.sealed.slot != self.progress.sealed_slot:
            self.progress.moved_at_s = now_s
        self.progress.sealed_slot, self.progress.tip_slot = head.sealed.slot, max(seen.tip, head.sealed.slot)
        self.progress.turned_at_s, self.progress.failure = now_s, None
        self._failures = 0
        metrics.SLOT.labels("mirror", "sealed").set(head.sealed.slot)
        metrics.SLOT.labels("mirror", "final").set(head.final.slot)
        metrics.LAG_SLOTS.set(max(0, seen.tip - head.sealed.slot))
        metrics.BACKFILL.set(max(0, seen.finalized - head.sealed.slot))

    async def _tell_health(self) -> None:
        """Keep how the endpoints do, now and then."""
        if time.monotonic() - self._health_at_s >= HEALTH_EVERY_S:
            self._health_at_s = time.monotonic()
            await self._store.health(self._source.health())

    async def _failed(self, error: Transient) -> None:
        """Note a passing failure and pause, longer each time in a row."""
        self._failures += 1
        self.progress.failure = str(error)
        metrics.TRANSIENT.labels(type(error).__name__).inc()
        log.warning("transient", error=str(error), kind=type(error).__name__, times=self._failures)
        pause_s = PAUSE_AFTER_FAILURE_S * 2 ** min(self._failures - 1, 6)
        await asyncio.sleep(min(pause_s, PAUSE_AFTER_FAILURE_MAX_S))
