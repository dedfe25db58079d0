"""Intents, attempts and the stored form of a crank; no I/O, no clock."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal
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


RetryClass = Literal["retry_later", "look", "never"]
