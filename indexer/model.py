"""The nouns of the indexer and its ports. Pure values; never does anything. Used by every other module.

A Block is read from a source; decoded, it holds transactions and facts (accepted events); sealed, it moves the Head.
plan looks at the Head and at what was Seen and answers with one Step:

    Wait       nothing to do for a while
    Fetch      read blocks, or ask the endpoints for the hash of one slot
    Apply      seal blocks that continue the head
    Rollback   take back what a fork replaced
    Finalize   move the watermark of finality
    Halt       the chain contradicts what was final
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import ClassVar, Protocol

import msgspec

from idl.events import Event, Header


class Value(msgspec.Struct, frozen=True, gc=False):
    """Base of the values here: frozen, and free of reference cycles."""


class Mark(Value, frozen=True, gc=False):
    """One block's place on the chain."""

    slot: int
    blockhash: str
    height: int = 0


class Block(Value, frozen=True, gc=False):
    """One whole block, cut down to the transactions whose text names one of our programs: (index, JSON)."""

    slot: int
    blockhash: str
    parent_slot: int
    parent_hash: str
    height: int
    block_time: int | None
    tx_total: int
    transactions: tuple[tuple[int, bytes], ...]
    endpoint: str

    @property
    def mark(self) -> Mark:
        """Where this block stands."""
        return Mark(self.slot, self.blockhash, self.height)


class Transaction(Value, frozen=True, gc=False):
    """One transaction that has our program among its keys; raw: its canonical JSON; err: JSON, None if it did well."""

    tx_index: int
    signature: str
    fee_payer: str
    version: str
    err: str | None
    fee: int
    cu: int | None
    raw: bytes


class Fact(Value, frozen=True, gc=False):
    """One accepted event: its place in the block, its bytes behind the tag, its header, its value if it can be read.

    header is None where not even that could be read; reason says why event is None.
    """

    tx_index: int
    ix: int
    inner: int
    signature: str
    program: str
    raw: bytes
    header: Header | None
    event: Event | None
    reason: str | None = None

    @property
    def kind(self) -> str:
        """The event's name, or Unknown."""
        return type(self.event).__name__ if self.event is not None else "Unknown"


class Decoded(Value, frozen=True, gc=False):
    """A block with its matched transactions and accepted events, in order."""

    block: Block
    transactions: tuple[Transaction, ...]
    facts: tuple[Fact, ...]


class Head(Value, frozen=True, gc=False):
    """How far the mirror is. recent: the sealed blocks from the final one on, ascending; the last is the newest."""

    genesis: str
    anchor_slot: int
    recent: tuple[Mark, ...]
    epoch: int
    feed_seq: int
    state_hash: bytes
    accepted: frozenset[int] = frozenset()

    @property
    def sealed(self) -> Mark:
        """The newest sealed block."""
        return self.recent[-1]

    @property
    def final(self) -> Mark:
        """The newest block that no fork can replace."""
        return self.recent[0]


class Purpose(StrEnum):
    """Why something is fetched."""

    PAGE = "page"
    ANCESTOR = "ancestor"
    WITNESS = "witness"
    FINALITY = "finality"


class Seen(Value, frozen=True, gc=False):
    """What is known of the chain at this moment, in slots; page: blocks read and not yet judged, ascending.

    read_to: the last slot asked for; stop: a slot that is there but cannot be had yet; missing: slots that a child
    proves and nobody gives; witnesses: endpoints that confirmed the page's first block; finalized_mark: the finalized
    chain's block at a slot that was asked for.
    """

    tip: int = 0
    finalized: int = 0
    page: tuple[Block, ...] = ()
    page_final: bool = False
    read_to: int = -1
    stop: int | None = None
    missing: frozenset[int] = frozenset()
    witnesses: int = -1
    asked: int = -1
    finalized_mark: Mark | None = None


class Wait(Value, frozen=True, gc=False):
    """Nothing to do; reason names what is waited for. slot: the missing one."""

    reason: str
    slot: int | None = None


class Fetch(Value, frozen=True, gc=False):
    """Read the slots first..last; final: at commitment finalized, else confirmed; expect: the one hash that helps."""

    first: int
    last: int
    purpose: Purpose
    final: bool = False
    expect: str | None = None


class Apply(Value, frozen=True, gc=False):
    """Seal these blocks, each the next's parent; final: no fork can replace them."""

    blocks: tuple[Block, ...]
    final: bool


class Rollback(Value, frozen=True, gc=False):
    """Take back every sealed block after this one."""

    to: Mark


class Finalize(Value, frozen=True, gc=False):
    """Nothing at or below this block will change."""

    mark: Mark


class Halt(Value, frozen=True, gc=False):
    """The chain contradicts what was final."""

    slot: int
    reason: str


Step = Wait | Fetch | Apply | Rollback | Finalize | Halt


class Limits(Value, frozen=True, gc=False):
    """Bounds of plan's decisions."""

    slots_per_page_max: int = 64
    witnesses_min: int = 2


class Row(msgspec.Struct, frozen=True, gc=False):
    """Base of the rows of projections; table names where it is kept, key the columns that identify it."""

    table: ClassVar[str] = ""
    key: ClassVar[tuple[str, ...]] = ()

    @property
    def identity(self) -> tuple[object, ...]:
        """This row's values of its key."""
        return tuple(getattr(self, name) for name in self.key)


class Image(Value, frozen=True, gc=False):
    """A row as it was before a block changed it; old is None where there was none."""

    slot: int
    blockhash: str
    n: int
    table: str
    key: tuple[str, ...]
    old: Row | None


class Changes(Value, frozen=True, gc=False):
    """What a page does to the projections: rows to put, rows to add, and the images that undo it."""

    put: tuple[Row, ...]
    add: tuple[Row, ...]
    undo: tuple[Image, ...]


class Page(Value, frozen=True, gc=False):
    """Everything one transaction of the database writes: the blocks, their state hashes, the changes."""

    blocks: tuple[Decoded, ...]
    state_hashes: tuple[bytes, ...]
    changes: Changes
    final: bool
    tip: int


class Health(Value, frozen=True, gc=False):
    """How one endpoint of a source does; errors and missed count since the start."""

    source: str
    endpoint: str
    slot: int
    errors: int
    missed: int


class Source(Protocol):
    """A way to the chain. Every method raises SourceUnavailable where no endpoint helps."""

    async def genesis(self) -> str:
        """The genesis hash that all reachable endpoints agree on."""
        ...

    async def look(self) -> Seen:
        """The newest confirmed and finalized slots."""
        ...

    async def read(self, fetch: Fetch) -> Seen:
        """The blocks of the slots asked for, as page, read_to and missing."""
        ...

    async def witnesses(self, mark: Mark) -> int:
        """How many endpoints have this very block."""
        ...

    async def finalized(self, slot: int) -> Mark | None:
        """The finalized chain's block at a slot; None if no endpoint can say."""
        ...

    def distrust(self, endpoint: str) -> None:
        """Ask another endpoint first for a while: this one's last answer cannot be true."""
        ...

    def health(self) -> tuple[Health, ...]:
        """How each endpoint does."""
        ...


class Store(Protocol):
    """The only writer of the tables. Raises StoreUnavailable, and AnotherIndexer where another moved the head."""

    async def head(self) -> Head:
        """The head as it is committed."""
        ...

    async def apply(self, head: Head, page: tuple[Decoded, ...], *, final: bool, tip: int) -> Head:
        """Seal the blocks; raises SequenceGap and writes nothing where the events do not continue their subjects."""
        ...

    async def rollback(self, head: Head, to: Mark) -> Head:
        """Take back every block after the mark."""
        ...

    async def finalize(self, head: Head, mark: Mark) -> Head:
        """Move the watermark of finality."""
        ...

    async def health(self, endpoints: tuple[Health, ...]) -> None:
        """Keep how the endpoints do."""
        ...

    async def report(self, kind: str, *, slot: int | None, subject: str | None, detail: str) -> None:
        """Open an incident, once."""
        ...


def moment(unix_s: int | None) -> datetime | None:
    """A block's time in UTC from unix seconds."""
    return None if unix_s is None else datetime.fromtimestamp(unix_s, UTC)
