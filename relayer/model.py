"""The nouns of the relayer and the ports of its shell; no I/O, no clock.

intent   ACCEPTED -policy-> READY -attempt committed-> IN_FLIGHT -done at confirmed-> EFFECTIVE -done at final-> SETTLED
         ACCEPTED|READY -policy or simulation says no-> REJECTED        EFFECTIVE -rollback-> IN_FLIGHT
         IN_FLIGHT -all lanes EXPIRED_PROVEN-> READY (crank) | RETURNED (wallet_tx)
         IN_FLIGHT -closed, not done, finalized-> SUPERSEDED
         IN_FLIGHT -FINAL_ERR: retry_later-> READY | never-> FAILED_FINAL | "already" and done-> SETTLED (by other)
         any open -contradiction or tries used up-> NEEDS_REVIEW
attempt  SIGNED -> PUBLISHED -> SEEN -> CONFIRMED -> FINAL_OK | FINAL_ERR
         SEEN|CONFIRMED -rollback-> PUBLISHED;  SIGNED|PUBLISHED|SEEN|CONFIRMED -R4-> EXPIRED_PROVEN
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Literal, Protocol
from uuid import UUID

import msgspec
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

PAYER = Pubkey(b"\xff" * 32)
"""Stands for the fee payer in a crank's stored instructions; no account can have this address's key."""

GROUP_MAX = 64
"""Intents that one SQL transaction and one JSON-RPC batch carry."""

BLOCKHASH_BLOCKS = 150
"""A blockhash is valid for this many blocks after its own."""

WALLET_TX = "wallet_tx"


class IntentState(StrEnum):
    """Where an intent stands; the drawing above is the law."""

    ACCEPTED = "ACCEPTED"
    READY = "READY"
    IN_FLIGHT = "IN_FLIGHT"
    EFFECTIVE = "EFFECTIVE"
    SETTLED = "SETTLED"
    REJECTED = "REJECTED"
    RETURNED = "RETURNED"
    SUPERSEDED = "SUPERSEDED"
    FAILED_FINAL = "FAILED_FINAL"
    NEEDS_REVIEW = "NEEDS_REVIEW"


OPEN_STATES = frozenset(
    {IntentState.ACCEPTED, IntentState.READY, IntentState.IN_FLIGHT, IntentState.EFFECTIVE, IntentState.NEEDS_REVIEW}
)
"""States in which an intent holds its nonce and its key's episode."""

WORKED_STATES = OPEN_STATES - {IntentState.NEEDS_REVIEW}
"""States that the loop moves by itself."""


class AttemptState(StrEnum):
    """Where one signature stands."""

    SIGNED = "SIGNED"
    PUBLISHED = "PUBLISHED"
    SEEN = "SEEN"
    CONFIRMED = "CONFIRMED"
    FINAL_OK = "FINAL_OK"
    FINAL_ERR = "FINAL_ERR"
    EXPIRED_PROVEN = "EXPIRED_PROVEN"


LIVE_ATTEMPTS = frozenset({AttemptState.SIGNED, AttemptState.PUBLISHED, AttemptState.SEEN, AttemptState.CONFIRMED})
"""A live attempt may still land and cost a fee."""


class Level(IntEnum):
    """Commitment of a fact, in order."""

    PROCESSED = 0
    CONFIRMED = 1
    FINALIZED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One row of relay.intent as the loop reads it."""

    id: UUID
    tenant: str
    idem_key: str
    fingerprint: bytes
    kind: str
    subject: str
    episode: str
    wallet: str | None
    nonce: int | None
    payload: bytes
    state: IntentState
    reason: str | None = None
    not_before_slot: int = 0
    lanes_max: int = 1
    fence: int = 0
    tries: int = 0
    signature: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One signature of an intent: everything needed to send the same bytes again and to prove their end."""

    id: UUID
    intent_id: UUID
    n: int
    lane: int
    signature: str
    message_hash: bytes
    wire: bytes
    version: str
    blockhash: str
    blockhash_slot: int
    lvbh: int
    payer: str
    fee_max: int
    cu_limit: int | None
    state: AttemptState = AttemptState.SIGNED
    sends: int = 0
    last_sent_height: int = 0
    landed_slot: int | None = None
    err: str | None = None
    err_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An intent under this worker's lease, with all its attempts in order."""

    intent: Intent
    attempts: tuple[Attempt, ...] = ()

    @property
    def live(self) -> tuple[Attempt, ...]:
        """The attempts that may still land."""
        return tuple(a for a in self.attempts if a.state in LIVE_ATTEMPTS)


class Crank(msgspec.Struct, frozen=True, gc=False):
    """Payload of a crank: the instructions with PAYER for the payer, and the accounts that tell whether it happened."""

    calls: tuple["Step", ...]
    effect: tuple[bytes, ...]
    facts: tuple[int, ...] = ()
    """Numbers that the kind's verdict compares with the accounts (its keeper says which)."""

    def instructions(self, payer: Pubkey) -> list[Instruction]:
        """The instructions with the real payer."""
        return [step.instruction(payer) for step in self.calls]


class Step(msgspec.Struct, frozen=True, gc=False):
    """One instruction in stored form; roles holds one byte an account: bit 0 signer, bit 1 writable."""

    program: bytes
    keys: tuple[bytes, ...]
    roles: bytes
    data: bytes

    @classmethod
    def of(cls, instruction: Instruction) -> "Step":
        """The stored form of an instruction built by idl."""
        metas = instruction.accounts
        return cls(
            program=bytes(instruction.program_id),
            keys=tuple(bytes(m.pubkey) for m in metas),
            roles=bytes(int(m.is_signer) | int(m.is_writable) << 1 for m in metas),
            data=bytes(instruction.data),
        )

    def instruction(self, payer: Pubkey) -> Instruction:
        """The instruction with PAYER replaced."""
        stand_in = bytes(PAYER)
        metas = [
            AccountMeta(payer if key == stand_in else Pubkey(key), bool(role & 1), bool(role & 2))
            for key, role in zip(self.keys, self.roles, strict=True)
        ]
        return Instruction(Pubkey(self.program), self.data, metas)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a status answer says of a signature that it knows; err is Solana's TransactionError as JSON text."""

    slot: int
    level: Level
    err: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heights:
    """A node's slot and block height at two commitments, in one answer."""

    slot: int
    height: int
    final_slot: int
    final_height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a kind reads from its effect's accounts: happened, or can never happen any more."""

    done: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """All that plan may know of one intent; statuses align with its attempts, None there means only "not seen"."""

    heights: Heights
    statuses: tuple[Seen | None, ...] = ()
    confirmed: Verdict | None = None
    final: Verdict | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Accounts at one slot, in the order asked; None where the account does not exist."""

    slot: int
    values: tuple[bytes | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """getEpochInfo at finalized: the height read that opens an expiry proof."""

    slot: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statuses:
    """getSignatureStatuses with history, and the slot at which the node answered."""

    slot: int
    values: tuple[Seen | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Blockhash:
    """A blockhash at confirmed, the slot that knew it, and the last height at which it is valid."""

    hash: str
    slot: int
    lvbh: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """A simulation's answer; payer_lamports is the watched payer's balance after it (None: not told)."""

    err: str | None
    units: int
    payer_lamports: int | None = None


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
    day: int = 0
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


class Journal(Protocol):
    """What the loop needs of the journal; every write checks the fence and raises Transient when PostgreSQL is away."""

    async def claim(self, *, slot: int, limit: int) -> tuple[Claim, ...]:
        """Lease up to limit intents that are due at this slot."""
        ...

    async def begin(self, starts: Sequence[Start]) -> Begun:
        """Commit attempts and reservations in one transaction, if the fence is still ours."""
        ...

    async def release(self, claims: Sequence[Claim], *, after_ms: int) -> None:
        """Give leases back with nothing written."""
        ...

    async def record(self, changes: Sequence[Change]) -> None:
        """Write what was seen and give the leases back; a lost fence writes nothing."""
        ...


class Witness(Protocol):
    """One endpoint's evidence for R4; every failure raises Transient and so proves nothing."""

    @property
    def name(self) -> str:
        """The endpoint, without its secrets."""
        ...

    async def epoch(self) -> Epoch:
        """Height and slot at finalized."""
        ...

    async def effect(self, addresses: Sequence[Pubkey], *, min_slot: int) -> Snapshot:
        """Accounts at finalized, not older than min_slot."""
        ...

    async def statuses(self, signatures: Sequence[str]) -> Statuses:
        """Statuses with history search."""
        ...

    async def floor(self) -> int:
        """The first slot whose block this node still has."""
        ...


class Chain(Protocol):
    """What the loop needs of the chain; every failure raises Transient, and only an answer is a fact."""

    @property
    def witnesses(self) -> tuple[Witness, ...]:
        """The endpoints, one by one."""
        ...

    async def look(self, signatures: Sequence[str]) -> tuple[Heights, tuple[Seen | None, ...]]:
        """Heights, then statuses, from one endpoint in one batch."""
        ...

    async def accounts(self, addresses: Sequence[Pubkey], *, level: Level, min_slot: int) -> Snapshot:
        """Accounts at a commitment, not older than min_slot."""
        ...

    async def simulate(self, wires: Sequence[bytes], *, payers: Sequence[str]) -> tuple[Simulated | None, ...]:
        """Simulate each wire with its payer watched, blockhash replaced, signatures unchecked; None: no answer."""
        ...

    async def fee_samples(self, addresses: Sequence[str]) -> tuple[int, ...]:
        """Recent priority fees, micro-lamports a compute unit, of blocks that wrote these accounts."""
        ...

    async def blockhash(self) -> Blockhash:
        """A blockhash at confirmed."""
        ...

    async def balances(self, addresses: Sequence[str]) -> tuple[int, ...]:
        """Lamports at confirmed."""
        ...

    async def publish(self, wires: Sequence[bytes]) -> None:
        """Send the bytes to every endpoint; what they answer is no fact and nothing is raised."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the mirror says to the loop: its sealed head, and the places of some blockhashes (None: not sealed)."""

    sealed_slot: int
    sealed_height: int
    day: int
    places: tuple[tuple[int, int] | None, ...]
    """Slot and height of each blockhash asked for."""


class Mirror(Protocol):
    """What the loop needs of the mirror."""

    async def standing(self, blockhashes: Sequence[str]) -> Standing | None:
        """The head and the places of these blockhashes; None while there is no mirror."""
        ...


class Signer(Protocol):
    """A fee payer's key behind its keeper."""

    @property
    def address(self) -> Pubkey:
        """The payer's address."""
        ...

    async def sign(self, message: bytes) -> bytes:
        """64 bytes over exactly these message bytes; SignerAway when the keeper fails."""
        ...


class Kind(Protocol):
    """What the loop must know of a kind of intent."""

    @property
    def name(self) -> str:
        """The kind's name in relay.intent."""
        ...

    @property
    def resigned(self) -> bool:
        """Whether a new signature may follow a proven expiry (never a wallet's transaction)."""
        ...

    @property
    def by_signature(self) -> bool:
        """Whether `done` means this intent's own signature rather than account state."""
        ...

    def effect(self, intent: Intent) -> tuple[Pubkey, ...]:
        """The accounts that decide done and closed."""
        ...

    def verdict(self, intent: Intent, values: Sequence[bytes | None]) -> Verdict:
        """Done and closed, from those accounts; must be stable: once true, true for ever."""
        ...

    @property
    def batch(self) -> bool:
        """Whether landing with members left over still settles it."""
        ...

    def remainder(self, intent: Intent, values: Sequence[bytes | None]) -> tuple[str, ...]:
        """Members that a landed batch had to skip (positions that nobody can pay today)."""
        ...


RetryClass = Literal["retry_later", "look", "never"]
