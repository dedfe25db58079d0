"""The deterministic scheduler: drives rounds of the loop await by await, and kills, forks and delays between them.

`run` plays one seed and answers with what went wrong, if anything: a double effect, a lost or a stuck intent. A worker
may also freeze while another one takes over, and thaw later: only fences hold it then.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from hashlib import sha256
from random import Random
from typing import Any
from uuid import UUID

import msgspec
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from relayer.errors import Transient
from relayer.model import Crank, Intent, IntentState, Step
from relayer.prove import Prover
from relayer.work.launch import Launcher
from relayer.work.loop import Paces, Work
from tests.relayer.fakes import FakeChain, FakeJournal, FakeKind, FakeMirror, FakeSigner, Faults

PROGRAM = Pubkey(sha256(b"fake program").digest())
STORM_STEPS = 260
CALM_STEPS = 6_000
ENDED = {IntentState.SETTLED, IntentState.RETURNED}

JOB = FakeKind(name="job", by_signature=True, resigned=True)
CRANK = FakeKind(name="crank", by_signature=False, resigned=True)
ONCE = FakeKind(name="once", by_signature=True, resigned=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a variant may replace: how to build the prover, the launcher and the loop, and the world's traits."""

    prover: type[Prover] = Prover
    launcher: type[Launcher] = Launcher
    work: type[Work] = Work
    history: bool = True
    lanes: int = 1
    witnesses_min: int = 1
    faults: Callable[[], Faults] = Faults.storm
    kind: FakeKind = JOB


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One schedule's end: fault is None if all held."""

    seed: int
    fault: str | None
    steps: int
    awaits: frozenset[str]
    attempts: int
    proofs: int


class World:
    """A chain and a journal that outlive every worker."""

    def __init__(self, seed: int, parts: Parts, intents: int) -> None:
        self.rng = Random(seed)
        self.parts = parts
        self.faults = parts.faults()
        self.chain = FakeChain(self.rng, self.faults, program=not parts.kind.by_signature, history=parts.history)
        self.journal = FakeJournal(self.rng, self.faults)
        for n in range(intents):
            self.journal.add(_intent(n, parts))

    def worker(self) -> Work:
        """A fresh process: it knows nothing but the journal."""
        launcher = self.parts.launcher(
            chain=self.chain, journal=self.journal, mirror=FakeMirror(), signers=(FakeSigner(),)
        )
        prover = self.parts.prover(self.chain.witnesses, minimum=self.parts.witnesses_min)
        return self.parts.work(
            chain=self.chain,
            journal=self.journal,
            prover=prover,
            launcher=launcher,
            kinds={self.parts.kind.name: self.parts.kind},
            paces=Paces(slot_ms=1, calm_ms=1),
        )

    def fault(self) -> str | None:
        """A double effect, or bytes that left before their attempt was committed."""
        for intent in self.journal.intents.values():
            if self.chain.effects(intent.fingerprint) > 1:
                return "double effect"
        known = {a.signature for many in self.journal.attempts.values() for a in many}
        return "bytes left before they were committed" if self.chain.published - known else None

    def ended(self) -> bool:
        """Whether nothing is left to do."""
        return not any(self.journal.live.values())

    def verdict(self) -> str | None:
        """At the end of the calm: every intent ended, and what it says is what happened."""
        for intent in self.journal.intents.values():
            happened = self.chain.effects(intent.fingerprint, up_to=self.chain.final)
            if intent.state not in ENDED:
                return f"stuck: {intent.state} {intent.reason or ''}"
            if happened != (intent.state is IntentState.SETTLED):
                return f"lost: {intent.state}, happened {happened} times"
        return None


def _intent(n: int, parts: Parts) -> Intent:
    mark = sha256(b"intent" + bytes([n])).digest()
    crank = Crank(calls=(Step.of(Instruction(PROGRAM, mark, [])),), effect=())
    return Intent(
        id=UUID(bytes=mark[:16]),
        tenant="test",
        idem_key=str(n),
        fingerprint=mark,
        kind=parts.kind.name,
        subject="subject",
        episode=str(n),
        wallet=None,
        nonce=None,
        payload=msgspec.msgpack.encode(crank),
        state=IntentState.READY,
        lanes_max=parts.lanes,
    )


def run(seed: int, parts: Parts, *, intents: int = 1) -> Report:
    """Play one seed: a storm of faults, then calm until everything ended."""
    world = World(seed, parts, intents)
    stage = _Stage(world)
    steps, fault = 0, None
    while fault is None and steps < STORM_STEPS + CALM_STEPS:
        steps += 1
        if steps == STORM_STEPS:
            world.faults.__init__()  # the calm: no fault from here on
        stage.step(storm=steps < STORM_STEPS)
        fault = world.fault()
        if steps > STORM_STEPS and world.ended():
            break
    fault = fault or world.verdict()
    attempts = sum(len(a) for a in world.journal.attempts.values())
    stage.close()
    return Report(
        seed=seed,
        fault=fault,
        steps=steps,
        awaits=frozenset(stage.awaits),
        attempts=attempts,
        proofs=world.journal.proofs,
    )


class _Stage:
    """The running worker, and perhaps a frozen one."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.worker = world.worker()
        self.round: Coroutine[Any, Any, int] | None = None
        self.frozen: Coroutine[Any, Any, int] | None = None
        self.awaits: set[str] = set()

    def step(self, *, storm: bool) -> None:
        """One await of a worker, then perhaps something else happens in the world."""
        rng = self.world.rng
        thawed = self.frozen is not None and rng.random() < 0.2
        if thawed:
            self.frozen = self._advance(self.frozen)
        else:
            self.round = self._advance(self.round or self.worker.round())
        if rng.random() < 0.3:
            self.world.chain.tick()
        self.world.journal.now += rng.random() < 0.5
        if storm:
            self._trouble(rng)

    def _trouble(self, rng: Random) -> None:
        chance = rng.random()
        if chance < 0.03:
            self.close()
            self.worker = self.world.worker()
        elif chance < 0.045 and self.frozen is None:
            self.frozen, self.round, self.worker = self.round, None, self.world.worker()
        elif chance < 0.07:
            self.world.chain.rollback(rng.randrange(1, 3))

    def _advance(self, coroutine: Coroutine[Any, Any, int] | None) -> Coroutine[Any, Any, int] | None:
        if coroutine is None:
            return None
        try:
            self.awaits.add(coroutine.send(None))
        except (StopIteration, Transient):
            return None
        return coroutine

    def close(self) -> None:
        """SIGKILL: whatever was running is gone."""
        for coroutine in (self.round, self.frozen):
            if coroutine is not None:
                coroutine.close()
        self.round = self.frozen = None
