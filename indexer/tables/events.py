"""The tables of schema `chain` that hold facts as they were read: event, subject, undo. Derived, rebuildable.

Written by store alone; the api reads them.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from indexer.tables.columns import base58, big, moment, raw, text


class Facts(SQLModel, registry=registry()):
    """Base of event, subject and undo."""


class Event(Facts, table=True):
    """One event of our program, exactly once; raw is discriminator and body without the self-call's tag."""

    __table_args__ = (UniqueConstraint("subject", "seq", name="event_subject_seq"),)

    slot: int = big(key=True, autoincrement=False)
    tx_index: int = big(key=True, autoincrement=False)
    ix: int = big(key=True, autoincrement=False)
    inner: int = big(key=True, autoincrement=False)
    program: str = base58()
    kind: str = text()
    subject: str = base58()
    seq: int = big()
    actor: str = base58()
    ts: datetime = moment()
    raw: bytes = raw()


class Subject(Facts, table=True):
    """One partition of the projections and how far its gapless sequence is known."""

    subject: str = base58(key=True)
    kind: str = text()
    first_slot: int = big()
    last_seq: int = big()
    degraded_from_seq: int | None = big(null=True)


class Undo(Facts, table=True):
    """A row as it was before a block above the final slot changed it; old is null where there was none."""

    slot: int = big(key=True, autoincrement=False)
    blockhash: str = base58(key=True)
    n: int = big(key=True, autoincrement=False)
    tbl: str = text()
    key: list[str] = Field(sa_type=ARRAY(Text), nullable=False)  # pyright: ignore[reportArgumentType]
    old: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True), nullable=True)  # pyright: ignore[reportArgumentType]
