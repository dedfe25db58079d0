"""The tables of creators' pools: shares, their trades, dividends. Folded from events."""

from datetime import datetime

from sqlalchemy import Index

from indexer.tables.columns import base58, big, moment, text, u64, u128
from indexer.tables.projections.base import Projections


class Pool(Projections, table=True):
    """One creator's pool: every field of its account.

    address of its token accounts: reserve holds the price of all shares, dividends what came in; price: of the next
    share; volume: atoms traded; earned: dividends that came in, paid: those paid out.
    """

    __table_args__ = (Index("pool_mint", "mint"),)

    pool: str = base58(key=True)
    creator: str = base58()
    mint: str = base58()
    reserve: str = base58()
    dividends: str = base58()
    supply: int = u64()
    a: int = u64()
    c: int = u64()
    recorded: int = u64()
    acc: int = u128()
    carry: int = u64()
    seq: int = big()
    lock_s: int = big()
    version: int = big()
    bump: int = big()
    reserve_bump: int = big()
    dividends_bump: int = big()
    price: int = u128()
    volume: int = u128()
    earned: int = u128()
    paid: int = u128()
    created_slot: int = big()
    created_time: datetime = moment()
    last_seq: int = big()


class Holder(Projections, table=True):
    """One wallet's shares of a pool: every field of its account, and its money so far.

    cost: of the shares still held; realised: gain or loss of what was sold; paid: dividends paid out.
    """

    __table_args__ = (Index("holder_owner", "owner"), Index("holder_shares", "pool", "shares"))

    pool: str = base58(key=True)
    owner: str = base58(key=True)
    address: str = base58()
    shares: int = u64()
    debt: int = u128()
    pending: int = u64()
    locked_until: int = big()
    last_nonce: int = u64()
    nonce_bits: int = u64()
    last_seq: int = big()
    bump: int = big()
    cost: int = u128()
    realised: int = u128()
    paid: int = u128()
    skipped_slot: int | None = big(null=True)


class ShareTrade(Projections, table=True):
    """One trade of a pool's shares as it happened.

    side: buy or sell; amount: collateral atoms; supply and price (of the next share) are those after it.
    """

    __tablename__ = "share_trade"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("share_trade_slot", "pool", "slot"), Index("share_trade_owner", "owner", "slot"))

    pool: str = base58(key=True)
    seq: int = big(key=True, autoincrement=False)
    owner: str = base58()
    side: str = text()
    shares: int = u64()
    amount: int = u64()
    supply: int = u64()
    price: int = u128()
    nonce: int = u64()
    slot: int = big()
    ts: datetime = moment()
    signature: str = base58()


class Dividend(Projections, table=True):
    """Dividends that a pool counted in at once, for the shares that there were."""

    __table_args__ = (Index("dividend_slot", "pool", "slot"),)

    pool: str = base58(key=True)
    seq: int = big(key=True, autoincrement=False)
    amount: int = u64()
    supply: int = u64()
    slot: int = big()
    ts: datetime = moment()
    signature: str = base58()
