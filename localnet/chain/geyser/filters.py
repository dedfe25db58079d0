"""What a subscriber asked for: a SubscribeRequest read once, then asked of every piece of the feed. Pure.

A request replaces all filters of the one before it. The sentences of refusals are Yellowstone's."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import based58
from solders.account import Account
from solders.pubkey import Pubkey
from solders.signature import Signature

from localnet.chain import tokens
from localnet.chain.geyser import messages
from localnet.chain.geyser.errors import BadFilter
from localnet.chain.geyser.items import (
    AccountItem,
    BlockItem,
    EntryItem,
    Item,
    MetaItem,
    Slices,
    SlotItem,
    TransactionItem,
    frame,
)
from localnet.chain.model import COMMITMENTS

NAME_BYTES_MAX = 128
FILTERS_MAX = 1_000
STATE_FILTERS_MAX = 4
MEMCMP_BYTES_MAX, MEMCMP_BASE58_MAX, MEMCMP_BASE64_MAX = 128, 175, 172
COMMITMENT_STATUSES = frozenset({messages.PROCESSED, messages.CONFIRMED, messages.FINALIZED})


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFilter:
    """Which accounts: all conditions must hold; None or empty is no condition."""

    accounts: frozenset[Pubkey]
    owners: frozenset[Pubkey]
    signed: bool | None
    data_bytes: int | None
    is_token: bool
    lamports: tuple[tuple[str, int], ...]
    memcmp: tuple[tuple[int, bytes], ...]

    def matches(self, item: AccountItem) -> bool:
        """Whether an account passes."""
        info = item.info
        return (
            (self.signed is None or self.signed == info.HasField("txn_signature"))
            and (not self.accounts or item.key in self.accounts)
            and (not self.owners or item.owner in self.owners)
            and (self.data_bytes is None or self.data_bytes == len(info.data))
            and (not self.is_token or _is_token(info.data))
            and all(_compare(info.lamports, *one) for one in self.lamports)
            and all(info.data[at : at + len(part)] == part and at <= len(info.data) for at, part in self.memcmp)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionFilter:
    """Which transactions: all conditions must hold. `owners_of` None, "all" or "changed" token balances count too."""

    vote: bool | None
    failed: bool | None
    signature: bytes | None
    include: frozenset[Pubkey]
    exclude: frozenset[Pubkey]
    required: frozenset[Pubkey]
    owners_of: str | None

    def matches(self, item: TransactionItem) -> bool:
        """Whether a transaction passes."""
        if self.vote is not None and self.vote != item.info.is_vote:
            return False
        if self.failed is not None and self.failed != (item.landed.outcome.error is not None):
            return False
        if self.signature is not None and self.signature != item.info.signature:
            return False
        keys = item.keys
        if self.owners_of is not None:
            keys = keys | (item.holders if self.owners_of == "all" else item.changed_holders)
        included = not self.include or not self.include.isdisjoint(keys)
        return included and self.exclude.isdisjoint(keys) and self.required <= keys


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotFilter:
    """Which statuses of slots."""

    own_commitment_only: bool
    interslot: bool

    def matches(self, item: SlotItem, level: int) -> bool:
        """Whether a status passes for a subscriber of a level."""
        if self.own_commitment_only and item.status != level:
            return False
        return self.interslot or item.status in COMMITMENT_STATUSES


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockFilter:
    """What of a block: the accounts choose among its content, a block itself always comes."""

    include: frozenset[Pubkey]
    transactions: bool
    accounts: bool
    entries: bool

    def body(self, item: BlockItem, slices: Slices) -> bytes:
        """The block's update with what was asked for."""
        include = self.include
        transactions = [one for one in item.transactions if not include or not include.isdisjoint(one.keys)]
        accounts = [one for one in item.accounts if not include or one.key in include]
        return item.body(
            transactions if self.transactions else (),
            accounts if self.accounts else (),
            item.entries if self.entries else (),
            slices,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A subscriber's filters by their names. `level` is an index of COMMITMENTS."""

    level: int = 0
    accounts: tuple[tuple[str, AccountFilter], ...] = ()
    slots: tuple[tuple[str, SlotFilter], ...] = ()
    transactions: tuple[tuple[str, TransactionFilter], ...] = ()
    statuses: tuple[tuple[str, TransactionFilter], ...] = ()
    blocks: tuple[tuple[str, BlockFilter], ...] = ()
    metas: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    slices: Slices = ()

    def frames(self, item: Item) -> Iterator[bytes]:
        """The updates that a piece becomes for this subscriber, as wire bytes."""
        match item:
            case AccountItem():
                names = tuple(name for name, one in self.accounts if one.matches(item))
                if names:
                    yield frame(names, item.body(self.slices))
            case TransactionItem():
                if names := tuple(name for name, one in self.transactions if one.matches(item)):
                    yield frame(names, item.body)
                if names := tuple(name for name, one in self.statuses if one.matches(item)):
                    yield frame(names, item.status_body)
            case SlotItem():
                if names := tuple(name for name, one in self.slots if one.matches(item, self.level)):
                    yield frame(names, item.body)
            case EntryItem():
                if self.entries:
                    yield frame(self.entries, item.body)
            case BlockItem():
                yield from (frame((name,), one.body(item, self.slices)) for name, one in self.blocks)
            case MetaItem():
                if self.metas:
                    yield frame(self.metas, item.of.meta_body)


def read(request: Any) -> Wanted:
    """The filters of a request; BadFilter says what is wrong with it."""
    level = request.commitment
    if level not in range(len(COMMITMENTS)):
        raise BadFilter(f"failed to create CommitmentLevel from {level}")
    return Wanted(
        level=level,
        accounts=_named(request.accounts, _account_filter),
        slots=_named(request.slots, _slot_filter),
        transactions=_named(request.transactions, _transaction_filter),
        statuses=_named(request.transactions_status, _transaction_filter),
        blocks=_named(request.blocks, _block_filter),
        metas=tuple(name for name, _ in _named(request.blocks_meta, bool)),
        entries=tuple(name for name, _ in _named(request.entry, bool)),
        slices=_slices(request.accounts_data_slice),
    )


def _named(filters: Any, make: Any) -> tuple[tuple[str, Any], ...]:
    """The filters of one kind in the order of their names."""
    _require_few(filters)
    for name in filters:
        size = len(name.encode())
        if size > NAME_BYTES_MAX:
            raise BadFilter(f"oversized filter name (max allowed size {NAME_BYTES_MAX}), found {size}")
    return tuple((name, make(filters[name])) for name in sorted(filters))


def _require_few(asked: Any) -> None:
    if len(asked) > FILTERS_MAX:
        raise BadFilter(f"Max amount of filters/data_slices reached, only {FILTERS_MAX} allowed")


def _slot_filter(asked: Any) -> SlotFilter:
    return SlotFilter(own_commitment_only=asked.filter_by_commitment, interslot=asked.interslot_updates)


def _block_filter(asked: Any) -> BlockFilter:
    _no_cuckoo(asked, "cuckoo_account_include")
    return BlockFilter(
        include=_keys(asked.account_include),
        transactions=asked.include_transactions or not asked.HasField("include_transactions"),
        accounts=asked.include_accounts,
        entries=asked.include_entries,
    )


def _transaction_filter(asked: Any) -> TransactionFilter:
    _no_cuckoo(asked, "cuckoo_account_include")
    mode = _optional(asked, "token_accounts")
    if mode not in (None, 0, 1):
        raise BadFilter(f"invalid token_accounts mode value {mode}; expected ALL (0) or BALANCE_CHANGED (1)")
    return TransactionFilter(
        vote=_optional(asked, "vote"),
        failed=_optional(asked, "failed"),
        signature=_signature(asked.signature) if asked.HasField("signature") else None,
        include=_keys(asked.account_include),
        exclude=_keys(asked.account_exclude),
        required=_keys(asked.account_required),
        owners_of=None if mode is None else ("all", "changed")[mode],
    )


def _account_filter(asked: Any) -> AccountFilter:
    _no_cuckoo(asked, "cuckoo_accounts_filter")
    if len(asked.filters) > STATE_FILTERS_MAX:
        raise BadFilter(f"Too many filters provided; max {STATE_FILTERS_MAX}")
    kinds = [one.WhichOneof("filter") for one in asked.filters]
    if None in kinds:
        raise BadFilter("filter should be defined")
    if kinds.count("datasize") > 1:
        raise BadFilter("datasize used more than once")
    if any(kind == "token_account_state" and not one.token_account_state for kind, one in _pairs(kinds, asked)):
        raise BadFilter("token_account_state only allowed to be true")
    return AccountFilter(
        accounts=_keys(asked.account),
        owners=_keys(asked.owner),
        signed=_optional(asked, "nonempty_txn_signature"),
        data_bytes=next((one.datasize for kind, one in _pairs(kinds, asked) if kind == "datasize"), None),
        is_token="token_account_state" in kinds,
        lamports=tuple(_lamports(one.lamports) for kind, one in _pairs(kinds, asked) if kind == "lamports"),
        memcmp=tuple(_memcmp(one.memcmp) for kind, one in _pairs(kinds, asked) if kind == "memcmp"),
    )


def _pairs(kinds: list[Any], asked: Any) -> Iterable[tuple[str, Any]]:
    return zip(kinds, asked.filters, strict=True)


def _lamports(asked: Any) -> tuple[str, int]:
    kind = asked.WhichOneof("cmp")
    if kind is None:
        raise BadFilter("cmp for lamports should be defined")
    return kind, getattr(asked, kind)


def _memcmp(asked: Any) -> tuple[int, bytes]:
    match asked.WhichOneof("data"):
        case "bytes":
            data = asked.bytes
        case "base58":
            data = _decoded(asked.base58, MEMCMP_BASE58_MAX, "base58")
        case "base64":
            data = _decoded(asked.base64, MEMCMP_BASE64_MAX, "base64")
        case _:
            raise BadFilter("data for memcmp should be defined")
    if len(data) > MEMCMP_BYTES_MAX:
        raise BadFilter("data too large")
    return asked.offset, data


def _decoded(text: str, chars_max: int, encoding: str) -> bytes:
    if len(text) > chars_max:
        raise BadFilter("data too large")
    try:
        return based58.b58decode(text.encode()) if encoding == "base58" else base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise BadFilter(f"invalid {encoding}") from error


def _slices(asked: Any) -> Slices:
    """The parts as (start, end); they must come in order and apart."""
    _require_few(asked)
    parts = tuple((one.offset, one.offset + one.length) for one in asked)
    if any(first[0] > second[0] for first, second in pairwise(parts)):
        raise BadFilter("failed to create filter: data slices out of order")
    if any(second[0] < first[1] for first, second in pairwise(parts)):
        raise BadFilter("failed to create filter: data slices overlapped")
    return parts


def _keys(texts: Iterable[str]) -> frozenset[Pubkey]:
    found = set()
    for text in texts:
        try:
            found.add(Pubkey.from_string(text))
        except ValueError as error:
            raise BadFilter(f"Invalid pubkey: {text}") from error
    return frozenset(found)


def _signature(text: str) -> bytes:
    try:
        return bytes(Signature.from_string(text))
    except ValueError as error:
        raise BadFilter("string decoded to wrong size for signature") from error


def _no_cuckoo(asked: Any, name: str) -> None:
    if asked.HasField(name):
        raise BadFilter("cuckoo filters are not known here")


def _optional(asked: Any, name: str) -> Any:
    return getattr(asked, name) if asked.HasField(name) else None


def _compare(value: int, kind: str, limit: int) -> bool:
    return {"eq": value == limit, "ne": value != limit, "lt": value < limit, "gt": value > limit}[kind]


def _is_token(data: bytes) -> bool:
    """Whether data is an initialized token account's, whichever token program owns it."""
    return tokens.is_token_account(Account(0, data, tokens.TOKEN_2022))
