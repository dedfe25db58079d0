"""The ports of the shell: what the loop needs of a journal, a chain, a mirror, a signer and a kind; no I/O here."""

from collections.abc import Sequence
from typing import Protocol

from solders.pubkey import Pubkey

from relayer.model.facts import (
    Blockhash,
    Epoch,
    Heights,
    Level,
    Seen,
    Simulated,
    Snapshot,
    Standing,
    Statuses,
    Verdict,
)
from relayer.model.nouns import Claim, Intent
from relayer.model.writes import Begun, Change, Start


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

    async def simulate(self, wires: Sequence[bytes]) -> tuple[Simulated | None, ...]:
        """Simulate each wire, blockhash replaced, signatures unchecked; None: no answer."""
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
