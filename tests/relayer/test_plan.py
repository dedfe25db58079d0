"""Every decision of plan, as a table: what is known on the left, the one action on the right."""

from dataclasses import replace
from uuid import UUID

import pytest

from relayer import plan
from relayer.model import (
    Attempt,
    AttemptState,
    Claim,
    Heights,
    Intent,
    IntentState,
    Level,
    Mark,
    Observed,
    Seen,
    Verdict,
)
from tests.relayer.fakes import FakeKind
from tests.relayer.transactions import build, steps

CRANK = FakeKind(name="crank", by_signature=False, resigned=True)
BATCH = FakeKind(name="batch", by_signature=False, resigned=True, batch=True)
WALLET = FakeKind(name="wallet_tx", by_signature=True, resigned=False)

HEIGHTS = Heights(slot=1_100, height=1_000, final_slot=1_068, final_height=968)
WIRE = build(steps())
FAILED = '{"InstructionError":[3,{"Custom":%d}]}'

S, A = IntentState, AttemptState


def intent(state: IntentState = S.IN_FLIGHT, *, lanes: int = 3, tries: int = 0) -> Intent:
    """An intent in a state."""
    return Intent(
        id=UUID(int=1),
        tenant="t",
        idem_key="k",
        fingerprint=bytes(32),
        kind="k",
        subject="s",
        episode="e",
        wallet=None,
        nonce=None,
        payload=b"",
        state=state,
        lanes_max=lanes,
        tries=tries,
    )


def attempt(
    state: AttemptState = A.PUBLISHED, *, n: int = 1, lane: int = 0, lvbh: int = 1_130, sent: int = 999
) -> Attempt:
    """An attempt, by default published at the last block and young."""
    return Attempt(
        id=UUID(int=100 + n),
        intent_id=UUID(int=1),
        n=n,
        lane=lane,
        signature=f"sig{n}",
        message_hash=bytes(32),
        wire=WIRE,
        version="legacy",
        blockhash="b",
        blockhash_slot=1_000,
        lvbh=lvbh,
        payer="p",
        fee_max=5_000,
        cu_limit=1,
        state=state,
        sends=1,
        last_sent_height=sent,
    )


def decide(claim: Claim, *statuses: Seen | None, kind: FakeKind = CRANK, **more: Verdict) -> plan.Action:
    """plan's action."""
    return plan.plan(claim, Observed(heights=HEIGHTS, statuses=statuses, **more), kind)


def claim(state: IntentState, *attempts: Attempt) -> Claim:
    """An intent with attempts."""
    return Claim(intent=intent(state), attempts=attempts)


FINAL = Seen(slot=1_050, level=Level.FINALIZED)
CONFIRMED = Seen(slot=1_090, level=Level.CONFIRMED)
PROCESSED = Seen(slot=1_099, level=Level.PROCESSED)
DONE, CLOSED, OPEN = Verdict(done=True), Verdict(closed=True), Verdict()


@pytest.mark.parametrize("state", [S.ACCEPTED, S.READY])
def test_fresh_is_launched(state: IntentState) -> None:
    """What was never signed is signed on lane 0."""
    action = decide(claim(state), confirmed=OPEN)
    assert isinstance(action, plan.Launch)
    assert (action.lane, action.n, action.note.state) == (0, 1, state)


def test_signed_is_published_at_once() -> None:
    """A crash between commit and publish is mended by sending the same bytes."""
    action = decide(claim(S.IN_FLIGHT, attempt(A.SIGNED, sent=0)), None)
    assert isinstance(action, plan.Publish)


@pytest.mark.parametrize(("sent", "again"), [(999, False), (998, True)])
def test_published_again_every_two_blocks(sent: int, again: bool) -> None:
    """Unseen bytes go out again after two blocks, not sooner."""
    action = decide(claim(S.IN_FLIGHT, attempt(sent=sent)), None)
    assert isinstance(action, plan.Publish) is again


def test_never_published_past_its_height() -> None:
    """Bytes that can not land any more are not sent."""
    action = decide(claim(S.IN_FLIGHT, attempt(lvbh=999, sent=0)), None, kind=WALLET)
    assert isinstance(action, plan.Rest)


@pytest.mark.parametrize(("lvbh", "proves"), [(968, False), (967, True)])
def test_expiry_needs_a_finalized_height_above(lvbh: int, proves: bool) -> None:
    """Only a finalized height above the last valid one asks for a proof; equal is not above."""
    action = decide(claim(S.IN_FLIGHT, attempt(lvbh=lvbh)), None)
    assert isinstance(action, plan.Prove) is proves


def test_seen_is_no_expiry() -> None:
    """A signature that any node knows is not asked about."""
    action = decide(claim(S.IN_FLIGHT, attempt(lvbh=900)), PROCESSED)
    assert isinstance(action, plan.Rest)
    assert action.note.marks[0].state is A.SEEN


def test_confirmed_is_effective() -> None:
    """Confirmed without error is shown, not settled."""
    action = decide(claim(S.IN_FLIGHT, attempt()), CONFIRMED)
    assert isinstance(action, plan.Rest)
    assert action.note.state is S.EFFECTIVE
    assert action.note.live


def test_rollback() -> None:
    """A confirmed attempt that is gone is in flight again and will be sent."""
    action = decide(claim(S.EFFECTIVE, attempt(A.CONFIRMED, sent=900)), None, kind=WALLET)
    assert isinstance(action, plan.Publish)
    assert action.note.state is S.IN_FLIGHT
    assert action.note.marks[0].state is A.PUBLISHED


def test_final_settles_a_wallet() -> None:
    """A wallet's transaction is done with its own signature final."""
    action = decide(claim(S.EFFECTIVE, attempt(A.CONFIRMED)), FINAL, kind=WALLET)
    assert isinstance(action, plan.Rest)
    assert (action.note.state, action.note.signature, action.note.settled_slot) == (S.SETTLED, "sig1", 1_050)
    assert not action.note.live


def test_crank_needs_its_effect() -> None:
    """A crank that is final settles only with its effect read at finalized, and plan asks for that read."""
    one, seen = claim(S.EFFECTIVE, attempt(A.CONFIRMED)), Observed(heights=HEIGHTS, statuses=(FINAL,))
    assert plan.ask(one, seen, CRANK) is Level.FINALIZED
    assert decide(one, FINAL).note.state is S.EFFECTIVE
    assert decide(one, FINAL, final=DONE).note.state is S.SETTLED


def test_landed_but_undone() -> None:
    """Final without its effect is a contradiction, except for a batch or where it was overtaken."""
    one = claim(S.EFFECTIVE, attempt(A.CONFIRMED))
    assert decide(one, FINAL, final=OPEN).note.state is S.NEEDS_REVIEW
    assert decide(one, FINAL, final=CLOSED).note.state is S.SETTLED
    left = decide(one, FINAL, kind=BATCH, final=OPEN).note
    assert (left.state, left.leftover) == (S.SETTLED, True)


def test_done_by_another() -> None:
    """An effect that is there at finalized settles, and our attempts are watched to their end."""
    note = decide(claim(S.IN_FLIGHT, attempt()), None, final=DONE).note
    assert (note.state, note.signature, note.live) == (S.SETTLED, None, True)


def test_closed_supersedes() -> None:
    """An effect that can never be is superseded; live attempts stay live."""
    note = decide(claim(S.IN_FLIGHT, attempt()), None, final=CLOSED).note
    assert (note.state, note.live) == (S.SUPERSEDED, True)
    assert not decide(claim(S.READY), final=CLOSED).note.live


def test_terminal_drains() -> None:
    """A decided intent's attempt is proven to its end, never sent again."""
    assert isinstance(decide(claim(S.SUPERSEDED, attempt(lvbh=900)), None), plan.Prove)
    quiet = decide(claim(S.SETTLED, attempt(sent=0)), None)
    assert isinstance(quiet, plan.Rest)
    assert quiet.note.live
    ended = decide(claim(S.SETTLED, attempt()), replace(FINAL, err=FAILED % 6_100)).note
    assert not ended.live


@pytest.mark.parametrize(
    ("code", "verdict", "state"),
    [
        (6_101, OPEN, S.READY),  # TooEarly: again, later
        (6_100, OPEN, S.READY),  # WrongState: look again
        (6_100, DONE, S.SETTLED),
        (6_100, CLOSED, S.SUPERSEDED),
        (6_102, OPEN, S.FAILED_FINAL),  # TooLate: never
    ],
)
def test_refused_crank(code: int, verdict: Verdict, state: IntentState) -> None:
    """A finalized refusal is judged by the program's class and the effect, never by words."""
    note = decide(claim(S.IN_FLIGHT, attempt()), replace(FINAL, err=FAILED % code), final=verdict).note
    assert note.state is state
    assert note.marks[0].state is A.FINAL_ERR
    if state is S.READY:
        assert note.not_before_slot == HEIGHTS.slot + plan.BACKOFF_SLOTS


def test_refused_wallet_is_final() -> None:
    """A wallet's transaction that failed is given back with the program's sentence; it is never signed again."""
    note = decide(claim(S.IN_FLIGHT, attempt()), replace(FINAL, err=FAILED % 6_203), kind=WALLET).note
    assert note.state is S.FAILED_FINAL
    assert note.reason is not None
    assert note.reason.startswith("NonceUsed: ")


def test_tries_run_out() -> None:
    """The last try of a signed crank asks for a review, of an unsigned one it is a refusal that a keeper may repeat."""
    why = plan.Blame(name="TooEarly", sentence="", cls="retry_later")
    last = intent(tries=plan.TRIES_MAX - 1)
    assert plan.retried(last, why, slot=5, signed=True).state is S.NEEDS_REVIEW
    assert plan.retried(last, why, slot=5, signed=False).state is S.REJECTED


def test_contradiction_is_never_repeated() -> None:
    """A signature seen after its expiry was proven stops everything."""
    note = decide(claim(S.READY, attempt(A.EXPIRED_PROVEN)), CONFIRMED).note
    assert note.state is S.NEEDS_REVIEW
    assert "proven expired" in (note.reason or "")


def test_signed_again_only_after_all_ended() -> None:
    """R5: proven expiries make a crank ready for the next signature, and send a wallet's transaction back."""
    action = decide(claim(S.READY, attempt(A.EXPIRED_PROVEN)), None, confirmed=OPEN)
    assert isinstance(action, plan.Launch)
    assert action.n == 2
    assert decide(claim(S.IN_FLIGHT, attempt(A.EXPIRED_PROVEN)), None, kind=WALLET).note.state is S.RETURNED


@pytest.mark.parametrize(
    ("height", "lanes", "kind", "bumps"),
    [(30, 3, CRANK, True), (29, 3, CRANK, False), (30, 1, CRANK, False), (30, 3, WALLET, False)],
)
def test_fee_bump(height: int, lanes: int, kind: FakeKind, bumps: bool) -> None:
    """A further lane after thirty blocks, for cranks with lanes left, never for a wallet."""
    one = Claim(intent=intent(lanes=lanes), attempts=(attempt(lvbh=1_000 - height + 150),))
    action = decide(one, None, kind=kind)
    assert isinstance(action, plan.Launch) is bumps
    if isinstance(action, plan.Launch):
        assert (action.lane, action.n) == (1, 2)


@pytest.mark.parametrize(
    ("state", "verdict", "kind", "expected"),
    [
        (S.IN_FLIGHT, OPEN, CRANK, S.READY),
        (S.IN_FLIGHT, DONE, CRANK, S.SETTLED),
        (S.IN_FLIGHT, CLOSED, CRANK, S.SUPERSEDED),
        (S.IN_FLIGHT, OPEN, WALLET, S.RETURNED),
        (S.IN_FLIGHT, CLOSED, WALLET, S.SUPERSEDED),
        (S.SETTLED, OPEN, CRANK, S.SETTLED),
    ],
)
def test_after_a_proof(state: IntentState, verdict: Verdict, kind: FakeKind, expected: IntentState) -> None:
    """What follows from a proof of expiry, by kind and by what the effect's accounts said."""
    one = attempt(lvbh=900)
    mark = Mark(attempt_id=one.id, state=A.EXPIRED_PROVEN)
    assert plan.proven(claim(state, one), [mark], verdict, kind).state is expected


def test_proof_of_one_lane_of_two() -> None:
    """While another lane flies, nothing is signed and nothing is given back."""
    first, second = attempt(lvbh=900), attempt(n=2, lane=1)
    note = plan.proven(
        claim(S.IN_FLIGHT, first, second), [Mark(attempt_id=first.id, state=A.EXPIRED_PROVEN)], OPEN, CRANK
    )
    assert (note.state, note.live) == (S.IN_FLIGHT, True)


@pytest.mark.parametrize(
    ("err", "name", "cls"),
    [
        ('"BlockhashNotFound"', "BlockhashNotFound", "retry_later"),
        ('"AlreadyProcessed"', "AlreadyProcessed", "look"),
        ('{"InsufficientFundsForRent":{"account_index":0}}', "InsufficientFundsForRent", "retry_later"),
        ('{"InstructionError":[0,"ComputationalBudgetExceeded"]}', "ComputationalBudgetExceeded", "retry_later"),
        ('{"InstructionError":[3,{"Custom":6203}]}', "NonceUsed", "look"),
        ('{"InstructionError":[1,{"Custom":1}]}', "ResultWithNegativeLamports", "look"),
        ('"SanitizeFailure"', "SanitizeFailure", "never"),
    ],
)
def test_blame(err: str, name: str, cls: str) -> None:
    """Errors get their name from the failing instruction's own program."""
    found = plan.blame(WIRE, err)
    assert (found.name, found.cls) == (name, cls)
    assert found.sentence
