"""What our programs told in a transaction: events are self-calls, found among the inner instructions, never in logs."""

from __future__ import annotations

import base58
from solders.transaction import VersionedTransaction
from solders.transaction_status import EncodedConfirmedTransactionWithStatusMeta, UiCompiledInstruction

from idl.codec import decode_event
from idl.events import Event
from idl.program import EVENT_IX_TAG, PROGRAM_IDS


def events(found: EncodedConfirmedTransactionWithStatusMeta) -> list[Event]:
    """All events of a transaction asked for with encoding base64, in their order; it names no lookup tables."""
    sent, meta = found.transaction.transaction, found.transaction.meta
    assert isinstance(sent, VersionedTransaction)
    assert meta is not None
    keys = sent.message.account_keys
    told = []
    for group in meta.inner_instructions or []:
        for call in group.instructions:
            assert isinstance(call, UiCompiledInstruction)
            program, data = keys[call.program_id_index], base58.b58decode(call.data)
            if program in PROGRAM_IDS and data.startswith(EVENT_IX_TAG):
                told.append(decode_event(program, data[len(EVENT_IX_TAG) :]))
    return told
