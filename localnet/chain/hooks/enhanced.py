"""The body of a Helius enhanced webhook: balance changes, transfers and instructions by address. Pure.

Of Helius' interpretation there is TRANSFER, for transactions that only move lamports or tokens; everything else is
UNKNOWN, as it is there for programs nobody taught it. Descriptions are empty."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import based58

from localnet.chain.hooks.moves import Move, move_of
from localnet.chain.model import Block, Landed, TokenBalance
from localnet.chain.tokens import TOKEN
from localnet.chain.wire import COMPUTE_BUDGET, SYSTEM


@dataclass(frozen=True, slots=True)
class _Call:
    """An instruction with addresses."""

    program: str
    accounts: tuple[str, ...]
    data: bytes


def enhanced(block: Block, landed: Landed) -> dict[str, Any]:
    """One transaction, interpreted."""
    calls = list(_calls(landed))
    moves = [move for outer, inner in calls for call in (outer, *inner) if (move := _move(call))]
    type_, source = _kind([outer for outer, _ in calls], moves)
    return {
        "accountData": _account_data(landed),
        "description": "",
        "events": {},
        "fee": landed.outcome.fee,
        "feePayer": str(landed.outcome.keys[0]),
        "instructions": [
            _json(outer) | {"innerInstructions": [_json(call) for call in inner]} for outer, inner in calls
        ],
        "nativeTransfers": [_native(move) for move in moves if not move.token],
        "signature": landed.wire.signature,
        "slot": block.slot,
        "source": source,
        "timestamp": block.block_time,
        "tokenTransfers": [one for move in moves if move.token for one in _token(move, landed)],
        "transactionError": landed.outcome.error,
        "type": type_,
    }


def _calls(landed: Landed) -> Iterator[tuple[_Call, list[_Call]]]:
    """Each top-level instruction with all the calls below it."""
    names = tuple(str(key) for key in landed.outcome.keys)
    for index, one in enumerate(landed.wire.instructions):
        outer = _Call(names[one.program_id_index], tuple(names[i] for i in bytes(one.accounts)), bytes(one.data))
        below = landed.outcome.inner[index] if landed.outcome.inner and index < len(landed.outcome.inner) else ()
        yield outer, [_Call(names[c.program_index], tuple(names[i] for i in c.accounts), c.data) for c in below]


def _move(call: _Call) -> Move | None:
    return move_of(call.program, call.accounts, call.data)


def _kind(outer: list[_Call], moves: list[Move]) -> tuple[str, str]:
    programs = {call.program for call in outer} - {str(COMPUTE_BUDGET)}
    if moves and programs == {str(SYSTEM)}:
        return "TRANSFER", "SYSTEM_PROGRAM"
    if moves and programs == {str(TOKEN)}:
        return "TRANSFER", "SOLANA_PROGRAM_LIBRARY"
    return "UNKNOWN", "UNKNOWN"


def _json(call: _Call) -> dict[str, Any]:
    return {
        "accounts": list(call.accounts),
        "data": based58.b58encode(call.data).decode(),
        "programId": call.program,
    }


def _native(move: Move) -> dict[str, Any]:
    return {"amount": move.amount, "fromUserAccount": move.source, "toUserAccount": move.target}


def _token(move: Move, landed: Landed) -> Iterator[dict[str, Any]]:
    """The transfer between token accounts; nothing when neither account's balance is known."""
    known = {str(landed.outcome.keys[one.account_index]): one for one in _balances(landed)}
    source, target = known.get(move.source), known.get(move.target)
    some = source or target
    if some is None:
        return
    yield {
        "fromTokenAccount": move.source,
        "fromUserAccount": str(source.owner) if source else "",
        "mint": str(some.mint),
        "toTokenAccount": move.target,
        "toUserAccount": str(target.owner) if target else "",
        "tokenAmount": move.amount / 10**some.decimals,
        "tokenStandard": "Fungible",
    }


def _account_data(landed: Landed) -> list[dict[str, Any]]:
    outcome = landed.outcome
    before = {one.account_index: one for one in outcome.pre_tokens}
    after = {one.account_index: one for one in outcome.post_tokens}
    return [
        {
            "account": str(key),
            "nativeBalanceChange": post - pre,
            "tokenBalanceChanges": _token_changes(str(key), before.get(index), after.get(index)),
        }
        for index, (key, pre, post) in enumerate(
            zip(outcome.keys, outcome.pre_balances, outcome.post_balances, strict=True)
        )
    ]


def _token_changes(account: str, before: TokenBalance | None, after: TokenBalance | None) -> list[dict[str, Any]]:
    some = after or before
    change = (after.amount if after else 0) - (before.amount if before else 0)
    if some is None or not change:
        return []
    return [
        {
            "mint": str(some.mint),
            "rawTokenAmount": {"decimals": some.decimals, "tokenAmount": str(change)},
            "tokenAccount": account,
            "userAccount": str(some.owner),
        }
    ]


def _balances(landed: Landed) -> tuple[TokenBalance, ...]:
    return landed.outcome.pre_tokens + landed.outcome.post_tokens
