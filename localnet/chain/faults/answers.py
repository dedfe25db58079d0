"""What a lying or forgetful endpoint makes of a true answer. Pure: answers in, other answers or refusals out."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import msgspec
from solders.hash import Hash

from localnet.chain.errors import RpcError

AHEAD_SLOTS = 1000
# which lies can be told in an answer of which method
ABOUTS: dict[str, frozenset[str]] = {
    "getBlock": frozenset({"skipped", "blockhash", "transactions", "inner"}),
    "getBlocks": frozenset({"gap"}),
    "getBlocksWithLimit": frozenset({"gap"}),
    "getSlot": frozenset({"tip"}),
    "getBlockHeight": frozenset({"tip"}),
    "getSignatureStatuses": frozenset({"statuses"}),
    "getTransaction": frozenset({"statuses"}),
    "getGenesisHash": frozenset({"genesis"}),
}


def lied(about: str, params: list[Any], answer: Any) -> Any:
    """A false answer; the true one is not changed.

    skipped: the slot has no block (-32009); gap: one slot of the list is left out; tip: far ahead; blockhash, genesis:
    another hash; transactions: the last one is missing; inner: no inner instructions were recorded; statuses: unknown.
    """
    value: Any = msgspec.json.decode(answer) if isinstance(answer, msgspec.Raw) else answer
    match about:
        case "skipped":
            raise RpcError(-32009, f"Slot {params[0]} was skipped, or missing in long-term storage")
        case "gap":
            return value[: len(value) // 2] + value[len(value) // 2 + 1 :]
        case "tip":
            return value + AHEAD_SLOTS
        case "genesis":
            return _other_hash(value)
        case "blockhash":
            return value | {"blockhash": _other_hash(value["blockhash"])}
        case "transactions":
            return value | {name: value[name][:-1] for name in ("transactions", "signatures") if name in value}
        case "inner":
            return value | {"transactions": [_without_inner(one) for one in value.get("transactions", [])]}
    return None if value is None or "value" not in value else value | {"value": [None] * len(value["value"])}


def asked(method: str, params: list[Any], first_slot: int) -> list[Any]:
    """What is really asked where nothing before `first_slot` is known; -32001 for an older block, skipped or not."""
    if type(params[0] if params else None) is not int or not 0 <= params[0] < first_slot:
        return params
    match method:
        case "getBlocks" | "getBlocksWithLimit":
            return [first_slot, *params[1:]]
        case "getBlock" | "getBlockTime":
            sentence = f"Block {params[0]} cleaned up, does not exist on node. First available block: {first_slot}"
            raise RpcError(-32001, sentence)
    return params


def forgotten(method: str, answer: Any, first_slot: int) -> Any:
    """The answer of an endpoint that knows nothing before `first_slot`."""
    value: Any = msgspec.json.decode(answer) if isinstance(answer, msgspec.Raw) else answer
    match method:
        case "getFirstAvailableBlock" | "minimumLedgerSlot":
            return max(value, first_slot)
        case "getTransaction":
            return None if value and value["slot"] < first_slot else value
        case "getSignaturesForAddress":
            return [one for one in value if one["slot"] >= first_slot]
        case "getSignatureStatuses":
            kept = [None if one is None or one["slot"] < first_slot else one for one in value["value"]]
            return value | {"value": kept}
    return value


def _without_inner(transaction: dict[str, Any]) -> dict[str, Any]:
    return transaction | {"meta": transaction["meta"] | {"innerInstructions": None}}


def _other_hash(value: str) -> str:
    return str(Hash(sha256(b"sealbook lie " + value.encode()).digest()))
