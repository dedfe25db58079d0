"""What the loop writes into the journal, as values; no I/O, no clock."""

from dataclasses import dataclass
from uuid import UUID

from relayer.model.nouns import Attempt, AttemptState, IntentState


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One witness's evidence that a signature can never land."""

    endpoint: str
    height: int
    slot: int
    effect_read: bool
    statuses_slot: int
    history_floor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A new state of an attempt."""

    attempt_id: UUID
    state: AttemptState
    landed_slot: int | None = None
    err: str | None = None
    err_name: str | None = None
    sent_height: int | None = None
    proofs: tuple[Proof, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What the loop writes of one intent at the end of a look; it gives the lease back."""

    intent_id: UUID
    fence: int
    state: IntentState
    reason: str | None = None
    signature: str | None = None
    not_before_slot: int | None = None
    tried: bool = False
    marks: tuple[Mark, ...] = ()
    look_after_ms: int = 0
    live: bool = True
    """False once nothing is left to look at."""
    settled_slot: int | None = None
    subject: str = ""
    unpayable: tuple[str, ...] = ()
    """Members that a batch had to skip today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Attempts that were committed, and those that a budget refused; any other lost its fence or is a duplicate."""

    taken: frozenset[UUID]
    broke: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """An attempt to commit before its bytes leave; scopes are the budgets that carry its worst-case fee."""

    intent_id: UUID
    fence: int
    attempt: Attempt
    scopes: tuple[str, ...]
    lamports: int
    day: int
