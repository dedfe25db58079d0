"""The bank: builds blocks on the runtime. It keeps the blockhash queue and the status cache, charges and rewards fees,
and records for each block what every written account was before it. Deterministic: same inputs, same blocks."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from hashlib import sha256

from solders.account import Account
from solders.hash import Hash
from solders.pubkey import Pubkey
from solders.solders import Clock

from localnet.chain.genesis import (
    FAUCET_LAMPORTS,
    IDENTITY_LAMPORTS,
    SLOTS_PER_EPOCH,
    genesis_hash,
    identity_of,
    make_svm,
)
from localnet.chain.model import Block, ChainOptions, Landed, Outcome
from localnet.chain.runtime import Refused, Runtime
from localnet.chain.wire import Wire

BLOCKHASH_AGE_MAX = 150
QUEUE_BLOCKS = 300
SLOT_HASHES_MAX = 512
CLOCK = Pubkey.from_string("SysvarC1ock11111111111111111111111111111111")
MEMO_PROGRAMS = frozenset(
    {
        Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr"),
        Pubkey.from_string("Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo"),
    }
)


class Bank:
    """Executes transactions into blocks, and undoes blocks."""

    def __init__(self, options: ChainOptions) -> None:
        self.options = options
        self.runtime = Runtime(make_svm(options))
        self.identity = identity_of(options.seed).pubkey()
        self.genesis = self._genesis()
        self.tip = self.genesis
        self.salt = 0
        self._heights: dict[str, int] = {self.genesis.blockhash: 0}
        self._statuses: dict[bytes, int] = {}
        # what of the newest blocks must be forgotten in time: blockhash, and the messages that landed
        self._recent: deque[tuple[str, tuple[bytes, ...]]] = deque([(self.genesis.blockhash, ())])
        self._slot_hashes: deque[tuple[int, Hash]] = deque(
            [(0, Hash.from_string(self.genesis.blockhash))], maxlen=SLOT_HASHES_MAX
        )
        # The time of the first block of each epoch.
        self._epochs: dict[int, int] = {}
        self.set_clock(0, options.genesis_time)

    def check(self, wire: Wire, at: Block) -> None:
        """Refused unless its blockhash is of the last 150 blocks up to `at` and it has not landed by then."""
        height = self._heights.get(wire.blockhash)
        if height is None or height > at.height or at.height - height > BLOCKHASH_AGE_MAX:
            raise Refused("BlockhashNotFound")
        landed = self._statuses.get(wire.identity)
        if landed is not None and landed <= at.height:
            raise Refused("AlreadyProcessed")

    def blockhash_height(self, blockhash: str) -> int | None:
        """The height of a blockhash still in the queue."""
        return self._heights.get(blockhash)

    def produce(self, slot: int, unix_time: int, wires: Iterable[Wire]) -> tuple[Block, list[tuple[Wire, Refused]]]:
        """Build the block of `slot` on the tip; also the transactions that could not land, with the reason."""
        before: dict[Pubkey, Account | None] = {CLOCK: self.runtime.read(CLOCK)}
        self.set_clock(slot, unix_time)
        self.runtime.svm.set_slot_hashes(list(self._slot_hashes))
        landed: list[Landed] = []
        refused: list[tuple[Wire, Refused]] = []
        for wire in wires:
            try:
                outcome = self._land(wire, before)
            except Refused as error:
                refused.append((wire, error))
                continue
            landed.append(Landed(wire=wire, outcome=outcome, slot=slot, index=len(landed), memo=_memo(wire)))
        block = self._seal(slot, unix_time, tuple(landed), before)
        self._append(block)
        return block, refused

    def undo(self, blocks: Iterable[Block], tip: Block) -> None:
        """Take back blocks, newest first: accounts, hashes and statuses are as before; `tip` is the newest one left."""
        for block in blocks:
            for key, account in block.before.items():
                self.runtime.write(key, account)
            for landed in block.transactions:
                self._statuses.pop(landed.wire.identity, None)
            self._heights.pop(block.blockhash, None)
            self._recent.pop()
            if self._slot_hashes and self._slot_hashes[0][0] == block.slot:
                self._slot_hashes.popleft()
        self.tip = tip
        self._epochs = {epoch: time for epoch, time in self._epochs.items() if epoch <= tip.slot // SLOTS_PER_EPOCH}
        self.set_clock(self.tip.slot, self.tip.block_time)
        self.salt += 1

    def set_clock(self, slot: int, unix_time: int) -> None:
        """The clock sysvar as programs see it."""
        epoch = slot // SLOTS_PER_EPOCH
        began = self._epochs.setdefault(epoch, unix_time)
        self.runtime.svm.set_clock(Clock(slot, began, epoch, epoch + 1, unix_time))

    def _land(self, wire: Wire, before: dict[Pubkey, Account | None]) -> Outcome:
        if wire.identity in self._statuses:  # also when it landed in this very block
            raise Refused("AlreadyProcessed")
        self.check(wire, self.tip)
        call = self.runtime.resolve(wire)
        for index in call.writable:
            key = call.keys[index]
            if key not in before:
                before[key] = self.runtime.read(key)
        outcome = self.runtime.execute(call)
        self._statuses[wire.identity] = self.tip.height + 1
        return outcome

    def _seal(
        self, slot: int, unix_time: int, landed: tuple[Landed, ...], before: dict[Pubkey, Account | None]
    ) -> Block:
        reward, balance = self._reward(landed, before)
        return Block(
            slot=slot,
            parent_slot=self.tip.slot,
            height=self.tip.height + 1,
            blockhash=self._blockhash(slot, landed),
            parent_hash=self.tip.blockhash,
            block_time=unix_time,
            transactions=landed,
            reward_lamports=reward,
            reward_balance=balance,
            transactions_before=self.tip.transactions_before + len(self.tip.transactions),
            supply_lamports=self.tip.supply_lamports + reward - sum(one.outcome.fee for one in landed),
            before=before,
        )

    def _reward(self, landed: tuple[Landed, ...], before: dict[Pubkey, Account | None]) -> tuple[int, int]:
        """Half of the signature fees and all priority fees go to the leader; the other half is burnt."""
        priority = sum(one.wire.budget.priority_lamports for one in landed)
        reward = (sum(one.outcome.fee for one in landed) - priority) // 2 + priority
        if not reward:
            return 0, 0
        account = self.runtime.read(self.identity)
        before.setdefault(self.identity, account)
        balance = (account.lamports if account else 0) + reward
        self.runtime.svm.set_account(self.identity, Account(balance, b"", Pubkey.default()))
        return reward, balance

    def _blockhash(self, slot: int, landed: tuple[Landed, ...]) -> str:
        """A hash chain over slots and signatures; the salt makes the blocks after a fork other blocks."""
        digest = sha256(f"{self.tip.blockhash} {slot} {self.salt}".encode())
        for one in landed:
            digest.update(one.wire.signature.encode())
        return str(Hash(digest.digest()))

    def _append(self, block: Block) -> None:
        self._heights[block.blockhash] = block.height
        self._slot_hashes.appendleft((block.slot, Hash.from_string(block.blockhash)))
        self._recent.append((block.blockhash, tuple(landed.wire.identity for landed in block.transactions)))
        self.tip = block
        if len(self._recent) > QUEUE_BLOCKS:
            blockhash, identities = self._recent.popleft()
            self._heights.pop(blockhash, None)
            for identity in identities:
                self._statuses.pop(identity, None)

    def _genesis(self) -> Block:
        name = genesis_hash(self.options)
        return Block(
            slot=0,
            parent_slot=0,
            height=0,
            blockhash=name,
            parent_hash=name,
            block_time=self.options.genesis_time,
            transactions=(),
            reward_lamports=0,
            reward_balance=0,
            transactions_before=0,
            supply_lamports=FAUCET_LAMPORTS + IDENTITY_LAMPORTS,
            before={},
        )


def _memo(wire: Wire) -> str | None:
    """The memos of a transaction as getSignaturesForAddress shows them."""
    if MEMO_PROGRAMS.isdisjoint(wire.keys):
        return None
    calls = (one for one in wire.instructions if wire.keys[one.program_id_index] in MEMO_PROGRAMS)
    texts = [bytes(one.data) for one in calls]
    return "; ".join(f"[{len(text)}] {text.decode(errors='replace')}" for text in texts) or None
