"""The body of a Helius raw webhook: a transaction as the chain has it, in a list of one. Pure.

The keys are those of a real body (devnet, 2024): no block hash, no status, no units, no stack heights."""

from __future__ import annotations

from typing import Any

import msgspec

from localnet.chain.model import Block, Landed
from localnet.chain.rpc.render import encoded, inner_json, loaded_json, token_json, version_json


def raw_body(block: Block, landed: Landed) -> bytes:
    """The JSON of one transaction."""
    outcome = landed.outcome
    meta = {
        "err": outcome.error,
        "fee": outcome.fee,
        "innerInstructions": [
            one | {"instructions": [_flat(call) for call in one["instructions"]]}
            for one in inner_json(outcome, parsed=False) or []
        ],
        "loadedAddresses": loaded_json(outcome),
        "logMessages": list(outcome.logs or ()),
        "postBalances": list(outcome.post_balances),
        "postTokenBalances": [token_json(one) for one in outcome.post_tokens],
        "preBalances": list(outcome.pre_balances),
        "preTokenBalances": [token_json(one) for one in outcome.pre_tokens],
        "rewards": [],
    }
    body = {
        "blockTime": block.block_time,
        "indexWithinBlock": landed.index,
        "meta": meta,
        "slot": block.slot,
        "transaction": _transaction(landed),
        "version": version_json(landed.wire),
    }
    return msgspec.json.encode([body])


def _transaction(landed: Landed) -> dict[str, Any]:
    value = encoded(landed.wire, landed.outcome, "json")
    message = value["message"]
    flat = {
        "addressTableLookups": message.get("addressTableLookups"),
        "instructions": [_flat(one) for one in message["instructions"]],
    }
    return value | {"message": message | flat}


def _flat(call: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in call.items() if name != "stackHeight"}
