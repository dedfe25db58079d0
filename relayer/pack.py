"""Instructions to an unsigned message: legacy where it fits, else v1; pure. Called by work.

A v1 message states its limits in its config, where an absent one means 0, and its priority fee in whole lamports.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from solders.hash import Hash
from solders.instruction import Instruction
from solders.message import Message, MessageV1, TransactionConfig, to_bytes_versioned
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from relayer.message import COMPUTE_BUDGET, LEGACY_MAX_BYTES, MICRO, WIRE_MAX_BYTES

ACCOUNTS_MAX = 64
LOADED_BYTES_MAX = 16 * 1024 * 1024


class TooLarge(ValueError):
    """These instructions fit no transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """An unsigned transaction: the bytes to sign, and the wire with empty signatures."""

    signed: bytes
    wire: bytes
    version: str
    signatures: int


def pack(calls: Sequence[Instruction], *, payer: Pubkey, blockhash: str, limit: int, price: int) -> Packed:
    """One message for these instructions; price is micro-lamports a unit. TooLarge if neither form holds them."""
    recent = Hash.from_string(blockhash)
    legacy = Message.new_with_blockhash([*_budget(limit, price), *calls], payer, recent)
    packed = _packed(legacy, "legacy")
    if len(packed.wire) <= LEGACY_MAX_BYTES and len(legacy.account_keys) <= ACCOUNTS_MAX:
        return packed
    config = TransactionConfig(
        compute_unit_limit=limit,
        priority_fee=-(-price * limit // MICRO),
        loaded_accounts_data_size_limit=LOADED_BYTES_MAX,
    )
    modern = MessageV1.try_compile(payer, list(calls), recent, config)
    packed = _packed(modern, "1")
    if len(packed.wire) > WIRE_MAX_BYTES or len(modern.account_keys) > ACCOUNTS_MAX:
        raise TooLarge(f"{len(packed.wire)} bytes and {len(modern.account_keys)} accounts fit no transaction")
    return packed


def _budget(limit: int, price: int) -> list[Instruction]:
    calls = [Instruction(COMPUTE_BUDGET, b"\x02" + limit.to_bytes(4, "little"), [])]
    if price:
        calls.append(Instruction(COMPUTE_BUDGET, b"\x03" + price.to_bytes(8, "little"), []))
    return calls


def _packed(message: Message | MessageV1, version: str) -> Packed:
    count = message.header.num_required_signatures
    unsigned = VersionedTransaction.populate(message, [Signature.default()] * count)
    return Packed(signed=bytes(to_bytes_versioned(message)), wire=bytes(unsigned), version=version, signatures=count)
