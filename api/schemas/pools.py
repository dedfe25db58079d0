"""Wire values of creators' pools: shares, holders, trades, dividends."""

from __future__ import annotations

import msgspec

from .wire import Address, Amount, UnixTime


class Pool(msgspec.Struct, frozen=True, kw_only=True):
    """One creator's pool; the share that follows k others costs a * k^2 + c, price is that of the next one."""

    address: Address
    creator: Address
    mint: Address
    supply: Amount
    a: Amount
    c: Amount
    price: Amount
    lock_s: int
    volume: Amount
    earned: Amount
    paid: Amount
    dividends: Address
    holders: int
    created_slot: int
    seq: int
    degraded: bool


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """One wallet's shares of a pool; due is what a claim would pay of the dividends counted in."""

    pool: Address
    owner: Address
    address: Address
    shares: Amount
    cost: Amount
    realised: str
    due: Amount
    paid: Amount
    locked_until: UnixTime
    last_nonce: Amount


class ShareTrade(msgspec.Struct, frozen=True, kw_only=True):
    """One trade of a pool's shares; price is that of the next share after it."""

    pool: Address
    seq: int
    owner: Address
    side: str
    shares: Amount
    amount: Amount
    supply: Amount
    price: Amount
    slot: int
    time: UnixTime
    signature: str


class Dividend(msgspec.Struct, frozen=True, kw_only=True):
    """Dividends that a pool counted in at once, for as many shares as there were."""

    pool: Address
    seq: int
    amount: Amount
    supply: Amount
    slot: int
    time: UnixTime
    signature: str
