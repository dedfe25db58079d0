"""What to do with one intent, from what is known of it: pure, no clock, no I/O; called by work.

`ask` says which account read is still needed, `plan` gives one action of a small union, `proven` what a proof of expiry
leads to. Heights and slots are the only time here. A status of None means "not seen" and never "not there": only a
Prove action, answered by witnesses, can end an attempt that did not land.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

import msgspec
from solders.pubkey import Pubkey

from idl.errors import program_error
from relayer.message import Malformed, parse
from relayer.model import (
    LIVE_ATTEMPTS,
    WORKED_STATES,
    Attempt,
    AttemptState,
    Claim,
    Intent,
    IntentState,
    Kind,
    Level,
    Mark,
    Observed,
    RetryClass,
    Seen,
    Verdict,
)

REPUBLISH_BLOCKS = 2
BUMP_BLOCKS = 30
PEEK_SENDS = 4
TRIES_MAX = 12
BACKOFF_SLOTS = 4
BACKOFF_SLOTS_MAX = 256


class Pace(IntEnum):
    """How soon to look again; work turns it into milliseconds."""

    NOW = 0
    SLOT = 1
    CALM = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What to write of an intent, whatever else is done."""

    state: IntentState
    marks: tuple[Mark, ...] = ()
    reason: str | None = None
    signature: str | None = None
    not_before_slot: int | None = None
    tried: bool = False
    settled_slot: int | None = None
    live: bool = True
    pace: Pace = Pace.SLOT
    leftover: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """Sign one more attempt on this lane, commit it, publish it."""

    note: Note
    lane: int
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish:
    """Send the same bytes of these attempts again."""

    note: Note
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prove:
    """Ask the witnesses whether these attempts can still land."""

    note: Note
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Write and look again later, or never."""

    note: Note


Action = Launch | Publish | Prove | Rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Blame:
    """Why a transaction failed: the program's error by name, and what to do about it."""

    name: str
    sentence: str
    cls: RetryClass


_WORDS: dict[str, RetryClass] = {
    "BlockhashNotFound": "retry_later",
    "AlreadyProcessed": "look",
    "InsufficientFundsForFee": "retry_later",
    "InsufficientFundsForRent": "retry_later",
    "AccountInUse": "retry_later",
    "ClusterMaintenance": "retry_later",
    "WouldExceedMaxBlockCostLimit": "retry_later",
    "ComputationalBudgetExceeded": "retry_later",
    "ProgramFailedToComplete": "look",
}


def blame(wire: bytes, err: str) -> Blame:
    """Name, sentence and class of a TransactionError (JSON text); codes are parsed, strings never searched."""
    value = msgspec.json.decode(err)
    word, index = (value, None) if isinstance(value, str) else next(iter(value.items()))
    if word == "InstructionError" and isinstance(index, list) and len(index) == 2:
        inner = index[1]
        if isinstance(inner, dict) and "Custom" in inner:
            known = program_error(_program(wire, index[0]), int(inner["Custom"]))
            return Blame(name=known.name, sentence=known.sentence, cls=known.cls)
        word = inner if isinstance(inner, str) else next(iter(inner))
    return Blame(name=word, sentence=f"The chain refused the transaction: {word}.", cls=_WORDS.get(word, "never"))


def _program(wire: bytes, index: int) -> Pubkey | None:
    try:
        return parse(wire).program_at(index)
    except Malformed:
        return None


def ask(claim: Claim, seen: Observed, kind: Kind) -> Level | None:
    """The commitment at which the effect's accounts must be read before `plan` can decide; None: nothing to read."""
    if kind.by_signature or claim.intent.state not in WORKED_STATES:
        return None
    after = _after(claim, seen)
    ended = any(a.state in (AttemptState.FINAL_OK, AttemptState.FINAL_ERR) for a in after)
    hinted = seen.confirmed is not None and (seen.confirmed.done or seen.confirmed.closed)
    if seen.final is None and (ended or hinted):
        return Level.FINALIZED
    if seen.confirmed is not None or seen.final is not None:
        return None
    live = [a for a in after if a.state in LIVE_ATTEMPTS]
    unseen = bool(live) and all(a.state in (AttemptState.SIGNED, AttemptState.PUBLISHED) for a in live)
    tired = unseen and sum(a.sends for a in live) >= PEEK_SENDS
    lone = claim.intent.state is IntentState.EFFECTIVE and unseen
    return Level.CONFIRMED if not live or tired or lone else None


def plan(claim: Claim, seen: Observed, kind: Kind) -> Action:
    """The one next action for an intent; a contradiction is never acted upon but given to an operator."""
    after = _after(claim, seen)
    marks = _marks(claim.attempts, after)
    live = tuple(a for a in after if a.state in LIVE_ATTEMPTS)
    intent = claim.intent
    if conflict := _conflict(claim, seen):
        return Rest(note=_note(IntentState.NEEDS_REVIEW, marks, live, reason=conflict))
    if intent.state not in WORKED_STATES:
        return _drain(_note(intent.state, marks, live, pace=Pace.CALM), live, seen)
    if ending := _ending(intent, after, live, marks, seen, kind):
        return ending
    effective = _effective(after, seen)
    state = IntentState.EFFECTIVE if effective else intent.state
    if state is IntentState.EFFECTIVE and not effective:
        state = IntentState.IN_FLIGHT
    note = _note(state, marks, live, pace=Pace.CALM if effective else Pace.SLOT)
    if live:
        return _wait_or_act(note, claim, live, seen, kind, effective=effective)
    if effective:
        return Rest(note=note)
    return _fresh(note, claim, kind)


def proven(claim: Claim, marks: Sequence[Mark], verdict: Verdict, kind: Kind) -> Note:
    """What follows when witnesses proved these attempts expired: marks carry EXPIRED_PROVEN and the proofs."""
    ended = {m.attempt_id for m in marks}
    live = tuple(a for a in claim.live if a.id not in ended)
    intent, marks = claim.intent, tuple(marks)
    if intent.state not in WORKED_STATES:
        return _note(intent.state, marks, live, pace=Pace.CALM)
    if verdict.done:
        return _note(IntentState.SETTLED, marks, live, reason="done by another transaction")
    if verdict.closed and not live:
        return _note(IntentState.SUPERSEDED, marks, live, reason="its effect can never happen any more")
    if live:
        return _note(IntentState.IN_FLIGHT, marks, live)
    if kind.resigned:
        return _note(IntentState.READY, marks, live, pace=Pace.NOW)
    return _note(IntentState.RETURNED, marks, live, reason="the transaction expired; sign a new one")


def retried(intent: Intent, why: Blame, *, slot: int, signed: bool) -> Note:
    """What follows when the chain or a simulation refused a crank for `why`."""
    if why.cls == "never":
        state = IntentState.FAILED_FINAL if signed else IntentState.REJECTED
        return Note(state=state, reason=f"{why.name}: {why.sentence}", live=False)
    if intent.tries + 1 >= TRIES_MAX:
        state = IntentState.NEEDS_REVIEW if signed else IntentState.REJECTED
        return Note(state=state, reason=f"tries used up, last {why.name}", tried=True, live=False)
    pause = min(BACKOFF_SLOTS << min(intent.tries, 10), BACKOFF_SLOTS_MAX)
    return Note(
        state=IntentState.READY, reason=why.name, not_before_slot=slot + pause, tried=True, live=True, pace=Pace.SLOT
    )


def _note(state: IntentState, marks: tuple[Mark, ...], live: Sequence[Attempt], **more: object) -> Note:
    note = Note(state=state, marks=marks, live=state in WORKED_STATES or bool(live))
    return replace(note, **more)  # pyright: ignore[reportArgumentType]


def _after(claim: Claim, seen: Observed) -> tuple[Attempt, ...]:
    """The attempts as the statuses show them; ended ones never move."""
    statuses = seen.statuses or (None,) * len(claim.attempts)
    return tuple(_moved(a, s) for a, s in zip(claim.attempts, statuses, strict=True))


def _moved(attempt: Attempt, status: Seen | None) -> Attempt:
    if attempt.state not in LIVE_ATTEMPTS:
        return attempt
    if status is None:
        unseen = attempt.state in (AttemptState.SEEN, AttemptState.CONFIRMED)
        return replace(attempt, state=AttemptState.PUBLISHED, landed_slot=None, err=None) if unseen else attempt
    final = AttemptState.FINAL_ERR if status.err else AttemptState.FINAL_OK
    state = (AttemptState.SEEN, AttemptState.CONFIRMED, final)[status.level]
    why = blame(attempt.wire, status.err).name if status.err else None
    return replace(attempt, state=state, landed_slot=status.slot, err=status.err, err_name=why)


def _marks(before: Sequence[Attempt], after: Sequence[Attempt]) -> tuple[Mark, ...]:
    return tuple(
        Mark(attempt_id=new.id, state=new.state, landed_slot=new.landed_slot, err=new.err, err_name=new.err_name)
        for old, new in zip(before, after, strict=True)
        if old != new
    )


def _conflict(claim: Claim, seen: Observed) -> str | None:
    """A sentence when the chain contradicts what was recorded as final."""
    for attempt, status in zip(claim.attempts, seen.statuses or (None,) * len(claim.attempts), strict=True):
        if attempt.state is AttemptState.EXPIRED_PROVEN and status is not None:
            return f"attempt {attempt.n} was proven expired and yet is in slot {status.slot}"
    return None


def _drain(note: Note, live: tuple[Attempt, ...], seen: Observed) -> Action:
    """A decided intent whose attempts may still land failing: only watch them to their end."""
    expired = _expired(live, seen)
    return Prove(note=note, attempts=expired) if expired else Rest(note=note)


def _expired(live: Sequence[Attempt], seen: Observed) -> tuple[Attempt, ...]:
    unseen = (AttemptState.SIGNED, AttemptState.PUBLISHED)
    return tuple(a for a in live if a.state in unseen and seen.heights.final_height > a.lvbh)


def _ending(
    intent: Intent,
    after: Sequence[Attempt],
    live: Sequence[Attempt],
    marks: tuple[Mark, ...],
    seen: Observed,
    kind: Kind,
) -> Action | None:
    """The action that ends an intent, where finalized facts end it."""
    winner = next((a for a in after if a.state is AttemptState.FINAL_OK), None)
    verdict = seen.final or Verdict()
    slot = seen.heights.final_slot
    if winner is not None and (kind.by_signature or verdict.done):
        done = _note(IntentState.SETTLED, marks, live, signature=winner.signature, settled_slot=winner.landed_slot)
        return Rest(note=done)
    if verdict.done:
        by_other = _note(IntentState.SETTLED, marks, live, reason="done by another transaction", settled_slot=slot)
        return Rest(note=by_other)
    if winner is not None and seen.final is not None:
        return Rest(note=_landed_undone(winner, marks, live, leftover=kind.batch, closed=seen.final.closed))
    if verdict.closed:
        over = _note(IntentState.SUPERSEDED, marks, live, reason="its effect can never happen any more")
        return Rest(note=replace(over, settled_slot=slot))
    return _refused(intent, after, live, marks, seen, kind)


def _landed_undone(
    winner: Attempt, marks: tuple[Mark, ...], live: Sequence[Attempt], *, leftover: bool, closed: bool
) -> Note:
    """It landed and its effect is not there: a batch that skipped members, overtaken since, else a contradiction."""
    if leftover or closed:
        note = _note(IntentState.SETTLED, marks, live, signature=winner.signature, settled_slot=winner.landed_slot)
        return replace(note, leftover=leftover)
    return _note(IntentState.NEEDS_REVIEW, marks, live, reason="it landed, but its effect is not there")


def _refused(
    intent: Intent,
    after: Sequence[Attempt],
    live: Sequence[Attempt],
    marks: tuple[Mark, ...],
    seen: Observed,
    kind: Kind,
) -> Action | None:
    """The chain executed an attempt and refused it, and no other one can land."""
    failed = {m.attempt_id for m in marks if m.state is AttemptState.FINAL_ERR}
    last = next((a for a in after if a.id in failed), None)
    if last is None or last.err is None or live:
        return None
    why = blame(last.wire, last.err)
    if not kind.resigned:
        reason = f"{why.name}: {why.sentence}"
        return Rest(note=_note(IntentState.FAILED_FINAL, marks, live, reason=reason, signature=last.signature))
    return Rest(note=replace(retried(intent, why, slot=seen.heights.slot, signed=True), marks=marks))


def _effective(after: Sequence[Attempt], seen: Observed) -> bool:
    landed = any(
        a.state is AttemptState.FINAL_OK or (a.state is AttemptState.CONFIRMED and a.err is None) for a in after
    )
    return landed or (seen.confirmed is not None and seen.confirmed.done)


def _wait_or_act(
    note: Note, claim: Claim, live: tuple[Attempt, ...], seen: Observed, kind: Kind, *, effective: bool
) -> Action:
    expired = _expired(live, seen)
    if expired:
        return Prove(note=note, attempts=expired)
    if effective:
        return Rest(note=note)
    height = seen.heights.height
    again = tuple(a for a in live if _due_again(a, height))
    newest = max(live, key=lambda a: a.n)
    if _worth_bumping(claim, live, newest, height, kind):
        return Launch(note=note, lane=_free_lane(live), n=len(claim.attempts) + 1)
    return Publish(note=note, attempts=again) if again else Rest(note=note)


def _due_again(attempt: Attempt, height: int) -> bool:
    if attempt.state not in (AttemptState.SIGNED, AttemptState.PUBLISHED) or height > attempt.lvbh:
        return False
    return attempt.state is AttemptState.SIGNED or height - attempt.last_sent_height >= REPUBLISH_BLOCKS


def _worth_bumping(claim: Claim, live: Sequence[Attempt], newest: Attempt, height: int, kind: Kind) -> bool:
    """R5: a further lane only for intents whose effect the program makes single, and only when the last one lags."""
    if not kind.resigned or len(live) >= claim.intent.lanes_max:
        return False
    return newest.state is AttemptState.PUBLISHED and height >= newest.lvbh - 150 + BUMP_BLOCKS


def _free_lane(live: Sequence[Attempt]) -> int:
    taken = {a.lane for a in live}
    return next(lane for lane in range(len(taken) + 1) if lane not in taken)


def _fresh(note: Note, claim: Claim, kind: Kind) -> Action:
    """No attempt can land any more: sign the next one, or give a wallet's transaction back."""
    intent = claim.intent
    if claim.attempts and not kind.resigned:
        return Rest(note=replace(note, state=IntentState.RETURNED, live=False, reason="the transaction expired"))
    state = IntentState.ACCEPTED if intent.state is IntentState.ACCEPTED else IntentState.READY
    return Launch(note=replace(note, state=state), lane=0, n=len(claim.attempts) + 1)
