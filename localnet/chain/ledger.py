"""The history: blocks by slot, transactions by signature and by address. Bounded; the oldest is forgotten first."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator

from solders.pubkey import Pubkey

from localnet.chain.model import Block, Landed


class Ledger:
    """All blocks of the canonical chain that are still remembered."""

    def __init__(self, genesis: Block, *, blocks_max: int, transactions_max: int) -> None:
        self._blocks_max = blocks_max
        self._transactions_max = transactions_max
        self._slots: list[int] = [genesis.slot]
        self._blocks: dict[int, Block] = {genesis.slot: genesis}
        self._signatures: dict[str, Landed] = {}
        self._addresses: dict[Pubkey, deque[Landed]] = {}

    @property
    def first_slot(self) -> int:
        """The oldest remembered block's slot."""
        return self._slots[0]

    @property
    def blocks(self) -> int:
        """How many blocks are remembered."""
        return len(self._slots)

    def append(self, block: Block) -> None:
        """Remember a block."""
        self._slots.append(block.slot)
        self._blocks[block.slot] = block
        for landed in block.transactions:
            self._signatures[landed.wire.signature] = landed
            for key in set(landed.outcome.keys):
                self._addresses.setdefault(key, deque()).append(landed)
        while len(self._slots) > self._blocks_max or len(self._signatures) > self._transactions_max:
            if len(self._slots) < 2:
                break
            self._forget_oldest()

    def drop(self, blocks: Iterable[Block]) -> None:
        """Forget blocks of an abandoned fork, newest first."""
        for block in blocks:
            self._slots.pop()
            del self._blocks[block.slot]
            for landed in reversed(block.transactions):
                self._signatures.pop(landed.wire.signature, None)
                for key in set(landed.outcome.keys):
                    history = self._addresses[key]
                    history.pop()
                    if not history:
                        del self._addresses[key]

    def block(self, slot: int) -> Block | None:
        """The block of a slot; None when skipped, forgotten or not yet there."""
        return self._blocks.get(slot)

    def slots(self, first: int, last: int, limit: int | None = None) -> list[int]:
        """Slots with a block in [first, last], at most `limit`."""
        low = bisect_left(self._slots, first)
        high = bisect_right(self._slots, last)
        if limit is not None:
            high = min(high, low + limit)
        return self._slots[low:high]

    def find(self, signature: str) -> Landed | None:
        """A transaction by its signature."""
        return self._signatures.get(signature)

    def of_address(self, address: Pubkey) -> Iterator[Landed]:
        """Transactions that name an address, newest first."""
        return reversed(self._addresses.get(address, deque()))

    def _forget_oldest(self) -> None:
        block = self._blocks.pop(self._slots.pop(0))
        for landed in block.transactions:
            if self._signatures.get(landed.wire.signature) is landed:
                del self._signatures[landed.wire.signature]
            for key in set(landed.outcome.keys):
                history = self._addresses[key]
                history.popleft()
                if not history:
                    del self._addresses[key]
