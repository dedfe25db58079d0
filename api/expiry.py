"""Whether a signed transaction can still land: pure; what the wallet bound it to against where the chain is."""

from __future__ import annotations

from dataclasses import dataclass

from solders.transaction import VersionedTransaction

from idl.codec import decode_instruction
from idl.errors import DecodeError
from idl.program import MARKET_ID

from .build import BLOCKHASH_BLOCKS
from .errors import TransactionExpired


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What a transaction is bound to: a blockhash, and the last slot of its instruction if that has one."""

    blockhash: str
    valid_until: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """Where the chain is; blockhash_height is None for a block that the mirror does not know."""

    slot: int
    height: int
    blockhash_height: int | None


def life(wire: bytes) -> Bound:
    """The bounds of a transaction that the policy has already read."""
    message = VersionedTransaction.from_bytes(wire).message
    found = None
    for instruction in message.instructions:
        if message.account_keys[instruction.program_id_index] == MARKET_ID:
            try:
                found = getattr(decode_instruction(MARKET_ID, bytes(instruction.data)), "valid_until", None)
            except DecodeError:
                # The policy decides about instructions that we cannot read.
                continue
    return Bound(blockhash=str(message.recent_blockhash), valid_until=found)


def check(bound: Bound, now: Life) -> None:
    """Raise TransactionExpired if a bound has passed; a blockhash unknown to the mirror may be newer than it."""
    if bound.valid_until is not None and bound.valid_until < now.slot:
        raise TransactionExpired(
            f"It was valid until slot {bound.valid_until}, the chain is at {now.slot}.", field="transaction"
        )
    if now.blockhash_height is not None and now.height > now.blockhash_height + BLOCKHASH_BLOCKS:
        raise TransactionExpired("Its blockhash is too old; build and sign it again.", field="transaction")
