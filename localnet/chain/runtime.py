"""Executing one transaction on LiteSVM, with what LiteSVM leaves out: version 1 budgets, fees of transactions that
fail to load, token balances, cost units. Knows accounts and transactions; never blocks, hashes or history."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from solders.account import Account
from solders.compute_budget import ComputeBudget
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey
from solders.solders import FailedTransactionMetadata, SimulatedTransactionInfo, TransactionMetadata

from localnet.chain import tokens
from localnet.chain.genesis import LOADER_V3
from localnet.chain.model import InnerCall, Outcome, TokenBalance
from localnet.chain.wire import SYSTEM, Wire

LAMPORTS_PER_SIGNATURE = 5_000
ACCOUNT_OVERHEAD_BYTES = 64
LOOKUP_TABLE_PROGRAM = Pubkey.from_string("AddressLookupTab1e1111111111111111111111111")
_LOOKUP_HEADER_BYTES = 56
_UNITS_PER_SIGNATURE, _UNITS_PER_WRITE_LOCK, _UNITS_PER_PAGE, _PAGE_BYTES = 720, 300, 8, 32 * 1024
# An account that failed to load still pays; everything else that fails before execution is dropped by a leader.
_FEES_ONLY = frozenset(
    {"ProgramAccountNotFound", "InvalidProgramForExecution", "MaxLoadedAccountsDataSizeExceeded"}
)
_ABSENT = Account(0, b"", SYSTEM)


class Refused(Exception):
    """A transaction that cannot land at all; `error` is Agave's TransactionError as JSON."""

    def __init__(self, error: Any) -> None:
        super().__init__(str(error))
        self.error = error


class Runtime:
    """LiteSVM and the rules around it."""

    def __init__(self, svm: LiteSVM) -> None:
        self.svm = svm
        self._budgets: dict[tuple[int, int], ComputeBudget] = {}
        self._program_bytes: dict[Pubkey, int] = {}

    def read(self, key: Pubkey) -> Account | None:
        """The account now."""
        return self.svm.get_account(key)

    def write(self, key: Pubkey, account: Account | None) -> None:
        """Overwrite an account; None removes it."""
        self.svm.set_account(key, _ABSENT if account is None else account)

    def resolve(self, wire: Wire) -> tuple[tuple[Pubkey, ...], frozenset[int], int]:
        """All keys of a transaction, the indexes it may write, and how many of the loaded keys are writable."""
        writable = {i for i in range(len(wire.keys)) if wire.is_writable(i)}
        if not wire.lookups:
            return wire.keys, frozenset(writable), 0
        loaded_writable: list[Pubkey] = []
        loaded_readonly: list[Pubkey] = []
        for lookup in wire.lookups:
            table = self._table(lookup.account_key)
            loaded_writable += _pick(table, lookup.writable_indexes)
            loaded_readonly += _pick(table, lookup.readonly_indexes)
        start = len(wire.keys)
        writable.update(range(start, start + len(loaded_writable)))
        return (*wire.keys, *loaded_writable, *loaded_readonly), frozenset(writable), len(loaded_writable)

    def execute(self, wire: Wire, keys: tuple[Pubkey, ...], loaded_writable: int, writable: frozenset[int]) -> Outcome:
        """Run it for good; Refused when it cannot even pay."""
        return self._run(wire, keys, loaded_writable, writable, dry=False)[0]

    def simulate(
        self, wire: Wire, keys: tuple[Pubkey, ...], loaded_writable: int, writable: frozenset[int]
    ) -> tuple[Outcome, dict[Pubkey, Account]]:
        """Run it and keep nothing: the outcome, and the written accounts as they would be."""
        payer = self.read(keys[0])
        try:
            return self._run(wire, keys, loaded_writable, writable, dry=True)
        finally:
            if wire.config is not None:
                self.write(keys[0], payer)

    def _run(
        self, wire: Wire, keys: tuple[Pubkey, ...], loaded_writable: int, writable: frozenset[int], *, dry: bool
    ) -> tuple[Outcome, dict[Pubkey, Account]]:
        with_tokens = not tokens.TOKEN_PROGRAMS.isdisjoint(keys)
        pre, pre_tokens = self._balances(keys, with_tokens, {})
        loaded = self._loaded_bytes(keys)
        extra = wire.budget.priority_lamports if wire.config is not None else 0
        if loaded > wire.budget.loaded_bytes:
            outcome = self._fees_only(wire, keys, pre, "MaxLoadedAccountsDataSizeExceeded", dry=dry)
            return _with(outcome, wire, loaded_writable, writable, wire.budget.loaded_bytes, pre_tokens), {}
        self._charge(keys[0], pre[0], extra, LAMPORTS_PER_SIGNATURE * wire.required)
        self.svm.with_compute_budget(self._budget(wire.budget.units, wire.budget.heap_bytes))
        result = (self.svm.simulate_transaction if dry else self.svm.send_transaction)(wire.signed)
        error, meta, after = _unpack(result)
        if error is not None and pre[0] and _is_unexecuted(error, meta):
            self._charge(keys[0], pre[0] - extra, -extra, 0)
            outcome = self._fees_only(wire, keys, pre, self._load_error(wire, keys, error), dry=dry)
            return _with(outcome, wire, loaded_writable, writable, ACCOUNT_OVERHEAD_BYTES, pre_tokens), {}
        if error is not None and not pre[0]:
            raise Refused("AccountNotFound")
        fee = meta.fee() + extra
        if dry and error is not None:
            post, post_tokens = (pre[0] - fee, *pre[1:]), pre_tokens
        else:
            post, post_tokens = self._balances(keys, with_tokens, after)
        outcome = Outcome(
            error=error,
            fee=fee,
            keys=keys,
            static_keys=len(wire.keys),
            loaded_writable=loaded_writable,
            pre_balances=pre,
            post_balances=post,
            pre_tokens=pre_tokens,
            post_tokens=post_tokens,
            logs=tuple(meta.logs()),
            inner=_inner(meta),
            units=meta.compute_units_consumed(),
            cost_units=_cost(wire, len(writable), meta.compute_units_consumed(), loaded),
            loaded_bytes=loaded,
            return_data=_returned(meta),
        )
        return outcome, after

    def _charge(self, payer: Pubkey, lamports: int, extra: int, base: int) -> None:
        """Take a version 1 priority fee (lamports in total) before execution; Refused when the payer cannot pay."""
        if not extra:
            return
        account = self.read(payer)
        if account is None:
            raise Refused("AccountNotFound")
        if lamports < extra + base:
            raise Refused("InsufficientFundsForFee")
        self.write(payer, Account(lamports - extra, account.data, account.owner, account.executable))

    def _fees_only(self, wire: Wire, keys: tuple[Pubkey, ...], pre: tuple[int, ...], error: Any, *, dry: bool) -> Outcome:
        """A transaction that failed to load pays its fee and lands, if it can pay and failed in such a way."""
        if error not in _FEES_ONLY:
            raise Refused(error)
        fee = LAMPORTS_PER_SIGNATURE * wire.required + wire.budget.priority_lamports
        payer = self.read(keys[0])
        if payer is None:
            raise Refused("AccountNotFound")
        if pre[0] < fee:
            raise Refused("InsufficientFundsForFee")
        if not dry:
            self.write(keys[0], Account(pre[0] - fee, payer.data, payer.owner, payer.executable))
        return Outcome(
            error=error,
            fee=fee,
            keys=keys,
            static_keys=len(wire.keys),
            loaded_writable=0,
            pre_balances=pre,
            post_balances=(pre[0] - fee, *pre[1:]),
            pre_tokens=(),
            post_tokens=(),
            logs=None,
            inner=None,
            units=0,
            cost_units=0,
            loaded_bytes=0,
            return_data=None,
        )

    def _load_error(self, wire: Wire, keys: tuple[Pubkey, ...], error: Any) -> Any:
        """LiteSVM says InvalidProgramForExecution also where no such program exists; Agave tells them apart."""
        if error == "InvalidProgramForExecution":
            programs = {keys[one.program_id_index] for one in wire.instructions}
            if any(self.read(program) is None for program in programs):
                return "ProgramAccountNotFound"
        return error

    def _balances(
        self, keys: Sequence[Pubkey], with_tokens: bool, after: dict[Pubkey, Account]
    ) -> tuple[tuple[int, ...], tuple[TokenBalance, ...]]:
        """Lamports of each key and the token balances among them; `after` overrides what is stored."""
        if not with_tokens and not after:
            get = self.svm.get_balance
            return tuple(get(key) or 0 for key in keys), ()
        accounts = [after[key] if key in after else self._small(key) for key in keys]
        lamports = tuple(0 if one is None else one.lamports for one in accounts)
        if not with_tokens:
            return lamports, ()
        found = (tokens.balance(i, one, self.read) for i, one in enumerate(accounts))
        return lamports, tuple(one for one in found if one is not None)

    def _small(self, key: Pubkey) -> Account | None:
        """The account, but of a program only its lamports: its data is large and nobody here needs it."""
        if key in self._program_bytes:
            return Account(self.svm.get_balance(key) or 0, b"", SYSTEM)
        return self.read(key)

    def _loaded_bytes(self, keys: Iterable[Pubkey]) -> int:
        """Bytes the runtime must load: 64 and the data of each existing account, program data included (SIMD-186)."""
        total = 0
        for key in keys:
            known = self._program_bytes.get(key)
            if known is None:
                account = self.read(key)
                if account is None:
                    continue
                known = ACCOUNT_OVERHEAD_BYTES + len(account.data)
                if account.executable:
                    known += self._program_data_bytes(account)
                    self._program_bytes[key] = known
            total += known
        return total

    def _program_data_bytes(self, program: Account) -> int:
        if program.owner != LOADER_V3:
            return 0
        data = self.read(Pubkey(program.data[4:36]))
        return 0 if data is None else ACCOUNT_OVERHEAD_BYTES + len(data.data)

    def _budget(self, units: int, heap: int) -> ComputeBudget:
        """LiteSVM ignores version 1 budgets and cannot forget a budget once set: it is set for every transaction."""
        budget = self._budgets.get((units, heap))
        if budget is None:
            budget = ComputeBudget(True)
            budget.compute_unit_limit, budget.heap_size = units, heap
            self._budgets[units, heap] = budget
        return budget

    def _table(self, address: Pubkey) -> list[Pubkey]:
        account = self.read(address)
        if account is None:
            raise Refused("AddressLookupTableNotFound")
        if account.owner != LOOKUP_TABLE_PROGRAM:
            raise Refused("InvalidAddressLookupTableOwner")
        data = account.data[_LOOKUP_HEADER_BYTES:]
        return [Pubkey(data[at : at + 32]) for at in range(0, len(data) - 31, 32)]


def _pick(table: list[Pubkey], indexes: bytes) -> list[Pubkey]:
    if indexes and max(indexes) >= len(table):
        raise Refused("InvalidAddressLookupTableIndex")
    return [table[index] for index in indexes]


def _unpack(result: Any) -> tuple[Any, TransactionMetadata, dict[Pubkey, Account]]:
    """(error as Agave's JSON or None, metadata, accounts after a simulation)."""
    if isinstance(result, FailedTransactionMetadata):
        return json.loads(result.to_json())["err"], result.meta(), {}
    if isinstance(result, SimulatedTransactionInfo):
        return None, result.meta(), dict(result.post_accounts())
    return None, result, {}


def _is_unexecuted(error: Any, meta: TransactionMetadata) -> bool:
    """Whether it failed before any instruction ran (then LiteSVM took no fee)."""
    return isinstance(error, str) and not meta.logs() and not meta.compute_units_consumed()


def _inner(meta: TransactionMetadata) -> tuple[tuple[InnerCall, ...], ...]:
    return tuple(tuple(_call(one) for one in calls) for calls in meta.inner_instructions())


def _call(one: Any) -> InnerCall:
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


def _cost(wire: Wire, writable: int, units: int, loaded: int) -> int:
    """Agave's cost model: signatures, write locks, instruction bytes, execution, loaded pages."""
    data = sum(len(one.data) for one in wire.instructions) // 4
    pages = -(-loaded // _PAGE_BYTES) * _UNITS_PER_PAGE
    return _UNITS_PER_SIGNATURE * wire.required + _UNITS_PER_WRITE_LOCK * writable + data + units + pages


def _with(
    outcome: Outcome,
    wire: Wire,
    loaded_writable: int,
    writable: frozenset[int],
    loaded: int,
    balances: tuple[TokenBalance, ...],
) -> Outcome:
    """A fees-only outcome completed with what the caller knew."""
    return Outcome(
        error=outcome.error,
        fee=outcome.fee,
        keys=outcome.keys,
        static_keys=outcome.static_keys,
        loaded_writable=loaded_writable,
        pre_balances=outcome.pre_balances,
        post_balances=outcome.post_balances,
        pre_tokens=balances,
        post_tokens=balances,
        logs=None,
        inner=None,
        units=0,
        cost_units=_cost(wire, len(writable), 0, loaded),
        loaded_bytes=loaded,
        return_data=None,
    )
