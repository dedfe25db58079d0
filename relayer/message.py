"""One normal form of a transaction for legacy, v0 and v1; pure bytes in, values out.

The policy reads only this form, so a fee hidden in a v1 message's config and one set by a ComputeBudget instruction
are the same two numbers. Called by policy, submit and work.
"""

from dataclasses import dataclass
from hashlib import sha256

from solders.message import Message, MessageV0, MessageV1, to_bytes_versioned
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

COMPUTE_BUDGET = Pubkey.from_string("ComputeBudget111111111111111111111111111111")
SYSTEM = Pubkey.default()
LAMPORTS_PER_SIGNATURE = 5_000
UNITS_PER_CALL_DEFAULT = 200_000
UNITS_MAX = 1_400_000
MICRO = 1_000_000
WIRE_MAX_BYTES = 4_096
LEGACY_MAX_BYTES = 1_232

_UNIT_LIMIT, _UNIT_PRICE, _LOADED_LIMIT, _HEAP = 2, 3, 4, 1
_ADVANCE_NONCE = (4).to_bytes(4, "little")


class Malformed(ValueError):
    """These bytes are no transaction that a validator would accept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One top-level instruction with its accounts resolved."""

    program: Pubkey
    accounts: tuple[Pubkey, ...]
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Normal:
    """A transaction in normal form; calls leaves out ComputeBudget instructions, whose content is in the numbers."""

    version: str
    signed: bytes
    signatures: tuple[Signature, ...]
    keys: tuple[Pubkey, ...]
    signers: tuple[Pubkey, ...]
    writable: frozenset[Pubkey]
    blockhash: str
    calls: tuple[Call, ...]
    compute_limit: int
    priority_lamports: int
    loaded_limit: int | None
    heap: int | None
    lookups: int
    durable_nonce: bool
    budget_calls: int
    programs: tuple[Pubkey, ...]

    def program_at(self, index: int) -> Pubkey | None:
        """The program of the index-th top-level instruction, ComputeBudget ones counted, as the chain counts them."""
        return self.programs[index] if 0 <= index < len(self.programs) else None

    @property
    def fingerprint(self) -> bytes:
        """sha256 of the message bytes: what R1 compares."""
        return sha256(self.signed).digest()

    @property
    def fee_payer(self) -> Pubkey:
        """Account 0."""
        return self.keys[0]

    @property
    def fee_lamports(self) -> int:
        """The worst fee this message can cost: signatures and the whole priority fee."""
        return LAMPORTS_PER_SIGNATURE * len(self.signers) + self.priority_lamports

    def signed_by(self, signer: Pubkey) -> bool:
        """Whether this signer's slot holds a valid signature over the message."""
        slot = self.signers.index(signer) if signer in self.signers else None
        return slot is not None and self.signatures[slot].verify(signer, self.signed)


def parse(wire: bytes) -> Normal:
    """The normal form of serialized bytes; Malformed if they are not exactly one well-formed transaction."""
    if not 0 < len(wire) <= WIRE_MAX_BYTES:
        raise Malformed(f"a transaction has 1 to {WIRE_MAX_BYTES} bytes, this one {len(wire)}")
    try:
        transaction = VersionedTransaction.from_bytes(wire)
        transaction.sanitize()
    except Exception as error:
        raise Malformed(f"not a transaction: {error}") from error
    if bytes(transaction) != wire:
        raise Malformed("the bytes hold more than one transaction, or not its canonical form")
    if not transaction.message.account_keys or len(transaction.signatures) != len(_signers(transaction.message)):
        raise Malformed("signatures and required signers differ in number")
    if not isinstance(transaction.message, MessageV1) and len(wire) > LEGACY_MAX_BYTES:
        raise Malformed(f"legacy and v0 transactions have at most {LEGACY_MAX_BYTES} bytes")
    return _normal(transaction)


def cosign(wire: bytes, signer: Pubkey, signature: bytes) -> bytes:
    """The same transaction with one signature slot filled."""
    transaction = VersionedTransaction.from_bytes(wire)
    signatures = list(transaction.signatures)
    signatures[_signers(transaction.message).index(signer)] = Signature(signature)
    return bytes(VersionedTransaction.populate(transaction.message, signatures))


def first_signature(wire: bytes) -> str:
    """The transaction's id: the signature of account 0."""
    return str(VersionedTransaction.from_bytes(wire).signatures[0])


def _signers(message: Message | MessageV0 | MessageV1) -> list[Pubkey]:
    return list(message.account_keys)[: message.header.num_required_signatures]


def _writable(message: Message | MessageV0 | MessageV1) -> list[Pubkey]:
    """Accounts that the header asks to write: each group lists its read-only ones last."""
    keys, header = list(message.account_keys), message.header
    signed = header.num_required_signatures
    return (
        keys[: signed - header.num_readonly_signed_accounts]
        + keys[signed : len(keys) - header.num_readonly_unsigned_accounts]
    )


def _normal(transaction: VersionedTransaction) -> Normal:
    message = transaction.message
    keys = tuple(message.account_keys)
    calls = _calls(message, keys)
    budget = [c for c in calls if c.program == COMPUTE_BUDGET]
    ours = tuple(c for c in calls if c.program != COMPUTE_BUDGET)
    limit, priority, loaded, heap = _config(message) if isinstance(message, MessageV1) else _budget(budget, len(ours))
    return Normal(
        version={MessageV0: "0", MessageV1: "1"}.get(type(message), "legacy"),
        signed=bytes(to_bytes_versioned(message)),
        signatures=tuple(transaction.signatures),
        keys=keys,
        signers=tuple(_signers(message)),
        writable=frozenset(_writable(message)),
        blockhash=str(message.recent_blockhash),
        calls=ours,
        compute_limit=limit,
        priority_lamports=priority,
        loaded_limit=loaded,
        heap=heap,
        lookups=len(message.address_table_lookups) if isinstance(message, MessageV0) else 0,
        durable_nonce=bool(calls) and calls[0].program == SYSTEM and calls[0].data[:4] == _ADVANCE_NONCE,
        budget_calls=len(budget),
        programs=tuple(c.program for c in calls),
    )


def _calls(message: Message | MessageV0 | MessageV1, keys: tuple[Pubkey, ...]) -> tuple[Call, ...]:
    missing = Pubkey.default()  # an index into a lookup table: such messages are refused, never resolved
    return tuple(
        Call(
            program=keys[ix.program_id_index] if ix.program_id_index < len(keys) else missing,
            accounts=tuple(keys[i] if i < len(keys) else missing for i in bytes(ix.accounts)),
            data=bytes(ix.data),
        )
        for ix in message.instructions
    )


def _config(message: MessageV1) -> tuple[int, int, int | None, int | None]:
    config = message.config
    return (
        config.compute_unit_limit or 0,
        config.priority_fee or 0,
        config.loaded_accounts_data_size_limit or 0,
        config.heap_size,
    )


def _budget(calls: list[Call], others: int) -> tuple[int, int, int | None, int | None]:
    """Limit, priority lamports, loaded bytes and heap of a legacy or v0 message; Malformed on repeats or bad data."""
    values: dict[int, int] = {}
    for call in calls:
        kind = call.data[0] if call.data else 0
        size = 9 if kind == _UNIT_PRICE else 5
        if kind not in (_HEAP, _UNIT_LIMIT, _UNIT_PRICE, _LOADED_LIMIT) or len(call.data) != size or kind in values:
            raise Malformed("an unknown, repeated or ill-formed compute budget instruction")
        values[kind] = int.from_bytes(call.data[1:], "little")
    limit = min(values.get(_UNIT_LIMIT, UNITS_PER_CALL_DEFAULT * others), UNITS_MAX)
    priority = -(-values.get(_UNIT_PRICE, 0) * limit // MICRO)
    return limit, priority, values.get(_LOADED_LIMIT), values.get(_HEAP)
