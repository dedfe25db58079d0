"""What the chain and the mirror said, as values; no I/O, no clock."""

from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """Commitment of a fact, in order."""

    PROCESSED = 0
    CONFIRMED = 1
    FINALIZED = 2


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
    """A simulation's answer; loss is what the fee payer has less after it, in lamports (None: not told).

    Both balances are of the simulation's own bank: a balance asked before it belongs to another block, in which
    another transaction of the same payer may not have landed yet.
    """

    err: str | None
    units: int
    loss: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the mirror says to the loop: its sealed head, and the places of some blockhashes (None: not sealed)."""

    sealed_slot: int
    sealed_height: int
    day: int
    places: tuple[tuple[int, int] | None, ...]
    """Slot and height of each blockhash asked for."""
