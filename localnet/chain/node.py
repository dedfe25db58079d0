"""The chain itself: a bank, its forks, its history and a queue of transactions, without any socket.

Everything here is synchronous and deterministic; `serve` puts a clock and listeners around it. Tests may drive it
directly: `chain.submit(wire)`, `chain.produce()`."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from solders.account import Account
from solders.pubkey import Pubkey

from localnet.chain.bank import BLOCKHASH_AGE_MAX, Bank
from localnet.chain.errors import Fatal, ForkTooDeep
from localnet.chain.faults.act import Director
from localnet.chain.faults.force import Faults
from localnet.chain.faults.model import Grpc
from localnet.chain.faults.reach import Reach
from localnet.chain.faults.script import parse
from localnet.chain.forks import Forks
from localnet.chain.genesis import faucet_of
from localnet.chain.hooks.book import Hooks
from localnet.chain.ledger import Ledger
from localnet.chain.model import Block, ChainOptions, Commitment
from localnet.chain.wire import Wire

RETRY_BLOCKS = 4
# A leader's refusals that another block may not repeat; the sending node offers the transaction again.
_RETRYABLE = frozenset({"AccountNotFound", "InsufficientFundsForFee", "BlockhashNotFound"})
Requeue = Literal["requeue", "drop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A transaction on its way to a block. `retries` None: until its blockhash expires."""

    wire: Wire
    not_before_height: int
    last_height: int
    retries: int | None


class Chain:
    """A Solana chain of one validator."""

    def __init__(self, options: ChainOptions) -> None:
        self.options = options
        self.bank = Bank(options)
        self.faucet = faucet_of(options.seed)
        self.forks = Forks(
            self.bank.genesis,
            confirmed_blocks=options.confirmed_blocks,
            finality_blocks=options.finality_blocks,
        )
        self.ledger = Ledger(
            self.bank.genesis, blocks_max=options.blocks_max, transactions_max=options.transactions_max
        )
        self.faults = Faults()
        self.reach: Reach | None = None  # what faults may be given from outside; None: any
        self.director = Director(self, options.seed, options.clock_step_ms)
        self.hooks = Hooks(self, options.seed)
        self.on_block: list[Callable[[Block], None]] = [self.hooks.block]
        self.on_dead: list[Callable[[int, int], None]] = []
        self.on_grpc: list[Callable[[Grpc], None]] = []
        self.on_received: list[Callable[[str], None]] = []
        self.on_pending: list[Callable[[], None]] = []
        self._stalled: int | None = 0
        self._pending: deque[Pending] = deque()
        self._queued: set[str] = set()
        self._skipped = 0
        self._clock_offset = 0
        self.director.refused.extend(self.director.take(parse(options.fault_script)))

    @property
    def tip(self) -> Block:
        """The newest block."""
        return self.forks.tip

    @property
    def next_slot(self) -> int:
        """The slot the next block will have."""
        return self.tip.slot + 1 + self._skipped

    @property
    def pending(self) -> int:
        """How many transactions wait."""
        return len(self._pending)

    @property
    def is_stalled(self) -> bool:
        """Whether no block may be made by time (only by command)."""
        return self._stalled != 0

    def submit(
        self,
        wire: Wire,
        *,
        retries: int | None = None,
        delay_blocks: int = 0,
        first: bool = False,
        again: bool = False,
    ) -> str:
        """Queue a transaction for a next block and name it; nothing is checked here, signatures included.

        What already waits is not queued twice unless `again`; `first` puts it before all others.
        """
        if wire.signature in self._queued and not again:
            return wire.signature
        self._queued.add(wire.signature)
        height = self.bank.blockhash_height(wire.blockhash)
        pending = Pending(
            wire=wire,
            not_before_height=self.tip.height + 1 + delay_blocks,
            last_height=(self.tip.height if height is None else height + BLOCKHASH_AGE_MAX) + 1,
            retries=retries,
        )
        (self._pending.appendleft if first else self._pending.append)(pending)
        for notify in self.on_received:
            notify(wire.signature)
        for wake in self.on_pending:
            wake()
        return wire.signature

    def produce(self, count: int = 1) -> Block:
        """Make `count` blocks, each with what waits; the last one is returned."""
        if count < 1:
            raise Fatal("a block count is at least 1")
        for _ in range(count):
            self.director.beat()
            self._produce_one()
        return self.tip

    def tick(self) -> None:
        """One slot of time has passed: make a block unless stalled."""
        self.director.beat()
        if self._stalled is None:
            return
        if self._stalled:
            self._stalled -= 1
            return
        self._produce_one()

    def stall(self, slots: int | None) -> None:
        """No blocks by time for so many slots; None: until `resume`."""
        self._stalled = slots

    def resume(self) -> None:
        """Blocks by time again."""
        self._stalled = 0
        for wake in self.on_pending:
            wake()

    def skip(self, slots: int) -> None:
        """The next block leaves out `slots` slots; its parent link says so."""
        self._skipped += slots

    def die(self, slots: int) -> None:
        """The next slots begin and die: the next block leaves them out; who listens hears of each (slot, parent)."""
        for slot in range(self.next_slot, self.next_slot + slots):
            for notify in self.on_dead:
                notify(slot, self.tip.slot)
        self._skipped += slots

    def fork(
        self, depth: int, *, replace_blocks: bool = True, transactions: Requeue = "requeue", beyond_final: bool = False
    ) -> list[Block]:
        """Drop the last `depth` blocks and return them, newest first.

        `replace_blocks` makes other blocks in the same slots at once; else those slots stay skipped and the next block
        takes the next slot. Transactions of dropped blocks come back in their order, or are lost.
        """
        tip = self.tip
        if depth >= self.ledger.blocks:
            raise ForkTooDeep(f"a fork of {depth} blocks is not possible: {self.ledger.blocks} are remembered")
        dropped = self.forks.drop(depth, beyond_final=beyond_final)
        self.bank.undo(dropped, self.forks.tip)
        self.ledger.drop(dropped)
        if transactions == "requeue":
            for block in dropped:
                for landed in reversed(block.transactions):
                    self.submit(landed.wire, first=True)
        if not replace_blocks:
            self._skipped = tip.slot - self.tip.slot
            return dropped
        for block in reversed(dropped):
            self._skipped = block.slot - self.tip.slot - 1
            self._produce_one()
        return dropped

    def advance_clock(self, to: int) -> int:
        """From the next block on, block time is at least `to` (unix seconds); returns the next block's time."""
        self._jump(to, self.next_slot)
        return self.time_of(self.next_slot)

    def advance(self, slots: int, *, to: int, skip: bool = False) -> Block:
        """Let so many slots pass at once and return the newest block, whose time is at least `to` (unix seconds).

        Each slot has a block or, with `skip`, only the last one. What waits lands, and scripts of faults go on.
        """
        if slots:
            self._jump(to, self.next_slot + slots - 1)
            if skip:
                self.skip(slots - 1)
            return self.produce(1 if skip else slots)
        self._jump(to, self.next_slot)
        return self.tip

    def _jump(self, to: int, slot: int) -> None:
        """From the next block on the clock is ahead so far that the time of `slot` is at least `to`."""
        self._clock_offset += max(to - self.time_of(slot), 0)

    def time_of(self, slot: int) -> int:
        """The block time a slot would get; it grows with the slot and with every jump, so it never goes back."""
        return self.options.genesis_time + slot * self.options.clock_step_ms // 1000 + self._clock_offset

    def at(self, commitment: Commitment, behind: int = 0) -> Block:
        """The newest block of a commitment."""
        return self.forks.at(commitment, behind)

    def account(self, key: Pubkey, at: Block | None = None) -> Account | None:
        """An account as it was right after `at` (default: now)."""
        if at is None or at is self.tip:
            return self.bank.runtime.read(key)
        return self.forks.account(key, at, self.bank.runtime.read)

    def program_accounts(self, program: Pubkey, at: Block) -> list[tuple[Pubkey, Account]]:
        """All accounts a program owned right after `at`, in address order."""
        found = dict(self.bank.runtime.svm.get_program_accounts(program))
        for key, account in self.forks.changed_since(at).items():
            found.pop(key, None)
            if account is not None and account.owner == program:
                found[key] = account
        return sorted(found.items(), key=lambda pair: bytes(pair[0]))

    def _produce_one(self) -> None:
        slot = self.next_slot
        time = self.time_of(slot)
        ready = self._take_ready()
        self._skipped = 0
        block, refused = self.bank.produce(slot, time, [one.wire for one in ready])
        self.forks.append(block)
        self.ledger.append(block)
        if refused:
            self._retry(ready, {id(wire): str(reason.error) for wire, reason in refused})
        for notify in self.on_block:
            notify(block)

    def _take_ready(self) -> list[Pending]:
        ready: list[Pending] = []
        later: list[Pending] = []
        height = self.tip.height + 1
        while self._pending and len(ready) < self.options.transactions_per_block_max:
            one = self._pending.popleft()
            (ready if one.not_before_height <= height else later).append(one)
        self._pending.extendleft(reversed(later))
        self._queued.difference_update(one.wire.signature for one in ready)
        return ready

    def _retry(self, ready: list[Pending], reasons: dict[int, str]) -> None:
        """Offer what was refused again some blocks later, while its blockhash lives."""
        for one in ready:
            reason = reasons.get(id(one.wire))
            if reason not in _RETRYABLE or one.retries == 0:
                continue
            height = self.tip.height + RETRY_BLOCKS
            if height <= one.last_height:
                left = None if one.retries is None else one.retries - 1
                self._pending.append(replace(one, not_before_height=height, retries=left))
                self._queued.add(one.wire.signature)
