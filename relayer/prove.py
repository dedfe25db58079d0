"""R4: expiry is proven, never assumed: height, then the effect, then the statuses with history, from enough witnesses.

Each witness is asked in this order on one node: its finalized height H at slot S is past the last valid one; the
effect's accounts at S or later; the statuses of all signatures with history, answered at S or later, by a node whose
history reaches back to the blockhash. A failure of any read proves nothing. Called by work.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog
from solders.pubkey import Pubkey

from relayer.errors import Transient
from relayer.model import Attempt, AttemptState, Claim, Kind, Mark, Proof, Seen, Verdict, Witness

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An intent whose attempts may have expired, and how to read whether it happened anyway."""

    claim: Claim
    attempts: tuple[Attempt, ...]
    kind: Kind
    addresses: tuple[Pubkey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """None of the attempts can land any more; verdict is what the effect's accounts say."""

    marks: tuple[Mark, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A witness knows one of the signatures after all; statuses align with the claim's attempts."""

    statuses: tuple[Seen | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Not enough evidence: nothing follows."""


Outcome = Expired | Found | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One witness's answer for one case: a proof of absence, or statuses, and the verdict of the same node."""

    proof: Proof | None
    statuses: tuple[Seen | None, ...]
    verdict: Verdict


class MirrorWitness(Protocol):
    """The mirror as a second witness: our indexer's blocks, where they came from another endpoint."""

    async def absent(self, attempts: Sequence[Attempt], *, asked: frozenset[str]) -> Proof | None:
        """A proof that none of these signatures is in the finalized blocks; None where it cannot say so."""
        ...


class Prover:
    """Collects proofs until the minimum of independent witnesses is reached."""

    def __init__(self, witnesses: Sequence[Witness], *, minimum: int, mirror: MirrorWitness | None = None) -> None:
        self._witnesses = tuple(witnesses)
        self._minimum = minimum
        self._mirror = mirror

    async def prove(self, cases: Sequence[Case]) -> tuple[Outcome, ...]:
        """One outcome a case; a witness that fails is left out for this time."""
        gathered: list[list[Evidence]] = [[] for _ in cases]
        for witness in self._witnesses:
            try:
                answers = await self.testify(witness, cases)
            except Transient as error:
                _log.info("witness_failed", endpoint=witness.name, error=str(error))
                continue
            for known, answer in zip(gathered, answers, strict=True):
                if answer is not None:
                    known.append(answer)
            if all(self._enough(known) for known in gathered):
                break
        return tuple([await self._outcome(case, known) for case, known in zip(cases, gathered, strict=True)])

    async def testify(self, witness: Witness, cases: Sequence[Case]) -> list[Evidence | None]:
        """One node's evidence for each case, None where it says nothing; raises Transient. The order is the law."""
        epoch = await witness.epoch()
        verdicts = await self.effects(witness, cases, epoch.slot)
        found = await self.statuses(witness, cases, epoch.slot)
        floor = await witness.floor()
        return [
            self._weigh(witness, case, epoch.height, epoch.slot, verdict, statuses, slot, floor)
            for case, verdict, (statuses, slot) in zip(cases, verdicts, found, strict=True)
        ]

    async def effects(self, witness: Witness, cases: Sequence[Case], slot: int) -> list[Verdict]:
        """What the effect's accounts say at finalized, not before slot."""
        addresses = [a for case in cases for a in case.addresses]
        values = iter((await witness.effect(addresses, min_slot=slot)).values if addresses else ())
        return [case.kind.verdict(case.claim.intent, [next(values) for _ in case.addresses]) for case in cases]

    async def statuses(
        self, witness: Witness, cases: Sequence[Case], slot: int
    ) -> list[tuple[tuple[Seen | None, ...], int]]:
        """Statuses of every signature of each case, and the slot of the answer."""
        signatures = [a.signature for case in cases for a in case.claim.attempts]
        answer = await witness.statuses(signatures)
        values = iter(answer.values)
        return [(tuple(next(values) for _ in case.claim.attempts), answer.slot) for case in cases]

    def _weigh(
        self,
        witness: Witness,
        case: Case,
        height: int,
        slot: int,
        verdict: Verdict,
        statuses: tuple[Seen | None, ...],
        answered: int,
        floor: int,
    ) -> Evidence | None:
        known = dict(zip((a.id for a in case.claim.attempts), statuses, strict=True))
        if any(known[a.id] is not None for a in case.attempts):
            return Evidence(proof=None, statuses=statuses, verdict=verdict)
        oldest = min(a.blockhash_slot for a in case.attempts)
        if height <= max(a.lvbh for a in case.attempts) or answered < slot or floor > oldest:
            return None
        proof = Proof(
            endpoint=witness.name,
            height=height,
            slot=slot,
            effect_read=bool(case.addresses),
            statuses_slot=answered,
            history_floor=floor,
        )
        return Evidence(proof=proof, statuses=statuses, verdict=verdict)

    def _enough(self, known: Sequence[Evidence]) -> bool:
        return any(e.proof is None for e in known) or len(_distinct(known)) >= self._minimum

    async def _outcome(self, case: Case, known: Sequence[Evidence]) -> Outcome:
        landed = next((e for e in known if e.proof is None), None)
        if landed is not None:
            return Found(statuses=landed.statuses)
        proofs = _distinct(known)
        if proofs and len(proofs) == self._minimum - 1 and self._mirror is not None:
            extra = await self._mirror.absent(case.attempts, asked=frozenset(p.endpoint for p in proofs))
            proofs += [extra] if extra is not None else []
        if len(proofs) < self._minimum:
            return Unknown()
        marks = tuple(
            Mark(attempt_id=a.id, state=AttemptState.EXPIRED_PROVEN, proofs=tuple(proofs)) for a in case.attempts
        )
        verdicts = [e.verdict for e in known]
        done, closed = any(v.done for v in verdicts), any(v.closed for v in verdicts)
        return Expired(marks=marks, verdict=Verdict(done=done, closed=closed))


def _distinct(known: Sequence[Evidence]) -> list[Proof]:
    """One proof an endpoint: a host that is named twice is still one witness."""
    return list({e.proof.endpoint: e.proof for e in known if e.proof is not None}.values())
