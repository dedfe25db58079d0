"""Whole blocks over JSON-RPC, from several endpoints that may lag, fail or lie. Knows no tables.

A slot that a listing leaves out is not skipped: only a child's parent link proves that, and plan asks for what lies
between. A slot that exists and that every endpoint calls absent is `missing`; one that an endpoint will have later, or
cannot serve as asked, ends the page before it.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Annotated, TypeVar

import msgspec

from indexer.decode import read_block
from indexer.errors import BlockIncomplete, SourceUnavailable, WrongGenesis
from indexer.metrics import SLOT
from indexer.model import Block, Fetch, Health, Mark, Purpose, Seen
from indexer.sources.rpc import Answer, Call, Endpoint, Result, Unanswered

NAME = "blocks"
BLOCKS_PER_BATCH_MAX = 16
CONFIRMED, FINALIZED = "confirmed", "finalized"


class _Link(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A getBlock answer without its transactions."""

    blockhash: str
    block_height: int | None = None


_Natural = Annotated[int, msgspec.Meta(ge=0)]
_Shape = TypeVar("_Shape")
_slots = msgspec.json.Decoder(list[_Natural])
_link = msgspec.json.Decoder(_Link)
_number = msgspec.json.Decoder(_Natural)
_text = msgspec.json.Decoder(str)


class Blocks:
    """The source `blocks`."""

    def __init__(self, endpoints: Sequence[Endpoint], *, genesis: str | None = None) -> None:
        self._endpoints = list(endpoints)
        self._genesis = genesis
        self._checked: set[str] = set()

    async def genesis(self) -> str:
        """The genesis hash that the endpoints agree on. Raises WrongGenesis, SourceUnavailable if none answers."""
        await self._check(self._endpoints)
        if self._genesis is None or not self._checked:
            raise SourceUnavailable("no endpoint told its genesis hash")
        return self._genesis

    async def look(self) -> Seen:
        """The newest slots of all endpoints that answer. An endpoint of another chain raises WrongGenesis."""
        await self._check(self._endpoints)
        ours = [one for one in self._endpoints if one.name in self._checked]
        ready = [one for one in ours if not one.resting] or ours
        answers = await asyncio.gather(*(self._slots_of(one) for one in ready), return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, Unanswered):
                raise answer
        if all(isinstance(answer, Unanswered) for answer in answers):
            raise SourceUnavailable("no endpoint answers")
        seen = Seen(
            tip=max(one.tip for one in self._endpoints), finalized=max(one.finalized for one in self._endpoints)
        )
        SLOT.labels(NAME, CONFIRMED).set(seen.tip)
        SLOT.labels(NAME, FINALIZED).set(seen.finalized)
        return seen

    async def read(self, fetch: Fetch) -> Seen:
        """The blocks of a page, or the one block asked for."""
        slots = [fetch.first]
        if fetch.purpose is Purpose.PAGE:
            slots = await self._list(fetch)
        page: list[Block] = []
        missing: set[int] = set()
        read_to, stop = fetch.last, None
        for start in range(0, len(slots), BLOCKS_PER_BATCH_MAX):
            got, stop, lost = await self._get(slots[start : start + BLOCKS_PER_BATCH_MAX], fetch)
            page += got
            missing |= lost
            if stop is not None:
                read_to = stop - 1
                break
        return Seen(
            page=tuple(page), page_final=fetch.final, read_to=read_to, stop=stop, missing=frozenset(missing)
        )  # fmt: skip

    async def first_block(self, slot: int | None) -> Mark:
        """The first block that can be had at finalized from a slot on; without one, the newest finalized."""
        seen = await self.look()
        first = seen.finalized if slot is None else slot
        if slot is not None:
            available = await self._first(Call("getFirstAvailableBlock"), _number, self._ordered())
            first = max(first, available)
        last = max(first, seen.finalized)
        for at in await self._list(Fetch(first, last, Purpose.PAGE, final=True)):
            mark = await self.finalized(at)
            if mark is not None:
                return mark
        raise SourceUnavailable(f"no finalized block from slot {first} on")

    async def witnesses(self, mark: Mark) -> int:
        """How many endpoints have this very block, as far as they answer."""
        ours = [one for one in self._endpoints if one.name in self._checked]
        asked = (self._ask(one, _header(mark.slot, CONFIRMED), _link) for one in ours)
        answers = await asyncio.gather(*asked, return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, Unanswered):
                raise answer
        return sum(isinstance(answer, _Link) and answer.blockhash == mark.blockhash for answer in answers)

    async def finalized(self, slot: int) -> Mark | None:
        """The finalized chain's block at a slot; None if no endpoint gives one."""
        for one in self._ordered(finalized=slot):
            try:
                link = await self._ask(one, _header(slot, FINALIZED), _link)
            except Unanswered:
                continue
            return Mark(slot, link.blockhash, link.block_height or 0)
        return None

    def distrust(self, endpoint: str) -> None:
        """Ask another endpoint first for a while."""
        for one in self._endpoints:
            if one.name == endpoint:
                one.missed += 1
                one.rest()

    def health(self) -> tuple[Health, ...]:
        """How each endpoint does."""
        return tuple(Health(NAME, one.name, one.tip, one.errors, one.missed) for one in self._endpoints)

    async def _check(self, endpoints: Iterable[Endpoint]) -> None:
        """Ask every endpoint for its genesis once; the first answer, or the pin, binds the others."""
        for one in endpoints:
            if one.name in self._checked or (one.resting and self._checked):
                continue
            try:
                found = await self._ask(one, Call("getGenesisHash"), _text)
            except Unanswered:
                continue
            if self._genesis is not None and found != self._genesis:
                raise WrongGenesis(f"{one.name} belongs to genesis {found}, not to {self._genesis}")
            self._genesis = found
            self._checked.add(one.name)

    def _ordered(self, *, tip: int = 0, finalized: int = 0) -> list[Endpoint]:
        """The endpoints of our chain: awake before resting, far enough before lagging."""
        ours = [one for one in self._endpoints if one.name in self._checked]
        return sorted(ours, key=lambda one: (one.resting, one.tip < tip or one.finalized < finalized))

    async def _slots_of(self, one: Endpoint) -> None:
        """Remember one endpoint's newest slots. Raises Unanswered."""
        calls = [Call("getSlot", (_commitment(name),)) for name in (CONFIRMED, FINALIZED)]
        tip, finalized = (one.shaped(result, _number) for result in await one.ask(calls))
        one.saw(tip=tip, finalized=finalized)

    async def _ask(self, one: Endpoint, call: Call, decoder: msgspec.json.Decoder[_Shape]) -> _Shape:
        """One endpoint's answer to one call. Raises Unanswered where it gives none of that shape."""
        (result,) = await one.ask([call])
        return one.shaped(result, decoder)

    async def _first(self, call: Call, decoder: msgspec.json.Decoder[_Shape], endpoints: Sequence[Endpoint]) -> _Shape:
        """The first answer that is given."""
        reason = "no endpoint"
        for one in endpoints:
            try:
                return await self._ask(one, call, decoder)
            except Unanswered as error:
                reason = f"{call.method}: {error}"
        raise SourceUnavailable(reason)

    async def _list(self, fetch: Fetch) -> list[int]:
        """The slots of a range that have a block, as far as one endpoint knows."""
        order = self._ordered(tip=fetch.last, finalized=fetch.last if fetch.final else 0)
        commitment = _commitment(FINALIZED if fetch.final else CONFIRMED)
        listed = await self._first(Call("getBlocks", (fetch.first, fetch.last, commitment)), _slots, order)
        return sorted({slot for slot in listed if fetch.first <= slot <= fetch.last})

    async def _get(self, slots: list[int], fetch: Fetch) -> tuple[list[Block], int | None, set[int]]:
        """Blocks of these slots from whoever has them; the slot to stop before, if any; the slots nobody has."""
        got: dict[int, Block] = {}
        waiting: set[int] = set()
        left, reason, answered = list(slots), "no endpoint", False
        for one in self._ordered(tip=slots[-1], finalized=slots[-1] if fetch.final else 0):
            if not left:
                break
            try:
                results = await one.ask([_whole(slot, fetch.final) for slot in left])
            except Unanswered as error:
                reason = str(error)
                waiting.update(left)
                continue
            answered = True
            for slot, result in zip(left, results, strict=True):
                try:
                    block = self._block(one, slot, result)
                except BlockIncomplete:
                    self.distrust(one.name)
                    block = None
                    waiting.add(slot)
                if result.answer in (Answer.LATER, Answer.REFUSED):
                    waiting.add(slot)
                if block is not None and fetch.expect in (None, block.blockhash):
                    got[slot] = block
            left = [slot for slot in left if slot not in got]
        if not answered:
            raise SourceUnavailable(reason)
        stop = min((slot for slot in left if slot in waiting), default=None)
        end = slots[-1] + 1 if stop is None else stop
        lost = {slot for slot in left if slot < end}
        return [got[slot] for slot in sorted(got) if slot < end], stop, lost

    def _block(self, one: Endpoint, slot: int, result: Result) -> Block | None:
        """A given block. Raises BlockIncomplete where it cannot be one."""
        if result.answer is not Answer.GIVEN:
            return None
        return read_block(result.body, slot=slot, endpoint=one.name)


def _commitment(name: str) -> dict[str, str]:
    """The commitment as a parameter."""
    return {"commitment": name}


def _whole(slot: int, final: bool) -> Call:
    """A block with everything in it."""
    options = {
        "encoding": "json", "transactionDetails": "full", "rewards": False, "maxSupportedTransactionVersion": 1,
        "commitment": FINALIZED if final else CONFIRMED,
    }  # fmt: skip
    return Call("getBlock", (slot, options))


def _header(slot: int, commitment: str) -> Call:
    """A block without its transactions."""
    options = {
        "encoding": "json", "transactionDetails": "none", "rewards": False, "maxSupportedTransactionVersion": 1,
        "commitment": commitment,
    }  # fmt: skip
    return Call("getBlock", (slot, options))
