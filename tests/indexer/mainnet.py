"""The real mainnet block of the shared data as a getBlock answer in the encoding that the indexer asks for."""

import base64
import gzip
from pathlib import Path
from typing import Any

import msgspec
import pytest
from solders.message import Message, MessageV0
from solders.transaction import VersionedTransaction

PATH = Path(__file__).resolve().parents[3] / "shared" / "data" / "mainnet-block-254170887.json.gz"
SLOT = 254170887


def answer() -> bytes:
    """The block with its base64 transactions rewritten as encoding json. Skips where the file is not there."""
    if not PATH.exists():
        pytest.skip(f"no real block: {PATH.name} is not in ../shared/data")
    block = msgspec.json.decode(gzip.decompress(PATH.read_bytes()))
    block = block.get("result", block)
    block["transactions"] = [_as_json(one) for one in block["transactions"]]
    return msgspec.json.encode(block)


def _as_json(one: dict[str, Any]) -> dict[str, Any]:
    """One transaction with its message spelled out."""
    raw = VersionedTransaction.from_bytes(base64.b64decode(one["transaction"][0]))
    message = raw.message
    shown = {
        "accountKeys": [str(key) for key in message.account_keys],
        "header": {
            "numRequiredSignatures": message.header.num_required_signatures,
            "numReadonlySignedAccounts": message.header.num_readonly_signed_accounts,
            "numReadonlyUnsignedAccounts": message.header.num_readonly_unsigned_accounts,
        },
        "instructions": [
            {"programIdIndex": i.program_id_index, "accounts": list(i.accounts), "data": _base58(bytes(i.data))}
            for i in message.instructions
        ],
        "recentBlockhash": str(message.recent_blockhash),
    }
    version = "legacy" if isinstance(message, Message) else 0
    assert isinstance(message, Message | MessageV0)
    return {
        "transaction": {"message": shown, "signatures": [str(signature) for signature in raw.signatures]},
        "meta": one["meta"],
        "version": version,
    }


def _base58(data: bytes) -> str:
    import based58

    return based58.b58encode(data).decode()
