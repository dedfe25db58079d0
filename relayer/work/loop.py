"""One round of the loop: claim a group, look, decide, do, record. The only place where the relayer acts on the chain.

Sequential on purpose: every await is a place where the process may die, and tests stop it at each. Business is in plan;
here is one match on its answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from relayer import plan
from relayer.errors import Transient
from relayer.model import (
    GROUP_MAX,
    LIVE_ATTEMPTS,
    AttemptState,
    Chain,
    Change,
    Claim,
    Heights,
    IntentState,
    Journal,
    Kind,
    Level,
    Mark,
    Observed,
    Seen,
)
from relayer.prove import Case, Expired, Found, Prover
from relayer.work.launch import Launcher, Launching

_log = structlog.get_logger()
_ASKED = LIVE_ATTEMPTS | {AttemptState.EXPIRED_PROVEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A claim with all that was read of it."""

    claim: Claim
    kind: Kind
    observed: Observed
    values: tuple[bytes | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paces:
    """How long until the next look, in milliseconds, by plan.Pace."""

    slot_ms: int
    calm_ms: int

    def after(self, pace: plan.Pace) -> int:
        """Milliseconds of a pace."""
        return {plan.Pace.NOW: 0, plan.Pace.SLOT: self.slot_ms, plan.Pace.CALM: self.calm_ms}[pace]


class Work:
    """The loop's state is only the last slot seen and the hold of R9; everything else is in the journal."""

    def __init__(
        self,
        *,
        chain: Chain,
        journal: Journal,
        prover: Prover,
        launcher: Launcher,
        kinds: Mapping[str, Kind],
        paces: Paces,
        hold_until_height: int = 0,
    ) -> None:
        self._chain = chain
        self._journal = journal
        self._prover = prover
        self._launcher = launcher
        self._kinds = kinds
        self._paces = paces
        self._hold = hold_until_height
        self.slot = 0

    async def round(self) -> int:
        """One group of due intents; how many were looked at. Raises Transient with the leases given back."""
        claims = await self._journal.claim(slot=self.slot, limit=GROUP_MAX)
        if not claims:
            # Some intents wait for a slot: a quiet loop must still learn that it came.
            heights, _ = await self._chain.look(())
            self.slot = heights.slot
            return 0
        try:
            changes = await self._handle(claims)
        except Transient:
            await self._journal.release(claims, after_ms=self._paces.slot_ms)
            raise
        await self._journal.record(changes)
        _tell(claims, changes)
        return len(claims)

    async def _handle(self, claims: Sequence[Claim]) -> list[Change]:
        changes = [_unknown(c) for c in claims if c.intent.kind not in self._kinds]
        heights, looked = await self._observe([c for c in claims if c.intent.kind in self._kinds])
        launches: list[tuple[Looked, plan.Launch]] = []
        publishes: list[tuple[Looked, plan.Publish]] = []
        proofs: list[tuple[Looked, plan.Prove]] = []
        for look in looked:
            match self.decide(look, heights):
                case plan.Launch() as action:
                    launches.append((look, action))
                case plan.Publish() as action:
                    publishes.append((look, action))
                case plan.Prove() as action:
                    proofs.append((look, action))
                case plan.Rest(note=note):
                    changes.append(self._change(look, note))
        changes += await self._publish(publishes, heights)
        changes += await self._prove(proofs, heights)
        changes += await self._launch(launches, heights)
        return changes

    def decide(self, look: Looked, heights: Heights) -> plan.Action:
        """plan's answer; under the hold of R9 nothing is sent, only looked at."""
        action = plan.plan(look.claim, look.observed, look.kind)
        if heights.final_height < self._hold and isinstance(action, plan.Launch | plan.Publish):
            return plan.Rest(note=replace(action.note, pace=plan.Pace.CALM))
        return action

    async def _observe(self, claims: Sequence[Claim]) -> tuple[Heights, list[Looked]]:
        """Statuses of everything, then the accounts that plan asks for."""
        wanted = [a for c in claims for a in c.attempts if a.state in _ASKED]
        heights, seen = await self._chain.look([a.signature for a in wanted])
        self.slot = heights.slot
        by_id = dict(zip((a.id for a in wanted), seen, strict=True))
        looked = [
            Looked(
                claim=c,
                kind=self._kinds[c.intent.kind],
                observed=Observed(heights=heights, statuses=tuple(by_id.get(a.id) for a in c.attempts)),
            )
            for c in claims
        ]
        for _ in range(2):
            looked = await self._read(looked, heights)
        return heights, looked

    async def _read(self, looked: list[Looked], heights: Heights) -> list[Looked]:
        """One pass of account reads: those for which plan.ask names a commitment."""
        for level in (Level.CONFIRMED, Level.FINALIZED):
            asked = [i for i, w in enumerate(looked) if plan.ask(w.claim, w.observed, w.kind) is level]
            if not asked:
                continue
            addresses = [a for i in asked for a in looked[i].kind.effect(looked[i].claim.intent)]
            least = heights.final_slot if level is Level.FINALIZED else heights.slot
            values = iter((await self._chain.accounts(addresses, level=level, min_slot=least)).values)
            for i in asked:
                count = len(looked[i].kind.effect(looked[i].claim.intent))
                looked[i] = _judged(looked[i], level, tuple(next(values) for _ in range(count)))
        return looked

    async def _publish(self, items: Sequence[tuple[Looked, plan.Publish]], heights: Heights) -> list[Change]:
        if not items:
            return []
        await self._chain.publish([a.wire for _, action in items for a in action.attempts])
        return [self._change(look, _sent(action, heights)) for look, action in items]

    async def _prove(self, items: Sequence[tuple[Looked, plan.Prove]], heights: Heights) -> list[Change]:
        if not items:
            return []
        cases = [
            Case(claim=w.claim, attempts=a.attempts, kind=w.kind, addresses=w.kind.effect(w.claim.intent))
            for w, a in items
        ]
        changes: list[Change] = []
        for (look, action), outcome in zip(items, await self._prover.prove(cases), strict=True):
            match outcome:
                case Expired(marks=marks, verdict=verdict):
                    note = plan.proven(look.claim, marks, verdict, look.kind)
                    kept = tuple(m for m in action.note.marks if m.attempt_id not in {x.attempt_id for x in marks})
                    changes.append(self._change(look, replace(note, marks=(*kept, *note.marks))))
                case Found(statuses=statuses):
                    changes.append(self._change(look, self._found(look, statuses, heights)))
                case _:
                    changes.append(self._change(look, replace(action.note, pace=plan.Pace.SLOT)))
        return changes

    def _found(self, look: Looked, statuses: tuple[Seen | None, ...], heights: Heights) -> plan.Note:
        """A witness knows a signature: decide again with its statuses; reads that are still missing come next round."""
        observed = replace(look.observed, heights=heights, statuses=statuses)
        return plan.plan(look.claim, observed, look.kind).note

    async def _launch(self, items: Sequence[tuple[Looked, plan.Launch]], heights: Heights) -> list[Change]:
        if not items:
            return []
        by_id = {look.claim.intent.id: look for look, _ in items}
        asked = [Launching(claim=look.claim, kind=look.kind, action=action) for look, action in items]
        launched = await self._launcher.launch(asked, heights)
        return [
            self._change(
                by_id[one.item.claim.intent.id], replace(one.note, marks=one.item.action.note.marks + one.note.marks)
            )
            for one in launched
        ]

    def _change(self, look: Looked, note: plan.Note) -> Change:
        intent = look.claim.intent
        return Change(
            intent_id=intent.id,
            fence=intent.fence,
            state=note.state,
            reason=note.reason,
            signature=note.signature,
            not_before_slot=note.not_before_slot,
            tried=note.tried,
            marks=note.marks,
            look_after_ms=self._paces.after(note.pace),
            live=note.live,
            settled_slot=note.settled_slot,
            subject=intent.subject,
            unpayable=look.kind.remainder(intent, look.values) if note.leftover else (),
        )


def _unknown(claim: Claim) -> Change:
    """A kind that this version does not know is for an operator, not for the loop."""
    intent = claim.intent
    reason = f"no kind {intent.kind} in this version"
    return Change(intent_id=intent.id, fence=intent.fence, state=IntentState.NEEDS_REVIEW, reason=reason, live=False)


def _judged(look: Looked, level: Level, values: tuple[bytes | None, ...]) -> Looked:
    verdict = look.kind.verdict(look.claim.intent, values)
    if level is Level.FINALIZED:
        return replace(look, observed=replace(look.observed, final=verdict), values=values)
    return replace(look, observed=replace(look.observed, confirmed=verdict))


def _sent(action: plan.Publish, heights: Heights) -> plan.Note:
    """The note with one mark an attempt: published again at this height."""
    sent = {a.id for a in action.attempts}
    kept = tuple(m for m in action.note.marks if m.attempt_id not in sent)
    marks = tuple(
        Mark(attempt_id=i, state=AttemptState.PUBLISHED, sent_height=heights.height) for i in sorted(sent, key=str)
    )
    return replace(action.note, marks=(*kept, *marks))


def _tell(claims: Sequence[Claim], changes: Sequence[Change]) -> None:
    """One line for every intent that moved."""
    before = {c.intent.id: c.intent for c in claims}
    for change in changes:
        intent = before[change.intent_id]
        if change.state is not intent.state:
            _log.info(
                "intent_moved",
                intent_id=str(intent.id),
                kind=intent.kind,
                market=intent.subject,
                state=change.state.value,
                reason=change.reason,
                signature=change.signature,
            )
