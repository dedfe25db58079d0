"""The tables of schema `relay`: what we were asked, what we signed, and why. Not rebuildable; history in history/.

Written by store and budget alone, read by explain and through the views relay.v1_*. Addresses and signatures are
base58 text; amounts are lamports; fences count the leases of an intent.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, DateTime, Index, LargeBinary, Numeric, Text, Uuid
from sqlalchemy import text as sql
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Base58(Text):
    """A pubkey, signature or hash as base58 text in byte order."""

    def __init__(self) -> None:
        super().__init__(collation="C")


class U64(Numeric[Any]):
    """An unsigned 64-bit integer."""

    def __init__(self) -> None:
        super().__init__(20, 0)


class Moment(DateTime):
    """A wall-clock time: for leases, lists and people, never for a money decision."""

    def __init__(self) -> None:
        super().__init__(timezone=True)


_KINDS: dict[str, Any] = {
    "uuid": Uuid,
    "base58": Base58,
    "text": Text,
    "u64": U64,
    "big": BigInteger,
    "raw": LargeBinary,
}
_KINDS |= {"moment": Moment, "flag": Boolean}


def _col(kind: str, *, key: bool = False, null: bool = False, default: str | None = None, unique: bool = False) -> Any:
    """A field of one SQL type, so that a table reads as a list of names and kinds."""
    more: dict[str, Any] = {"server_default": sql(default)} if default is not None else {}
    if key and kind == "big":
        more["autoincrement"] = False
    if unique:
        more["unique"] = True
    return Field(primary_key=key, nullable=null, sa_type=_KINDS[kind], sa_column_kwargs=more)


OPEN = "state IN ('ACCEPTED', 'READY', 'IN_FLIGHT', 'EFFECTIVE', 'NEEDS_REVIEW')"
LIVE = "state IN ('SIGNED', 'PUBLISHED', 'SEEN', 'CONFIRMED')"


class Relay(SQLModel, registry=registry()):
    """Base of the tables of schema `relay`."""


class Intent(Relay, table=True):
    """What somebody, or a keeper, wants to happen once. live: the loop still looks at it."""

    __table_args__ = (
        Index("intent_key", "tenant", "idem_key", unique=True),
        Index("intent_nonce", "wallet", "subject", "nonce", unique=True, postgresql_where=sql(OPEN)),
        Index("intent_live", "lease_until", postgresql_where=sql("live")),
        Index("intent_subject", "kind", "subject"),
    )

    id: UUID = _col("uuid", key=True, default="uuidv7()")
    tenant: str = _col("base58")
    idem_key: str = _col("text")
    fingerprint: bytes = _col("raw")
    kind: str = _col("text")
    subject: str = _col("base58")
    episode: str = _col("text")
    wallet: str | None = _col("base58", null=True)
    nonce: int | None = _col("u64", null=True)
    payload: bytes = _col("raw")
    replaces: UUID | None = _col("uuid", null=True)
    state: str = _col("text")
    reason: str | None = _col("text", null=True)
    not_before_slot: int = _col("big", default="0")
    lanes_max: int = _col("big", default="1")
    lease_until: datetime = _col("moment", default="'-infinity'")
    fence: int = _col("big", default="0")
    tries: int = _col("big", default="0")
    live: bool = _col("flag", default="true")
    created_slot: int | None = _col("big", null=True)
    settled_slot: int | None = _col("big", null=True)
    signature: str | None = _col("base58", null=True)
    traceparent: str | None = _col("text", null=True)
    created_at: datetime = _col("moment", default="clock_timestamp()")
    updated_at: datetime = _col("moment", default="clock_timestamp()")


class Attempt(Relay, table=True):
    """One signature of an intent, committed before its bytes left. fence is the lease it was signed under."""

    __table_args__ = (
        Index("attempt_lane", "intent_id", "lane", unique=True, postgresql_where=sql(LIVE)),
        Index("attempt_intent", "intent_id", "n", unique=True),
    )

    id: UUID = _col("uuid", key=True)
    intent_id: UUID = Field(foreign_key="intent.id", nullable=False, sa_type=Uuid)
    n: int = _col("big")
    lane: int = _col("big")
    fence: int = _col("big")
    signature: str = _col("base58", unique=True)
    message_hash: bytes = _col("raw", unique=True)
    wire: bytes = _col("raw")
    version: str = _col("text")
    blockhash: str = _col("base58")
    blockhash_slot: int = _col("big")
    lvbh: int = _col("big")
    payer: str = _col("base58")
    genesis: str = _col("base58")
    fee_max: int = _col("u64")
    cu_limit: int | None = _col("big", null=True)
    state: str = _col("text")
    sends: int = _col("big", default="0")
    last_sent_height: int = _col("big", default="0")
    landed_slot: int | None = _col("big", null=True)
    err: str | None = _col("text", null=True)
    err_name: str | None = _col("text", null=True)
    fee: int | None = _col("u64", null=True)
    signed_at: datetime = _col("moment", default="clock_timestamp()")


class Proof(Relay, table=True):
    """One witness's evidence that an attempt can never land (R4); endpoint `mirror` is our own indexer."""

    attempt_id: UUID = Field(foreign_key="attempt.id", primary_key=True, sa_type=Uuid)
    n: int = _col("big", key=True)
    endpoint: str = _col("text")
    height: int = _col("big")
    slot: int = _col("big")
    effect_read: bool = _col("flag")
    statuses_slot: int = _col("big")
    history_floor: int = _col("big")
    at: datetime = _col("moment", default="clock_timestamp()")


class Budget(Relay, table=True):
    """Lamports that a scope may cost on one day of block time."""

    scope: str = _col("text", key=True)
    day: int = _col("big", key=True)
    cap: int = _col("u64")
    reserved: int = _col("u64", default="0")
    spent: int = _col("u64", default="0")


class Reservation(Relay, table=True):
    """The worst fee of one attempt, held against one scope until its end is known."""

    attempt_id: UUID = Field(foreign_key="attempt.id", primary_key=True, sa_type=Uuid)
    scope: str = _col("text", key=True)
    day: int = _col("big")
    lamports: int = _col("u64")
    charged: int = _col("u64", default="0")
    state: str = _col("text", default="'held'")


class Payer(Relay, table=True):
    """A fee payer: active, low (paused by its balance) or drained (retired by an operator)."""

    address: str = _col("base58", key=True)
    state: str = _col("text")
    lamports: int | None = _col("u64", null=True)
    checked_at: datetime = _col("moment", default="clock_timestamp()")


class Endpoint(Relay, table=True):
    """An RPC endpoint as it was at the last start, without its secrets."""

    name: str = _col("text", key=True)
    genesis: str = _col("base58")
    checked_at: datetime = _col("moment", default="clock_timestamp()")


class Boot(Relay, table=True):
    """A database identity that `work` started on (R9): a new one means a restore or a failover."""

    n: int = _col("big", key=True)
    system_id: str = _col("text")
    timeline: int = _col("big")
    height: int = _col("big")
    at: datetime = _col("moment", default="clock_timestamp()")


class Pause(Relay, table=True):
    """What an operator stopped; an empty subject stops the whole kind."""

    kind: str = _col("text", key=True)
    subject: str = _col("base58", key=True)
    at: datetime = _col("moment", default="clock_timestamp()")


class FeedSource(Relay, table=True):
    """Where readings of a feed come from; feed is the 32 bytes that markets name as their source, in base58."""

    __tablename__ = "feed_source"  # pyright: ignore[reportAssignmentType]

    id: str = _col("text", key=True)
    provider: str = _col("text")
    symbol: str = _col("text")
    feed: str = _col("base58")
    data_type: str = _col("text")
    expo: int = _col("big")
    interval_s: int = _col("big")
    max_age_s: int = _col("big")
    cursor: str = _col("text", default="''")
    seen_at: datetime | None = _col("moment", null=True)


class Reading(Relay, table=True):
    """One reading, accepted or not; times are unix seconds of the provider, value is at the feed's exponent."""

    __table_args__ = (Index("reading_accepted", "feed", "provider_time", postgresql_where=sql("accepted")),)

    feed: str = _col("base58", key=True)
    provider_time: int = _col("big", key=True)
    data_type: str = _col("text")
    raw: str = _col("text")
    value: int | None = Field(default=None, nullable=True, sa_type=Numeric(39, 0))
    prev: int | None = _col("big", null=True)
    text: str | None = _col("text", null=True)
    flag: bool | None = _col("flag", null=True)
    confidence_bps: int = _col("big", default="0")
    accepted: bool = _col("flag")
    reason: str | None = _col("text", null=True)
    at: datetime = _col("moment", default="clock_timestamp()")


class FeeSample(Relay, table=True):
    """Priority fees of recent blocks as `keep` saw them, micro-lamports a compute unit."""

    __tablename__ = "fee_sample"  # pyright: ignore[reportAssignmentType]

    slot: int = _col("big", key=True)
    p50: int = _col("u64")
    p90: int = _col("u64")
    at: datetime = _col("moment", default="clock_timestamp()")


class Unpayable(Relay, table=True):
    """A position that pay_out skipped; tried again from retry_day on."""

    position: str = _col("base58", key=True)
    market: str = _col("base58")
    retry_day: int = _col("big")
    at: datetime = _col("moment", default="clock_timestamp()")


class Keeper(Relay, table=True):
    """What each keeper found at its last look."""

    kind: str = _col("text", key=True)
    due: int = _col("big")
    proposed: int = _col("big")
    looked_at: datetime = _col("moment", default="clock_timestamp()")


class Audit(Relay, table=True):
    """Every act of an operator."""

    id: UUID = _col("uuid", key=True, default="uuidv7()")
    act: str = _col("text")
    subject: str = _col("text")
    detail: str = _col("text")
    at: datetime = _col("moment", default="clock_timestamp()")
