"""A chain, a journal, a mirror and a signer in memory, which can stop at every await and fail in every way.

Each call passes `point` before and after it acts; the scheduler decides there whether time passes, the process dies or
the answer is lost. Nothing here sleeps or looks at a clock, and the same seed gives the same run.
"""

import types
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256, sha512
from random import Random
from uuid import UUID

from solders.hash import Hash
from solders.pubkey import Pubkey

from relayer.errors import DatabaseAway, RpcAway, RpcRefused
from relayer.message import parse
from relayer.model import (
    LIVE_ATTEMPTS,
    Attempt,
    Begun,
    Blockhash,
    Change,
    Claim,
    Epoch,
    Heights,
    Intent,
    IntentState,
    Level,
    Seen,
    Simulated,
    Snapshot,
    Standing,
    Start,
    Statuses,
    Verdict,
    Witness,
)

VALIDITY = 10
FINAL_LAG = 3
STATUS_MEMORY = 2
LEASE = 12
ALREADY = '{"InstructionError":[1,{"Custom":6100}]}'


@types.coroutine
def point(name: str) -> Generator[str, None, None]:
    """Hand control to the scheduler."""
    yield name


@dataclass(slots=True, kw_only=True)
class Faults:
    """Chances of each fault; calm has none."""

    rpc: float = 0.0
    database: float = 0.0
    drop: float = 0.0
    delay: int = 0
    lag: int = 0
    truncate: float = 0.0

    @classmethod
    def storm(cls) -> "Faults":
        """Everything at once."""
        return cls(rpc=0.08, database=0.03, drop=0.35, delay=9, lag=14, truncate=0.05)


@dataclass(frozen=True, slots=True)
class Landed:
    """One transaction in a block; err as the chain's JSON text."""

    height: int
    intent: bytes
    err: str | None


@dataclass(slots=True)
class FakeChain:
    """Blocks by height (slot = height), finality FINAL_LAG behind, forks above it, nodes that lag."""

    rng: Random
    faults: Faults
    program: bool = False
    """Whether the program itself makes an effect single, as ours does for cranks."""
    height: int = 20
    final: int = 17
    landed: dict[str, Landed] = field(default_factory=dict)
    network: list[tuple[int, bytes]] = field(default_factory=list)
    hashes: dict[str, int] = field(default_factory=dict)
    history: bool = True
    published: set[str] = field(default_factory=set)

    def tick(self) -> None:
        """One block: packets that are due land if their blockhash is young enough and their signature new."""
        self.height += 1
        due = [wire for at, wire in self.network if at <= self.height]
        self.network = [(at, wire) for at, wire in self.network if at > self.height]
        for wire in due:
            self._execute(wire)
        self.final = max(self.final, self.height - FINAL_LAG)

    def _execute(self, wire: bytes) -> None:
        normal = parse(wire)
        signature = str(normal.signatures[0])
        born = self.hashes[normal.blockhash]
        if signature in self.landed or not born < self.height <= born + VALIDITY:
            return
        intent = normal.calls[0].data
        done = self.program and self.effects(intent) > 0
        self.landed[signature] = Landed(self.height, intent, ALREADY if done else None)

    def rollback(self, depth: int) -> None:
        """Forget blocks above the final one; what was in them may land again, or never."""
        base = max(self.final, self.height - depth)
        self.landed = {s: tx for s, tx in self.landed.items() if tx.height <= base}
        self.height = base

    def effects(self, intent: bytes, *, up_to: int | None = None) -> int:
        """How often this intent's effect happened on the present fork."""
        limit = self.height if up_to is None else up_to
        return sum(1 for tx in self.landed.values() if tx.intent == intent and tx.err is None and tx.height <= limit)

    def view(self) -> int:
        """The tip of whichever node answers."""
        return self.height - (self.rng.randrange(self.faults.lag + 1) if self.faults.lag else 0)

    async def fail(self, name: str) -> None:
        """Before an answer: the process may die, or the node may not answer."""
        await point(name)
        if self.rng.random() < self.faults.rpc:
            raise self.rng.choice((RpcAway("no answer"), RpcRefused("node is behind", -32005)))

    def seen(self, signature: str, view: int, *, history: bool, floor: int = 0) -> Seen | None:
        """What a node at this view says of a signature."""
        tx = self.landed.get(signature)
        if tx is None or tx.height > view or tx.height < floor:
            return None
        final = min(self.final, view - 1)
        if not history and final - tx.height > STATUS_MEMORY:
            return None
        level = Level.FINALIZED if tx.height <= final else Level.CONFIRMED if tx.height < view else Level.PROCESSED
        return Seen(slot=tx.height, level=level, err=tx.err)

    @property
    def witnesses(self) -> tuple[Witness, ...]:
        """Two nodes."""
        return (FakeWitness("one", self), FakeWitness("two", self))

    async def look(self, signatures: Sequence[str]) -> tuple[Heights, tuple[Seen | None, ...]]:
        """Heights and statuses of one node, which may lag."""
        await self.fail("look")
        view = self.view()
        final = min(self.final, view)
        answer = tuple(self.seen(s, view, history=False) for s in signatures)
        await point("looked")
        return Heights(slot=view, height=view, final_slot=final, final_height=final), answer

    async def accounts(self, addresses: Sequence[Pubkey], *, level: Level, min_slot: int) -> Snapshot:
        """An effect account is one byte once its intent happened."""
        await self.fail("accounts")
        view = self.view()
        limit = min(self.final, view) if level is Level.FINALIZED else view
        if limit < min_slot:
            raise RpcRefused("minimum context slot has not been reached", -32016)
        values = tuple(b"\1" if self.effects(bytes(a), up_to=limit) else None for a in addresses)
        return Snapshot(slot=limit, values=values)

    async def simulate(self, wires: Sequence[bytes]) -> tuple[Simulated | None, ...]:
        """Everything simulates well, unless the program says that it was done."""
        await self.fail("simulate")
        view = self.view()
        return tuple(
            Simulated(
                err=ALREADY if self.program and self.effects(parse(w).calls[0].data, up_to=view) else None,
                units=900,
                loss=0,
            )
            for w in wires
        )

    async def fee_samples(self, addresses: Sequence[str]) -> tuple[int, ...]:
        """No fees."""
        return ()

    async def balances(self, addresses: Sequence[str]) -> tuple[int, ...]:
        """Enough of everything."""
        return tuple(10**9 for _ in addresses)

    async def blockhash(self) -> Blockhash:
        """The hash of the tip that some node sees."""
        await self.fail("blockhash")
        born = max(self.view(), self.height - VALIDITY + 1)
        text = str(Hash(sha256(born.to_bytes(8, "little")).digest()))
        self.hashes[text] = born
        return Blockhash(hash=text, slot=born, lvbh=born + VALIDITY)

    async def publish(self, wires: Sequence[bytes]) -> None:
        """Packets are dropped, delayed or doubled; nobody tells."""
        await point("publish")
        for wire in wires:
            self.published.add(str(parse(wire).signatures[0]))
            while self.rng.random() >= self.faults.drop:
                self.network.append((self.height + 1 + self.rng.randrange(self.faults.delay + 1), wire))
                if self.rng.random() < 0.8:
                    break
        await point("published")


@dataclass(frozen=True, slots=True)
class FakeWitness:
    """One node; each of its answers may come from another machine behind the same name."""

    name: str
    chain: FakeChain

    async def epoch(self) -> Epoch:
        """The finalized height of the machine that answers."""
        await self.chain.fail("epoch")
        final = min(self.chain.final, self.chain.view())
        return Epoch(slot=final, height=final)

    async def effect(self, addresses: Sequence[Pubkey], *, min_slot: int) -> Snapshot:
        """Accounts at finalized."""
        return await self.chain.accounts(addresses, level=Level.FINALIZED, min_slot=min_slot)

    async def statuses(self, signatures: Sequence[str]) -> Statuses:
        """Statuses; with history unless the chain's history flag is off."""
        await self.chain.fail("statuses")
        view = self.chain.view()
        values = tuple(self.chain.seen(s, view, history=self.chain.history) for s in signatures)
        await point("statuses read")
        return Statuses(slot=view, values=values)

    async def floor(self) -> int:
        """Some nodes lost their history."""
        await self.chain.fail("floor")
        return self.chain.height if self.chain.rng.random() < self.chain.faults.truncate else 0


@dataclass(slots=True)
class FakeJournal:
    """relay.intent and relay.attempt in memory: fences, and leases in ticks of a clock that the scheduler moves."""

    rng: Random
    faults: Faults
    intents: dict[UUID, Intent] = field(default_factory=dict)
    attempts: dict[UUID, list[Attempt]] = field(default_factory=dict)
    lease: dict[UUID, int] = field(default_factory=dict)
    live: dict[UUID, bool] = field(default_factory=dict)
    now: int = 0
    proofs: int = 0

    def add(self, intent: Intent) -> None:
        """A new intent, as the door or a keeper writes it."""
        self.intents[intent.id], self.attempts[intent.id] = intent, []
        self.lease[intent.id], self.live[intent.id] = 0, True

    async def _before(self, name: str) -> None:
        await point(name)
        if self.rng.random() < self.faults.database:
            raise DatabaseAway("rolled back")

    async def _after(self, name: str) -> None:
        """Committed; the answer may be lost."""
        await point(name)
        if self.rng.random() < self.faults.database:
            raise DatabaseAway("committed, answer lost")

    async def claim(self, *, slot: int, limit: int) -> tuple[Claim, ...]:
        """Lease what is due."""
        await self._before("claim")
        due = [
            i
            for i in self.intents.values()
            if self.live[i.id] and self.lease[i.id] <= self.now and i.not_before_slot <= slot
        ][:limit]
        for intent in due:
            self.intents[intent.id] = replace(intent, fence=intent.fence + 1)
            self.lease[intent.id] = self.now + LEASE
        answer = tuple(Claim(intent=self.intents[i.id], attempts=tuple(self.attempts[i.id])) for i in due)
        await self._after("claimed")
        return answer

    async def begin(self, starts: Sequence[Start]) -> Begun:
        """Attempts and state, under the fence, with the unique indexes of the table."""
        await self._before("begin")
        taken = set()
        for start in starts:
            intent, attempt = self.intents[start.intent_id], start.attempt
            flying = [a for a in self.attempts[intent.id] if a.state in LIVE_ATTEMPTS]
            if intent.fence != start.fence or any(a.lane == attempt.lane for a in flying):
                continue
            if any(a.message_hash == attempt.message_hash for many in self.attempts.values() for a in many):
                continue
            self.attempts[intent.id].append(attempt)
            self.intents[intent.id] = replace(intent, state=IntentState.IN_FLIGHT)
            taken.add(attempt.id)
        await self._after("begun")
        return Begun(taken=frozenset(taken))

    async def release(self, claims: Sequence[Claim], *, after_ms: int) -> None:
        """Give leases back."""
        await self._before("release")
        for claim in claims:
            if self.intents[claim.intent.id].fence == claim.intent.fence:
                self.lease[claim.intent.id] = self.now + 1

    async def record(self, changes: Sequence[Change]) -> None:
        """All or nothing of each intent whose fence is still ours."""
        await self._before("record")
        for change in changes:
            intent = self.intents[change.intent_id]
            if intent.fence == change.fence:
                self._write(intent, change)
        await self._after("recorded")

    def _write(self, intent: Intent, change: Change) -> None:
        not_before = intent.not_before_slot if change.not_before_slot is None else change.not_before_slot
        self.intents[intent.id] = replace(
            intent,
            state=change.state,
            reason=change.reason,
            signature=change.signature or intent.signature,
            not_before_slot=not_before,
            tries=intent.tries + change.tried,
        )
        self.live[intent.id], self.lease[intent.id] = change.live, self.now + (1 if change.look_after_ms else 0)
        marks = {m.attempt_id: m for m in change.marks}
        assert len(marks) == len(change.marks), "two marks of one attempt"
        self.proofs += sum(len(m.proofs) for m in change.marks)
        self.attempts[intent.id] = [
            a
            if a.id not in marks
            else replace(
                a,
                state=marks[a.id].state,
                landed_slot=marks[a.id].landed_slot,
                err=marks[a.id].err,
                sends=a.sends + (marks[a.id].sent_height is not None),
                last_sent_height=marks[a.id].sent_height or a.last_sent_height,
            )
            for a in self.attempts[intent.id]
        ]


class FakeMirror:
    """A mirror that knows its head and nothing else."""

    async def standing(self, blockhashes: Sequence[str]) -> Standing | None:
        """Every blockhash is unknown."""
        return Standing(sealed_slot=1, sealed_height=1, day=0, places=tuple(None for _ in blockhashes))


class FakeSigner:
    """64 bytes that depend on the message alone."""

    address = Pubkey(sha256(b"fake payer").digest())

    async def sign(self, message: bytes) -> bytes:
        """No key, no curve: the chain here does not check."""
        await point("sign")
        return sha512(message).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeKind:
    """A kind whose effect is one account named by the intent, or only its signature."""

    name: str
    by_signature: bool
    resigned: bool
    batch: bool = False

    def effect(self, intent: Intent) -> tuple[Pubkey, ...]:
        """The account of this intent, unless its signature decides."""
        return () if self.by_signature else (Pubkey(intent.fingerprint),)

    def verdict(self, intent: Intent, values: Sequence[bytes | None]) -> Verdict:
        """Done once the account is there."""
        return Verdict(done=bool(values and values[0]))

    def remainder(self, intent: Intent, values: Sequence[bytes | None]) -> tuple[str, ...]:
        """Nothing."""
        return ()
