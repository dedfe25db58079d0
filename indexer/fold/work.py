"""The bench that a fold works on: rows known before, rows changed, their images for undo. Used by fold alone."""

from datetime import datetime
from typing import TypeVar

from solders.pubkey import Pubkey

from idl.events import Header
from indexer.model import Block, Changes, Fact, Image, Row, Value, moment

Ref = tuple[type[Row], tuple[object, ...]]
Known = dict[Ref, Row | None]
AnyRow = TypeVar("AnyRow", bound=Row)

PRICE_ONE = 1_000_000
KEY_BYTES = 32


class At(Value, frozen=True, gc=False):
    """Where and when an event happened, in the types of the tables."""

    slot: int
    tx_index: int
    ix: int
    inner: int
    signature: str
    subject: str
    seq: int
    ts: datetime
    ts_unix_s: int
    actor: str


class Work:
    """Rows by table and key. Every row that an event may touch was loaded before; None where there is none yet."""

    def __init__(self, known: Known) -> None:
        self._rows = dict(known)
        self._put: dict[Ref, Row] = {}
        self._add: list[Row] = []
        self._undo: list[Image] = []
        self._imaged: set[Ref] = set()
        self._block: Block | None = None

    def begin(self, block: Block, *, undoable: bool) -> None:
        """The events that follow are this block's; undoable: keep the images of what they change."""
        self._block = block if undoable else None
        self._imaged = set()

    def get(self, kind: type[AnyRow], *key: object) -> AnyRow | None:
        """The row as it is now; a row that was never loaded is a KeyError, since its state is not known."""
        row = self._rows[kind, key]
        return row if isinstance(row, kind) else None

    def put(self, row: Row) -> None:
        """Make or change a row."""
        ref = (type(row), row.identity)
        if self._block is not None and ref not in self._imaged:
            self._imaged.add(ref)
            self._image(self._block, ref)
        self._rows[ref] = row
        self._put[ref] = row

    def add(self, row: Row) -> None:
        """Append a row of a table that only grows and whose rows carry their slot."""
        self._add.append(row)

    def changes(self) -> Changes:
        """All that was done, for the store."""
        return Changes(put=tuple(self._put.values()), add=tuple(self._add), undo=tuple(self._undo))

    def _image(self, block: Block, ref: Ref) -> None:
        """Keep a row as it was before this block."""
        kind, key = ref
        old = self._rows.get(ref)
        n = len(self._imaged) - 1
        self._undo.append(Image(block.slot, block.blockhash, n, kind.table, tuple(map(str, key)), old))


def at(fact: Fact, header: Header, slot: int) -> At:
    """The place of a fact with a readable header."""
    when = moment(header.ts)
    assert when is not None
    return At(
        slot=slot,
        tx_index=fact.tx_index,
        ix=fact.ix,
        inner=fact.inner,
        signature=fact.signature,
        subject=base58(header.subject),
        seq=header.seq,
        ts=when,
        ts_unix_s=header.ts,
        actor=base58(header.actor),
    )


def base58(key: bytes) -> str:
    """Thirty-two bytes as the tables have them."""
    return str(Pubkey(key))


def texts(value: object, names: tuple[str, ...], *, hexadecimal: frozenset[str] = frozenset()) -> dict[str, object]:
    """Fields of an event in the types of a row: 32 bytes become base58 text, or hexadecimal, fewer a number."""
    return {name: _text(getattr(value, name), name in hexadecimal) for name in names if hasattr(value, name)}


def _text(field: object, as_hex: bool) -> object:
    """One field in the types of a row."""
    if isinstance(field, bytes):
        if len(field) < KEY_BYTES:
            return int.from_bytes(field, "little")
        return field.hex() if as_hex else base58(field)
    if isinstance(field, tuple):
        return tuple(_text(part, as_hex) for part in field)
    if isinstance(field, str):
        # Whoever makes a market chooses its words, and PostgreSQL has no text with a zero character.
        return field.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return field


def prices(supply: tuple[int, ...]) -> tuple[int, ...]:
    """The implied chance of each outcome in millionths, rounded down; equal where nobody staked."""
    total = sum(supply)
    return tuple(part * PRICE_ONE // total if total else PRICE_ONE // len(supply) for part in supply)
