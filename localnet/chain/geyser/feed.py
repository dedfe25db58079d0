"""What subscribers hear, in order, and the window of slots that can be heard again.

The order is that of a real stream. Of a new slot: first shred, bank, its accounts, transactions and entries, completed,
the last entry, block, meta, processed. Then, of older slots that the new block confirms or makes final, the same
content for those who listen at that commitment, and the status for all. Every slot status goes to every subscriber.

The chain tells `Feed` of each block as it is made; an account is read then, so a block that wrote it twice shows its
last state, and the last transaction that wrote it. A skipped slot is silent, a dead one begins and dies; after a fork
the new blocks of the same slots come anew. Times are block times, so that the same seed gives the same bytes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from solders.pubkey import Pubkey

from localnet.chain.geyser import encode, messages
from localnet.chain.geyser.errors import OutOfWindow
from localnet.chain.geyser.items import AccountItem, BlockItem, EntryItem, Item, MetaItem, SlotItem, TransactionItem
from localnet.chain.model import COMMITMENTS, Block, Landed
from localnet.chain.node import Chain

WINDOW_SLOTS = 150
DEAD_ERROR = "error: InvalidBlock(TooFewTicks)"
# A level a piece is for (an index of COMMITMENTS), or None: for all.
Piece = tuple[int | None, Item]
Listener = Callable[[list[Piece]], None]
_WITH_PARENT = frozenset({messages.CREATED_BANK, messages.PROCESSED, messages.FINALIZED})


class Feed:
    """The stream of one chain from now on."""

    def __init__(self, chain: Chain, *, window_slots: int = WINDOW_SLOTS) -> None:
        self._chain = chain
        self._window_slots = window_slots
        self._window: deque[BlockItem] = deque()
        self._heights = [chain.at(name).height for name in COMMITMENTS]
        self._write_version = 0
        self._listeners: dict[int, Listener] = {}
        self._last_key = 0
        chain.on_block.append(self._hear)
        chain.on_dead.append(self._hear_dead)

    @property
    def first_available(self) -> int | None:
        """The oldest slot that can be heard again; None before the first block."""
        return self._window[0].block.slot if self._window else None

    @property
    def unix_time(self) -> int:
        """The chain's time now, seconds."""
        return self._chain.tip.block_time

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tell the listener of every block's pieces from now on; call what is returned to stop that."""
        self._last_key += 1
        key = self._last_key
        self._listeners[key] = listener

        def leave() -> None:
            self._listeners.pop(key, None)

        return leave

    def forget(self, slots: int) -> None:
        """Only the newest so many slots can still be heard again; a fault."""
        while len(self._window) > 1 and self._window[0].block.slot <= self._chain.tip.slot - slots:
            self._window.popleft()

    def replay(self, from_slot: int, level: int) -> Iterator[Item]:
        """Everything from a slot on that has reached a level, oldest first; OutOfWindow when that is too long ago."""
        first = self.first_available
        if first is not None and from_slot < first:
            raise OutOfWindow(f"broadcast from {from_slot} is not available, last available: {first}")
        for whole in self._window:
            if whole.block.slot >= from_slot and whole.block.height <= self._heights[level]:
                yield from _content(whole)
                yield whole
                yield MetaItem(of=whole)
                for reached, height in enumerate(self._heights):
                    if whole.block.height <= height:
                        yield _status(whole.block, reached)

    def _hear(self, block: Block) -> None:
        self._rewind(block)
        whole = self._whole(block)
        self._window.append(whole)
        while self._window[0].block.slot <= block.slot - self._window_slots:
            self._window.popleft()
        self._tell([*_born(whole), *self._reached()])

    def _hear_dead(self, slot: int, parent: int) -> None:
        """A slot that begins and dies has no content and is not replayed."""
        now = self.unix_time
        begun = SlotItem(slot=slot, status=messages.FIRST_SHRED_RECEIVED, parent=None, unix_time=now)
        bank = SlotItem(slot=slot, status=messages.CREATED_BANK, parent=parent, unix_time=now)
        dead = SlotItem(slot=slot, status=messages.DEAD, parent=parent, unix_time=now, dead_error=DEAD_ERROR)
        self._tell([(None, begun), (None, bank), (None, dead)])

    def _tell(self, pieces: list[Piece]) -> None:
        for listener in list(self._listeners.values()):
            listener(pieces)

    def _rewind(self, block: Block) -> None:
        """Forget what a fork dropped: blocks as high as this new one."""
        while self._window and self._window[-1].block.height >= block.height:
            self._window.pop()
        self._heights = [min(height, block.height - 1) for height in self._heights]

    def _reached(self) -> Iterator[Piece]:
        """What the newest block changes of older ones, and of itself where a commitment is at once."""
        self._heights[0] = self._chain.tip.height
        for level in (1, 2):
            height = self._chain.at(COMMITMENTS[level]).height
            for whole in self._window:
                if self._heights[level] < whole.block.height <= height:
                    yield from ((level, one) for one in (*_content(whole), whole, MetaItem(of=whole)))
                    yield None, _status(whole.block, level)
            self._heights[level] = max(self._heights[level], height)

    def _whole(self, block: Block) -> BlockItem:
        entries = encode.entries(block)
        return BlockItem(
            block=block,
            meta=encode.block_meta(block, self._chain.bank.identity, len(entries)),
            accounts=tuple(self._accounts(block)),
            transactions=tuple(TransactionItem(landed=one, unix_time=block.block_time) for one in block.transactions),
            entries=tuple(EntryItem(entry=one, unix_time=block.block_time) for one in entries),
        )

    def _accounts(self, block: Block) -> Iterator[AccountItem]:
        """What the block wrote, in the order of the last transaction that wrote it; the bank's own writes first."""
        writers = {key: landed for landed in block.transactions for key in _writes(landed)}
        order = sorted(block.before, key=lambda key: (writers[key].index if key in writers else -1, bytes(key)))
        for key in order:
            now = self._chain.account(key)
            writer = writers.get(key)
            if writer is None and now == block.before[key]:
                continue
            self._write_version += 1
            yield AccountItem(
                key=key,
                state=now,
                writer=writer,
                write_version=self._write_version,
                slot=block.slot,
                unix_time=block.block_time,
            )


def _writes(landed: Landed) -> list[Pubkey]:
    """The accounts that a transaction stores: all it may write, or only its payer when it failed."""
    outcome, wire = landed.outcome, landed.wire
    if outcome.error is not None:
        return [outcome.keys[0]]
    loaded = outcome.keys[outcome.static_keys : outcome.static_keys + outcome.loaded_writable]
    return [*(key for index, key in enumerate(wire.keys) if wire.is_writable(index)), *loaded]


def _content(whole: BlockItem) -> Iterator[Item]:
    """The accounts a transaction wrote come before it, the entries last."""
    accounts = deque(whole.accounts)
    for transaction in whole.transactions:
        while accounts and (accounts[0].writer is None or accounts[0].writer is transaction.landed):
            yield accounts.popleft()
        yield transaction
    yield from accounts
    yield from whole.entries


def _born(whole: BlockItem) -> Iterator[Piece]:
    """A new slot up to processed."""
    *content, last = _content(whole)
    yield None, _status(whole.block, messages.FIRST_SHRED_RECEIVED)
    yield None, _status(whole.block, messages.CREATED_BANK)
    yield from ((0, one) for one in content)
    yield None, _status(whole.block, messages.COMPLETED)
    yield from ((0, one) for one in (last, whole, MetaItem(of=whole)))
    yield None, _status(whole.block, messages.PROCESSED)


def _status(block: Block, status: int) -> SlotItem:
    """A slot's status; as on a real stream, the parent is with the bank, with processed and with finalized."""
    parent = block.parent_slot if status in _WITH_PARENT else None
    return SlotItem(slot=block.slot, status=status, parent=parent, unix_time=block.block_time)
