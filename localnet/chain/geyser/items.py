"""What happens on the chain, piece by piece: an account, a transaction, an entry, a block, a slot's status. Each makes
its wire bytes once, however many subscribers get them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import based58
from solders.account import Account
from solders.pubkey import Pubkey

from localnet.chain.geyser import encode
from localnet.chain.geyser.messages import BlockUpdate, SubscribeUpdate, TransactionStatus
from localnet.chain.model import Block, Landed

Slices = tuple[tuple[int, int], ...]


def frame(names: tuple[str, ...], body: bytes) -> bytes:
    """An update from the names of its filters and the rest: a message is the concatenation of its parts."""
    return _head(names) + body


@lru_cache(maxsize=1_024)
def _head(names: tuple[str, ...]) -> bytes:
    return SubscribeUpdate(filters=names).SerializeToString()


def body(kind: str, message: Any, unix_time: int) -> bytes:
    """An update without filters; `unix_time` in seconds is when it was made."""
    update = SubscribeUpdate(**{kind: message})
    update.created_at.seconds = unix_time
    return update.SerializeToString()


def cut(data: bytes, slices: Slices) -> bytes:
    """The (start, end) parts of the data joined, without those that reach beyond it; no slices: all of it."""
    if not slices:
        return data
    return b"".join(data[start:end] for start, end in slices if len(data) >= end)


@dataclass(frozen=True, kw_only=True)
class AccountItem:
    """An account as a block left it (None: it is gone) and the last transaction that wrote it (None: the bank did)."""

    key: Pubkey
    state: Account | None
    writer: Landed | None
    write_version: int
    slot: int
    unix_time: int

    @cached_property
    def owner(self) -> Pubkey:
        """The program that owns it."""
        return Pubkey(self.info.owner)

    @cached_property
    def info(self) -> Any:
        """Its message."""
        signature = None if self.writer is None else based58.b58decode(self.writer.wire.signature.encode())
        return encode.account(self.key, self.state, self.write_version, signature)

    def sliced(self, slices: Slices) -> Any:
        """Its message with only these parts of the data."""
        if not slices:
            return self.info
        info = type(self.info)()
        info.CopyFrom(self.info)
        info.data = cut(self.info.data, slices)
        return info

    def body(self, slices: Slices) -> bytes:
        """The update without filters; only that of the whole account is kept for the next subscriber."""
        return self._sliced_body(slices) if slices else self._whole_body

    @cached_property
    def _whole_body(self) -> bytes:
        return self._sliced_body(())

    def _sliced_body(self, slices: Slices) -> bytes:
        return body("account", {"account": self.sliced(slices), "slot": self.slot}, self.unix_time)


@dataclass(frozen=True, kw_only=True)
class TransactionItem:
    """A transaction that landed."""

    landed: Landed
    unix_time: int

    @cached_property
    def keys(self) -> frozenset[Pubkey]:
        """Every account it names, loaded ones included."""
        return frozenset(self.landed.outcome.keys)

    @cached_property
    def holders(self) -> frozenset[Pubkey]:
        """The owners of its token balances."""
        outcome = self.landed.outcome
        return frozenset(one.owner for one in (*outcome.pre_tokens, *outcome.post_tokens))

    @cached_property
    def changed_holders(self) -> frozenset[Pubkey]:
        """The owners of token accounts whose amount is another one after, and of those that were made or closed."""
        outcome = self.landed.outcome
        before = {one.account_index: one for one in outcome.pre_tokens}
        after = {one.account_index: one for one in outcome.post_tokens}
        made = {one.owner for index, one in after.items() if index not in before or before[index].amount != one.amount}
        return frozenset(made | {one.owner for index, one in before.items() if index not in after})

    @cached_property
    def info(self) -> Any:
        """Its message."""
        return encode.transaction(self.landed)

    @cached_property
    def body(self) -> bytes:
        """The update without filters."""
        return body("transaction", {"transaction": self.info, "slot": self.landed.slot}, self.unix_time)

    @cached_property
    def status_body(self) -> bytes:
        """The same as a transaction's status."""
        status = TransactionStatus(
            slot=self.landed.slot,
            signature=self.info.signature,
            is_vote=self.info.is_vote,
            index=self.landed.index,
            err=encode.error(self.landed.outcome),
        )
        return body("transaction_status", status, self.unix_time)


@dataclass(frozen=True, kw_only=True)
class EntryItem:
    """An entry of a block."""

    entry: Any
    unix_time: int

    @cached_property
    def body(self) -> bytes:
        """The update without filters."""
        return body("entry", self.entry, self.unix_time)


@dataclass(frozen=True, kw_only=True)
class SlotItem:
    """A slot reached a status; the parent comes with some of them only."""

    slot: int
    status: int
    parent: int | None
    unix_time: int
    dead_error: str | None = None

    @cached_property
    def body(self) -> bytes:
        """The update without filters."""
        update = {"slot": self.slot, "status": self.status, "parent": self.parent, "dead_error": self.dead_error}
        return body("slot", update, self.unix_time)


@dataclass(frozen=True, kw_only=True)
class BlockItem:
    """A whole block."""

    block: Block
    meta: Any
    accounts: tuple[AccountItem, ...]
    transactions: tuple[TransactionItem, ...]
    entries: tuple[EntryItem, ...]

    @property
    def unix_time(self) -> int:
        """Its block time."""
        return self.block.block_time

    @cached_property
    def meta_body(self) -> bytes:
        """The update of its meta without filters."""
        return body("block_meta", self.meta, self.unix_time)

    def body(
        self,
        transactions: Iterable[TransactionItem],
        accounts: Iterable[AccountItem],
        entries: Iterable[EntryItem],
        slices: Slices,
    ) -> bytes:
        """The update without filters, with these parts of it; the counts are always those of the whole block."""
        meta = self.meta
        update = BlockUpdate(
            slot=meta.slot,
            blockhash=meta.blockhash,
            rewards=meta.rewards,
            block_time=meta.block_time,
            block_height=meta.block_height,
            parent_slot=meta.parent_slot,
            parent_blockhash=meta.parent_blockhash,
            executed_transaction_count=meta.executed_transaction_count,
            entries_count=meta.entries_count,
            updated_account_count=len(self.accounts),
            transactions=(one.info for one in transactions),
            accounts=(one.sliced(slices) for one in accounts),
            entries=(one.entry for one in entries),
        )
        return body("block", update, self.unix_time)


@dataclass(frozen=True, kw_only=True)
class MetaItem:
    """A block's meta comes by itself, after the block."""

    of: BlockItem


Item = AccountItem | TransactionItem | EntryItem | SlotItem | BlockItem | MetaItem
