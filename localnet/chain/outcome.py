"""Turning what LiteSVM says about a transaction into an Outcome: errors, inner calls, cost units. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from solders.account import Account
from solders.pubkey import Pubkey
from solders.solders import (
    FailedTransactionMetadata,
    InnerInstruction,
    SimulatedTransactionInfo,
    TransactionMetadata,
)

from localnet.chain.model import InnerCall, Outcome, TokenBalance
from localnet.chain.wire import Wire

_UNITS_PER_SIGNATURE, _UNITS_PER_WRITE_LOCK, _UNITS_PER_PAGE, _PAGE_BYTES = 720, 300, 8, 32 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A transaction with its lookup tables read: all keys, the indexes it may write, how many of these were loaded."""

    wire: Wire
    keys: tuple[Pubkey, ...]
    writable: frozenset[int]
    loaded_writable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Balances:
    """Lamports of every key and the token balances among them, at one moment."""

    lamports: tuple[int, ...]
    tokens: tuple[TokenBalance, ...]

    def less(self, fee: int) -> Balances:
        """The same after the payer paid a fee and nothing else happened."""
        return Balances(lamports=(self.lamports[0] - fee, *self.lamports[1:]), tokens=self.tokens)


def unpack(result: Any) -> tuple[Any, TransactionMetadata, dict[Pubkey, Account]]:
    """(error as Agave's JSON or None, metadata, accounts after a simulation) of any LiteSVM result."""
    if isinstance(result, FailedTransactionMetadata):
        return json.loads(result.to_json())["err"], result.meta(), {}
    if isinstance(result, SimulatedTransactionInfo):
        return None, result.meta(), dict(result.post_accounts())
    return None, result, {}


def is_unexecuted(error: Any, meta: TransactionMetadata) -> bool:
    """Whether it failed before any instruction ran (then LiteSVM took no fee)."""
    ran = isinstance(error, dict) and "InstructionError" in error
    return not ran and not meta.logs() and not meta.compute_units_consumed()


def executed(
    call: Resolved,
    error: Any,
    meta: TransactionMetadata,
    *,
    fee: int,
    pre: Balances,
    post: Balances,
    loaded_bytes: int,
) -> Outcome:
    """The outcome of a transaction whose instructions ran, to the end or to an error."""
    units = meta.compute_units_consumed()
    return Outcome(
        error=error,
        fee=fee,
        keys=call.keys,
        static_keys=len(call.wire.keys),
        loaded_writable=call.loaded_writable,
        pre_balances=pre.lamports,
        post_balances=post.lamports,
        pre_tokens=pre.tokens,
        post_tokens=post.tokens,
        logs=tuple(meta.logs()),
        inner=tuple(tuple(_call(one) for one in calls) for calls in meta.inner_instructions()),
        units=units,
        cost_units=_cost(call, units, loaded_bytes),
        loaded_bytes=loaded_bytes,
        return_data=_returned(meta),
    )


def fees_only(call: Resolved, error: Any, *, fee: int, pre: Balances, loaded_bytes: int) -> Outcome:
    """The outcome of a transaction that failed to load: it pays and does nothing; logs and inner calls are null."""
    return Outcome(
        error=error,
        fee=fee,
        keys=call.keys,
        static_keys=len(call.wire.keys),
        loaded_writable=call.loaded_writable,
        pre_balances=pre.lamports,
        post_balances=pre.less(fee).lamports,
        pre_tokens=pre.tokens,
        post_tokens=pre.tokens,
        logs=None,
        inner=None,
        units=0,
        cost_units=_cost(call, 0, loaded_bytes),
        loaded_bytes=loaded_bytes,
        return_data=None,
    )


def _call(one: InnerInstruction) -> InnerCall:
    instruction = one.instruction()
    return InnerCall(
        program_index=instruction.program_id_index,
        accounts=tuple(instruction.accounts),
        data=bytes(instruction.data),
        stack_height=one.stack_height() or 2,
    )


def _returned(meta: TransactionMetadata) -> tuple[Pubkey, bytes] | None:
    returned = meta.return_data()
    return (returned.program_id, bytes(returned.data)) if returned.data else None


def _cost(call: Resolved, units: int, loaded_bytes: int) -> int:
    """Agave's cost model: signatures, write locks, instruction bytes, execution, loaded pages."""
    data = sum(len(one.data) for one in call.wire.instructions) // 4
    pages = -(-loaded_bytes // _PAGE_BYTES) * _UNITS_PER_PAGE
    locks = _UNITS_PER_WRITE_LOCK * len(call.writable)
    return _UNITS_PER_SIGNATURE * call.wire.required + locks + data + units + pages
