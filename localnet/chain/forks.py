"""The newest blocks, which may still be undone: what each commitment sees, and the state as it was at each of them."""

from __future__ import annotations

from collections.abc import Callable

from solders.account import Account
from solders.pubkey import Pubkey

from localnet.chain.errors import ForkTooDeep
from localnet.chain.model import Block, Commitment

UNDO_BLOCKS_EXTRA = 64


class Forks:
    """The canonical chain's unrooted end, and some rooted blocks below it."""

    def __init__(self, genesis: Block, *, confirmed_blocks: int, finality_blocks: int) -> None:
        self._blocks = [genesis]
        self._confirmed_blocks = confirmed_blocks
        self._finality_blocks = finality_blocks
        self._root_height = 0

    @property
    def tip(self) -> Block:
        """The newest block."""
        return self._blocks[-1]

    def at(self, commitment: Commitment, behind: int = 0) -> Block:
        """The newest block of a commitment, as an endpoint sees it that is `behind` blocks late."""
        if commitment == "processed":
            return self._back(behind)
        if commitment == "confirmed":
            return self._back(self._confirmed_blocks + behind)
        root = self._back(self._finality_blocks)
        rooted = max(root.height, self._root_height)
        return self._back(self.tip.height - max(rooted - behind, 0))

    def append(self, block: Block) -> None:
        """Add a block; the oldest falls out when it can no longer matter."""
        self._blocks.append(block)
        self._root_height = max(self._root_height, block.height - self._finality_blocks)
        if len(self._blocks) > self._finality_blocks + UNDO_BLOCKS_EXTRA:
            self._let_go()

    def drop(self, depth: int, *, beyond_final: bool = False) -> list[Block]:
        """Remove and return the last `depth` blocks, newest first; ForkTooDeep at or below the root unless allowed."""
        keep = self.tip.height - depth
        if depth < 1 or depth >= len(self._blocks) or (keep < self._root_height and not beyond_final):
            raise ForkTooDeep(
                f"a fork of {depth} blocks from height {self.tip.height} is not possible (root {self._root_height})"
            )
        dropped = self._blocks[-depth:][::-1]
        del self._blocks[-depth:]
        self._root_height = min(self._root_height, keep)
        return dropped

    def account(self, key: Pubkey, at: Block, read_now: Callable[[Pubkey], Account | None]) -> Account | None:
        """The account as it was right after block `at`."""
        for block in self._after(at):
            if key in block.before:
                return block.before[key]
        return read_now(key)

    def changed_since(self, at: Block) -> dict[Pubkey, Account | None]:
        """What every account written after block `at` was at it."""
        older: dict[Pubkey, Account | None] = {}
        for block in reversed(self._after(at)):
            older.update(block.before)
        return older

    def _let_go(self) -> None:
        """Forget the oldest block here; the ledger may still have it, without its pre-images."""
        self._blocks.pop(0).before.clear()

    def _back(self, count: int) -> Block:
        return self._blocks[max(len(self._blocks) - 1 - count, 0)]

    def _after(self, at: Block) -> list[Block]:
        """The blocks above `at`, oldest first."""
        count = self.tip.height - at.height
        return self._blocks[len(self._blocks) - count :] if count > 0 else []
