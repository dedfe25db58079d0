"""The tables of schema `ledger`: what the indexer read and when, kept for ever. Their history is in history/.

Written by store alone; head, feed, incident and source_health are read by the api, feed by the relayer too.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Identity, Index, Integer
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from indexer.tables.columns import Moment, base58, big, moment, raw, text, u64


class Kind(StrEnum):
    """What a row of the feed announces."""

    APPLY = "apply"
    UNDO = "undo"
    FINAL = "final"


class Ledger(SQLModel, registry=registry()):
    """Base of the tables of schema `ledger`."""


class Head(Ledger, table=True):
    """How far the mirror is: one row, compared and set by every page."""

    __table_args__ = (CheckConstraint("id = 1", name="head_one_row"),)

    id: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    genesis: str = base58()
    anchor_slot: int = big()
    sealed_slot: int = big()
    sealed_hash: str = base58()
    sealed_height: int = big()
    sealed_time: datetime | None = moment(null=True)
    final_slot: int = big()
    final_hash: str = base58()
    final_height: int = big()
    tip_slot: int = big()
    epoch: int = big()
    feed_seq: int = big()
    updated_at: datetime = moment()
    schema_version: int = big()


class Slot(Ledger, table=True):
    """One block that was sealed; dead once a fork took its place."""

    __table_args__ = (Index("slot_sealed", "slot", unique=True, postgresql_where="status = 'sealed'"),)

    slot: int = big(key=True, autoincrement=False)
    blockhash: str = base58(key=True)
    parent_slot: int = big()
    parent_hash: str = base58()
    height: int = big()
    block_time: datetime | None = moment(null=True)
    tx_total: int = big()
    tx_matched: int = big()
    events: int = big()
    dead_letters: int = big()
    status: str = text()
    source: str = text()
    state_hash: bytes = raw()


class Transaction(Ledger, table=True):
    """One transaction that names our program, failed ones too; raw is the canonical text of it, zstd."""

    slot: int = big(key=True, autoincrement=False)
    tx_index: int = big(key=True, autoincrement=False)
    signature: str = base58(unique=True)
    fee_payer: str = base58()
    version: str = text()
    err: str | None = text(null=True)
    fee: int = u64()
    cu: int | None = big(null=True)
    raw: bytes = raw()


class Feed(Ledger, table=True):
    """One ordered log for everybody downstream: one row a block, seq without gaps."""

    seq: int = big(key=True, autoincrement=False)
    kind: str = text()
    slot: int = big()
    blockhash: str = base58()


class DeadLetter(Ledger, table=True):
    """An event of ours that could not be read, with its bytes, until someone can."""

    __tablename__ = "dead_letter"  # pyright: ignore[reportAssignmentType]

    slot: int = big(key=True, autoincrement=False)
    tx_index: int = big(key=True, autoincrement=False)
    ix: int = big(key=True, autoincrement=False)
    inner: int = big(key=True, autoincrement=False)
    program: str = base58()
    subject: str | None = base58(null=True)
    seq: int | None = big(null=True)
    reason: str = text()
    raw: bytes = raw()
    resolved_at: datetime | None = moment(null=True)


class Incident(Ledger, table=True):
    """Something that a human should know; open at most once for one kind, subject and slot."""

    __table_args__ = (
        Index(
            "incident_open", "kind", "subject", "slot", unique=True,
            postgresql_where="closed_at IS NULL", postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip

    id: int | None = Field(default=None, sa_column=Column(Integer, Identity(always=True), primary_key=True))
    kind: str = text()
    subject: str | None = base58(null=True)
    slot: int | None = big(null=True)
    detail: str = text()
    opened_at: datetime = Field(sa_type=Moment)
    closed_at: datetime | None = moment(null=True)
    resolution: str | None = text(null=True)


class SourceHealth(Ledger, table=True):
    """How each endpoint of each source does."""

    __tablename__ = "source_health"  # pyright: ignore[reportAssignmentType]

    source: str = text(key=True)
    endpoint: str = text(key=True)
    slot: int = big()
    at: datetime = moment()
    errors: int = big()
    missed: int = big()
