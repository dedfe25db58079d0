"""Transactions and blocks as JSON, in every encoding and detail Solana's API has. Pure."""

from __future__ import annotations

import base64
from typing import Any

import based58

from localnet.chain import tokens
from localnet.chain.errors import UnsupportedVersion
from localnet.chain.model import Block, InnerCall, Landed, Outcome, TokenBalance
from localnet.chain.rpc.parsed.instruction import instruction_json
from localnet.chain.rpc.parsed.keys import parsed_keys
from localnet.chain.wire import Wire


def require_version(wire: Wire, version_max: int | None) -> None:
    """UnsupportedVersion when the caller did not say that it can read this version."""
    if wire.version is not None and (version_max is None or wire.version > version_max):
        raise UnsupportedVersion(wire.version)


def block_json(block: Block, identity: str, encoding: str, details: str, rewards: bool, version_max: int | None) -> Any:
    """A getBlock answer."""
    out: dict[str, Any] = {
        "blockHeight": block.height,
        "blockTime": block.block_time,
        "blockhash": block.blockhash,
        "parentSlot": block.parent_slot,
        "previousBlockhash": block.parent_hash,
    }
    if rewards:
        out["rewards"] = _rewards(block, identity)
    if details in ("full", "accounts"):
        for landed in block.transactions:
            require_version(landed.wire, version_max)
        render = transaction_json if details == "full" else _accounts_only
        out["transactions"] = [render(landed, encoding, version_max, rewards=rewards) for landed in block.transactions]
    elif details == "signatures":
        out["signatures"] = [landed.wire.signature for landed in block.transactions]
    return out


def transaction_json(landed: Landed, encoding: str, version_max: int | None, *, rewards: bool = True) -> dict[str, Any]:
    """A transaction with its meta; `version` only where the caller named one it can read."""
    out: dict[str, Any] = {
        "meta": meta_json(landed.outcome, encoding) | {"rewards": [] if rewards else None},
        "transaction": encoded(landed.wire, landed.outcome, encoding),
    }
    if version_max is not None:
        out["version"] = version_json(landed.wire)
    return out


def version_json(wire: Wire) -> int | str:
    """`legacy` or the number."""
    return "legacy" if wire.version is None else wire.version


def encoded(wire: Wire, outcome: Outcome, encoding: str) -> Any:
    """The signed transaction in one of the encodings."""
    match encoding:
        case "base64":
            return [base64.b64encode(wire.raw).decode(), "base64"]
        case "base58":
            return [based58.b58encode(wire.raw).decode(), "base58"]
        case "binary":
            return based58.b58encode(wire.raw).decode()
        case "jsonParsed":
            return {"message": _parsed_message(wire, outcome), "signatures": list(wire.signatures)}
    return {"message": _message(wire), "signatures": list(wire.signatures)}


def meta_json(outcome: Outcome, encoding: str) -> dict[str, Any]:
    """What executing did, as getTransaction and getBlock say it."""
    meta: dict[str, Any] = {
        "computeUnitsConsumed": outcome.units,
        "costUnits": outcome.cost_units,
        "err": outcome.error,
        "fee": outcome.fee,
        "innerInstructions": inner_json(outcome, parsed=encoding == "jsonParsed"),
    }
    if encoding != "jsonParsed":
        meta["loadedAddresses"] = loaded_json(outcome)
    meta |= {
        "logMessages": None if outcome.logs is None else list(outcome.logs),
        "postBalances": list(outcome.post_balances),
        "postTokenBalances": [token_json(one) for one in outcome.post_tokens],
        "preBalances": list(outcome.pre_balances),
        "preTokenBalances": [token_json(one) for one in outcome.pre_tokens],
    }
    if outcome.return_data is not None:
        meta["returnData"] = returned_json(outcome)
    meta["status"] = status_json(outcome.error)
    return meta


def status_json(error: Any) -> dict[str, Any]:
    """Rust's Result as JSON."""
    return {"Ok": None} if error is None else {"Err": error}


def returned_json(outcome: Outcome) -> dict[str, Any] | None:
    """Return data as JSON."""
    if outcome.return_data is None:
        return None
    program, data = outcome.return_data
    return {"data": [base64.b64encode(data).decode(), "base64"], "programId": str(program)}


def loaded_json(outcome: Outcome) -> dict[str, list[str]]:
    """The keys that came from lookup tables."""
    loaded = len(outcome.pre_balances) - outcome.static_keys
    if not loaded:
        return {"readonly": [], "writable": []}
    start, middle = outcome.static_keys, outcome.static_keys + outcome.loaded_writable
    return {
        "readonly": [str(key) for key in outcome.keys[middle:]],
        "writable": [str(key) for key in outcome.keys[start:middle]],
    }


def token_json(one: TokenBalance) -> dict[str, Any]:
    """A token balance; uiAmount is null for 0, as Agave stores it."""
    return {
        "accountIndex": one.account_index,
        "mint": str(one.mint),
        "owner": str(one.owner),
        "programId": str(one.program),
        "uiTokenAmount": {
            "amount": str(one.amount),
            "decimals": one.decimals,
            "uiAmount": one.amount / 10**one.decimals if one.amount else None,
            "uiAmountString": tokens.ui_string(one.amount, one.decimals),
        },
    }


def inner_json(outcome: Outcome, *, parsed: bool) -> list[dict[str, Any]] | None:
    """The calls between programs, by top-level instruction; only instructions that made some."""
    if outcome.inner is None:
        return None
    render = _parsed_call if parsed else _call
    return [
        {"index": index, "instructions": [render(one, outcome) for one in calls]}
        for index, calls in enumerate(outcome.inner)
        if calls
    ]


def _call(one: InnerCall, outcome: Outcome) -> dict[str, Any]:
    return {
        "accounts": list(one.accounts),
        "data": based58.b58encode(one.data).decode(),
        "programIdIndex": one.program_index,
        "stackHeight": one.stack_height,
    }


def _parsed_call(one: InnerCall, outcome: Outcome) -> dict[str, Any]:
    return instruction_json(outcome.keys, one.program_index, one.accounts, one.data, one.stack_height)


def _message(wire: Wire) -> dict[str, Any]:
    message: dict[str, Any] = {
        "accountKeys": [str(key) for key in wire.keys],
        "header": {
            "numReadonlySignedAccounts": wire.readonly_signed,
            "numReadonlyUnsignedAccounts": wire.readonly_unsigned,
            "numRequiredSignatures": wire.required,
        },
        "instructions": [
            {
                "accounts": list(one.accounts),
                "data": based58.b58encode(bytes(one.data)).decode(),
                "programIdIndex": one.program_id_index,
                "stackHeight": 1,
            }
            for one in wire.instructions
        ],
        "recentBlockhash": wire.blockhash,
    }
    return message | _version_part(wire)


def _version_part(wire: Wire) -> dict[str, Any]:
    """What only version 0 or version 1 messages have."""
    if wire.config is not None:
        config = {
            "computeUnitLimit": wire.config.compute_unit_limit,
            "heapSize": wire.config.heap_size,
            "loadedAccountsDataSizeLimit": wire.config.loaded_accounts_data_size_limit,
            "priorityFee": wire.config.priority_fee,
        }
        return {"transactionConfig": config}
    if wire.version is None:
        return {}
    lookups = [
        {
            "accountKey": str(one.account_key),
            "readonlyIndexes": list(one.readonly_indexes),
            "writableIndexes": list(one.writable_indexes),
        }
        for one in wire.lookups
    ]
    return {"addressTableLookups": lookups}


def _parsed_message(wire: Wire, outcome: Outcome) -> dict[str, Any]:
    keys = outcome.keys
    message: dict[str, Any] = {
        "accountKeys": parsed_keys(wire, outcome),
        "instructions": [
            instruction_json(keys, one.program_id_index, bytes(one.accounts), bytes(one.data), 1)
            for one in wire.instructions
        ],
        "recentBlockhash": wire.blockhash,
    }
    return message | _version_part(wire)


def _accounts_only(landed: Landed, encoding: str, version_max: int | None, *, rewards: bool) -> dict[str, Any]:
    outcome = landed.outcome
    out: dict[str, Any] = {
        "meta": {
            "err": outcome.error,
            "fee": outcome.fee,
            "postBalances": list(outcome.post_balances),
            "postTokenBalances": [token_json(one) for one in outcome.post_tokens],
            "preBalances": list(outcome.pre_balances),
            "preTokenBalances": [token_json(one) for one in outcome.pre_tokens],
            "status": status_json(outcome.error),
            **({"rewards": []} if rewards else {}),
        },
        "transaction": {
            "accountKeys": parsed_keys(landed.wire, outcome),
            "signatures": list(landed.wire.signatures),
        },
    }
    if version_max is not None:
        out["version"] = version_json(landed.wire)
    return out


def _rewards(block: Block, identity: str) -> list[dict[str, Any]]:
    if not block.reward_lamports:
        return []
    reward = {
        "commission": None,
        "lamports": block.reward_lamports,
        "postBalance": block.reward_balance,
        "pubkey": identity,
        "rewardType": "Fee",
    }
    return [reward]
