"""What lies in a built transaction: read back from its bytes, as a wallet would before it signs."""

from __future__ import annotations

import base64
import hashlib

from solders.pubkey import Pubkey
from solders.transaction import Transaction

from idl.codec import decode_instruction
from idl.program import MARKET_ID


def unsigned(built: dict) -> Transaction:
    """The built transaction; it has no signatures yet and its hash is the message's."""
    transaction = Transaction.from_bytes(base64.b64decode(built["transaction"]))
    assert all(signature == type(signature).default() for signature in transaction.signatures)
    assert hashlib.sha256(bytes(transaction.message)).hexdigest() == built["message_hash"]
    assert str(transaction.message.recent_blockhash) == built["blockhash"]
    return transaction


def calls(transaction: Transaction) -> list[tuple[Pubkey, bytes]]:
    """(program, data) of each instruction."""
    message = transaction.message
    return [(message.account_keys[ix.program_id_index], bytes(ix.data)) for ix in message.instructions]


def arguments(transaction: Transaction) -> object:
    """The arguments of the one market instruction."""
    [data] = [data for program, data in calls(transaction) if program == MARKET_ID]
    return decode_instruction(MARKET_ID, data)
