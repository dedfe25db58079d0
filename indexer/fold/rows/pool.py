"""The rows of creators' pools: shares, their trades, dividends. Pure; used by fold and store."""

from datetime import datetime
from typing import ClassVar

from indexer.model import Row


class Pool(Row, frozen=True, gc=False):
    """One creator's pool: every field of its account."""

    table: ClassVar[str] = "pool"
    key: ClassVar[tuple[str, ...]] = ("pool",)

    pool: str
    creator: str
    mint: str
    reserve: str
    dividends: str
    supply: int
    a: int
    c: int
    recorded: int
    acc: int
    carry: int
    seq: int
    lock_s: int
    version: int
    bump: int
    reserve_bump: int
    dividends_bump: int
    price: int
    volume: int
    earned: int
    paid: int
    created_slot: int
    created_time: datetime
    last_seq: int


class Holder(Row, frozen=True, gc=False):
    """One wallet's shares of a pool: every field of its account, and its money so far."""

    table: ClassVar[str] = "holder"
    key: ClassVar[tuple[str, ...]] = ("pool", "owner")

    pool: str
    owner: str
    address: str
    shares: int
    debt: int
    pending: int
    locked_until: int
    last_nonce: int
    nonce_bits: int
    last_seq: int
    bump: int
    cost: int
    realised: int
    paid: int
    skipped_slot: int | None


class ShareTrade(Row, frozen=True, gc=False):
    """One trade of a pool's shares as it happened."""

    table: ClassVar[str] = "share_trade"
    key: ClassVar[tuple[str, ...]] = ("pool", "seq")

    pool: str
    seq: int
    owner: str
    side: str
    shares: int
    amount: int
    supply: int
    price: int
    nonce: int
    slot: int
    ts: datetime
    signature: str


class Dividend(Row, frozen=True, gc=False):
    """Dividends that a pool counted in at once, for the shares that there were."""

    table: ClassVar[str] = "dividend"
    key: ClassVar[tuple[str, ...]] = ("pool", "seq")

    pool: str
    seq: int
    amount: int
    supply: int
    slot: int
    ts: datetime
    signature: str
