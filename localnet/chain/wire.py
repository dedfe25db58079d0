"""A transaction as it came over the wire: parsed once, every part that is read often kept. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from solders.message import Message, MessageV0, to_bytes_versioned
from solders.pubkey import Pubkey
from solders.solders import CompiledInstruction, MessageAddressTableLookup, MessageV1, TransactionConfig
from solders.transaction import SanitizeError, VersionedTransaction

PACKET_BYTES_MAX = 1232
V1_BYTES_MAX = 4096
V1_MARK = 0x81
BASE58_CHARS_MAX = 1683
BASE64_CHARS_MAX = 1644
V1_BASE64_CHARS_MAX = 5464
V1_BASE58_CHARS_MAX = 5600
COMPUTE_BUDGET = Pubkey.from_string("ComputeBudget111111111111111111111111111111")
SYSTEM = Pubkey.default()
VOTE = Pubkey.from_string("Vote111111111111111111111111111111111111111")
BUILTINS = frozenset(
    {
        SYSTEM,
        COMPUTE_BUDGET,
        VOTE,
        Pubkey.from_string("BPFLoaderUpgradeab1e11111111111111111111111"),
        Pubkey.from_string("BPFLoader1111111111111111111111111111111111"),
        Pubkey.from_string("BPFLoader2111111111111111111111111111111111"),
    }
)
UNITS_PER_INSTRUCTION = 200_000
UNITS_PER_BUILTIN = 3_000
UNITS_MAX = 1_400_000
LOADED_BYTES_MAX = 64 * 1024 * 1024
HEAP_BYTES = 32 * 1024
MICRO = 1_000_000
U64_MAX = 2**64 - 1
# How long a compute budget instruction of each kind is at least; there are no others.
_BUDGET_BYTES = {b"\x01": 5, b"\x02": 5, b"\x03": 9, b"\x04": 5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a transaction asked of the runtime: compute units, loaded bytes, and lamports above the signature fee."""

    units: int
    loaded_bytes: int
    heap_bytes: int
    priority_lamports: int
    unit_price_micro: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """One signed transaction. `version` None is legacy; `identity` is the message the signatures cover."""

    raw: bytes
    signed: VersionedTransaction
    message: Message | MessageV0 | MessageV1
    version: int | None
    signatures: tuple[str, ...]
    identity: bytes
    blockhash: str
    keys: tuple[Pubkey, ...]
    required: int
    readonly_signed: int
    readonly_unsigned: int
    instructions: tuple[CompiledInstruction, ...]
    lookups: tuple[MessageAddressTableLookup, ...]
    config: TransactionConfig | None
    budget: Budget

    @property
    def signature(self) -> str:
        """The first signature: the transaction's name."""
        return self.signatures[0]

    def is_writable(self, index: int) -> bool:
        """Whether static key `index` may be written, by the header alone."""
        if index < self.required:
            return index < self.required - self.readonly_signed
        return index < len(self.keys) - self.readonly_unsigned


class Unsanitary(ValueError):
    """Transaction failed to sanitize accounts offsets correctly"""


def parse(raw: bytes) -> Wire:
    """The parsed transaction; ValueError when the bytes are not one, Unsanitary when indexes or budget are wrong."""
    signed = VersionedTransaction.from_bytes(raw)
    try:
        signed.sanitize()
    except (SanitizeError, ValueError) as error:
        raise Unsanitary(Unsanitary.__doc__) from error
    return from_signed(signed, raw)


def from_signed(signed: VersionedTransaction, raw: bytes | None = None) -> Wire:
    """The parsed form of a transaction object."""
    message = signed.message
    version = signed.version()
    header = message.header
    keys = tuple(message.account_keys)
    instructions = tuple(message.instructions)
    config = message.config if isinstance(message, MessageV1) else None
    return Wire(
        raw=bytes(signed) if raw is None else raw,
        signed=signed,
        message=message,
        version=version if isinstance(version, int) else None,
        signatures=tuple(str(one) for one in signed.signatures),
        identity=bytes(to_bytes_versioned(message)),
        blockhash=str(message.recent_blockhash),
        keys=keys,
        required=header.num_required_signatures,
        readonly_signed=header.num_readonly_signed_accounts,
        readonly_unsigned=header.num_readonly_unsigned_accounts,
        instructions=instructions,
        lookups=tuple(message.address_table_lookups) if isinstance(message, MessageV0) else (),
        config=config,
        budget=_config_budget(config) if config is not None else _instruction_budget(keys, instructions),
    )


def _config_budget(config: TransactionConfig) -> Budget:
    """Version 1 keeps its budget in the message; what is absent is 0."""
    units = min(config.compute_unit_limit or 0, UNITS_MAX)
    priority = config.priority_fee or 0
    return Budget(
        units=units,
        loaded_bytes=min(config.loaded_accounts_data_size_limit or 0, LOADED_BYTES_MAX),
        heap_bytes=config.heap_size or HEAP_BYTES,
        priority_lamports=priority,
        unit_price_micro=priority * MICRO // units if units else 0,
    )


def _instruction_budget(keys: tuple[Pubkey, ...], instructions: tuple[CompiledInstruction, ...]) -> Budget:
    """Legacy and version 0 ask by compute budget instructions; the default is 200,000 units an instruction."""
    units: int | None = None
    loaded, heap, price, default = LOADED_BYTES_MAX, HEAP_BYTES, 0, 0
    seen: set[bytes] = set()
    for index, instruction in enumerate(instructions):
        program = keys[instruction.program_id_index]
        default += UNITS_PER_BUILTIN if program in BUILTINS else UNITS_PER_INSTRUCTION
        if program != COMPUTE_BUDGET:
            continue
        data = bytes(instruction.data)
        if len(data) < _BUDGET_BYTES.get(data[:1], U64_MAX):
            raise Unsanitary(f"Error processing Instruction {index}: invalid instruction data")
        if data[:1] in seen:
            raise Unsanitary(f"Transaction contains a duplicate instruction ({index}) that is not allowed")
        seen.add(data[:1])
        match data[:1]:
            case b"\x01":
                heap = int.from_bytes(data[1:5], "little")
            case b"\x02":
                units = int.from_bytes(data[1:5], "little")
            case b"\x03":
                price = int.from_bytes(data[1:9], "little")
            case b"\x04":
                loaded = int.from_bytes(data[1:5], "little")
    units = min(default if units is None else units, UNITS_MAX)
    priority = -(-units * price // MICRO)
    return Budget(
        units=units,
        loaded_bytes=min(loaded, LOADED_BYTES_MAX),
        heap_bytes=heap,
        priority_lamports=priority,
        unit_price_micro=price,
    )
