"""Executing one transaction on LiteSVM, with what LiteSVM leaves out: version 1 budgets, fees of transactions that
fail to load, token balances, cost units. Knows accounts and transactions; never blocks, hashes or history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from solders.account import Account
from solders.compute_budget import ComputeBudget
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey

from localnet.chain import tokens
from localnet.chain.genesis import LOADER_V3
from localnet.chain.model import Outcome
from localnet.chain.outcome import Balances, Resolved, executed, fees_only, is_unexecuted, unpack
from localnet.chain.wire import SYSTEM, Wire

LAMPORTS_PER_SIGNATURE = 5_000
ACCOUNT_OVERHEAD_BYTES = 64
# Of all the budgets that clients ask for, so many are kept.
BUDGETS_MAX = 1_024
LOOKUP_TABLE_PROGRAM = Pubkey.from_string("AddressLookupTab1e1111111111111111111111111")
_LOOKUP_HEADER_BYTES = 56
_TOO_MUCH_DATA = "MaxLoadedAccountsDataSizeExceeded"
# An account that failed to load still pays; everything else that fails before execution is dropped by a leader.
_FEES_ONLY = frozenset({"ProgramAccountNotFound", "InvalidProgramForExecution", _TOO_MUCH_DATA})
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
        self._program_bytes: dict[Pubkey, int] = {}

    def read(self, key: Pubkey) -> Account | None:
        """The account now."""
        return self.svm.get_account(key)

    def write(self, key: Pubkey, account: Account | None) -> None:
        """Overwrite an account; None removes it."""
        self.svm.set_account(key, _ABSENT if account is None else account)

    def resolve(self, wire: Wire) -> Resolved:
        """The transaction with the keys of its lookup tables; Refused when a table is not there or too short."""
        writable = {i for i in range(len(wire.keys)) if wire.is_writable(i)}
        loaded_writable: list[Pubkey] = []
        loaded_readonly: list[Pubkey] = []
        for lookup in wire.lookups:
            table = self._table(lookup.account_key)
            loaded_writable += _pick(table, lookup.writable_indexes)
            loaded_readonly += _pick(table, lookup.readonly_indexes)
        start = len(wire.keys)
        writable.update(range(start, start + len(loaded_writable)))
        return Resolved(
            wire=wire,
            keys=(*wire.keys, *loaded_writable, *loaded_readonly),
            writable=frozenset(writable),
            loaded_writable=len(loaded_writable),
        )

    def execute(self, call: Resolved) -> Outcome:
        """Run it for good; Refused when it cannot even pay."""
        return self._run(call, dry=False)[0]

    def simulate(self, call: Resolved) -> tuple[Outcome, dict[Pubkey, Account]]:
        """Run it and keep nothing: the outcome, and the written accounts as they would be."""
        payer = self.read(call.keys[0])
        try:
            return self._run(call, dry=True)
        finally:
            if call.wire.config is not None:
                self.write(call.keys[0], payer)

    def _run(self, call: Resolved, *, dry: bool) -> tuple[Outcome, dict[Pubkey, Account]]:
        pre = self._balances(call.keys, {})
        loaded, budget = self._loaded_bytes(call.keys), call.wire.budget
        if loaded > budget.loaded_bytes:
            return self._fees_only(call, pre, _TOO_MUCH_DATA, budget.loaded_bytes, dry=dry), {}
        extra = self._prepay(call, pre)
        # LiteSVM ignores version 1 budgets and cannot forget a budget once set: it is set for every transaction.
        self.svm.with_compute_budget(compute_budget(budget.units, budget.heap_bytes))
        error, meta, after = unpack(
            (self.svm.simulate_transaction if dry else self.svm.send_transaction)(call.wire.signed)
        )
        if error is not None and is_unexecuted(error, meta):
            self._refund(call, extra)
            return self._fees_only(call, pre, self._load_error(call, error), ACCOUNT_OVERHEAD_BYTES, dry=dry), {}
        fee = meta.fee() + extra
        post = pre.less(fee) if dry and error is not None else self._balances(call.keys, after)
        return executed(call, error, meta, fee=fee, pre=pre, post=post, loaded_bytes=loaded), after

    def _prepay(self, call: Resolved, pre: Balances) -> int:
        """Take a version 1 priority fee (lamports in total), which LiteSVM forgets; Refused if the payer is short."""
        extra = call.wire.budget.priority_lamports if call.wire.config is not None else 0
        if not extra:
            return 0
        if self.read(call.keys[0]) is None:
            raise Refused("AccountNotFound")
        if pre.lamports[0] < extra + LAMPORTS_PER_SIGNATURE * call.wire.required:
            raise Refused("InsufficientFundsForFee")
        self._take(call.keys[0], extra)
        return extra

    def _refund(self, call: Resolved, extra: int) -> None:
        """Give a prepaid priority fee back: nothing was executed."""
        if extra:
            self._take(call.keys[0], -extra)

    def _take(self, payer: Pubkey, lamports: int) -> None:
        account = self.read(payer) or _ABSENT
        self.write(payer, Account(account.lamports - lamports, account.data, account.owner, account.executable))

    def _fees_only(self, call: Resolved, pre: Balances, error: Any, loaded: int, *, dry: bool) -> Outcome:
        """A transaction that failed to load pays its fee and lands; Refused if it cannot pay or failed otherwise."""
        if not isinstance(error, str) or error not in _FEES_ONLY:
            raise Refused(error)
        if self.read(call.keys[0]) is None:
            raise Refused("AccountNotFound")
        fee = LAMPORTS_PER_SIGNATURE * call.wire.required + call.wire.budget.priority_lamports
        if pre.lamports[0] < fee:
            raise Refused("InsufficientFundsForFee")
        if not dry:
            self._take(call.keys[0], fee)
        return fees_only(call, error, fee=fee, pre=pre, loaded_bytes=loaded)

    def _load_error(self, call: Resolved, error: Any) -> Any:
        """LiteSVM says InvalidProgramForExecution also where no such program exists; Agave tells them apart."""
        if error == "InvalidProgramForExecution":
            programs = {call.keys[one.program_id_index] for one in call.wire.instructions}
            if any(self.read(program) is None for program in programs):
                return "ProgramAccountNotFound"
        return error

    def _balances(self, keys: tuple[Pubkey, ...], after: Mapping[Pubkey, Account]) -> Balances:
        """The balances of keys; `after` overrides what is stored. Tokens are looked for if their program is named."""
        with_tokens = not tokens.TOKEN_PROGRAMS.isdisjoint(keys)
        if not with_tokens and not after:
            return Balances(lamports=tuple(self.svm.get_balance(key) or 0 for key in keys), tokens=())
        accounts = [after[key] if key in after else self._small(key) for key in keys]
        lamports = tuple(0 if one is None else one.lamports for one in accounts)
        if not with_tokens:
            return Balances(lamports=lamports, tokens=())
        found = (tokens.balance(i, one, self.read) for i, one in enumerate(accounts))
        return Balances(lamports=lamports, tokens=tuple(one for one in found if one is not None))

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

    def _table(self, address: Pubkey) -> list[Pubkey]:
        account = self.read(address)
        if account is None:
            raise Refused("AddressLookupTableNotFound")
        if account.owner != LOOKUP_TABLE_PROGRAM:
            raise Refused("InvalidAddressLookupTableOwner")
        data = account.data[_LOOKUP_HEADER_BYTES:]
        return [Pubkey(data[at : at + 32]) for at in range(0, len(data) - 31, 32)]


@lru_cache(BUDGETS_MAX)
def compute_budget(units: int, heap_bytes: int) -> ComputeBudget:
    """LiteSVM's budget with these two limits."""
    budget = ComputeBudget(True)
    budget.compute_unit_limit, budget.heap_size = units, heap_bytes
    return budget


def _pick(table: list[Pubkey], indexes: bytes) -> list[Pubkey]:
    if indexes and max(indexes) >= len(table):
        raise Refused("InvalidAddressLookupTableIndex")
    return [table[index] for index in indexes]
