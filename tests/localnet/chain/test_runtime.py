"""One transaction: versions, budgets, fees, token balances, lookup tables."""

from __future__ import annotations

import pytest
from solders.account import Account
from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.solders import AddressLookupTableAccount, TransactionConfig
from solders.transaction import VersionedTransaction

from localnet.chain.model import Outcome
from localnet.chain.node import Chain
from localnet.chain.runtime import BUDGETS_MAX, LOOKUP_TABLE_PROGRAM, Refused, compute_budget
from localnet.chain.wire import HEAP_BYTES, Wire, from_signed
from tests.localnet.chain.people import SOL, lamports, making_token, moving, person, signed, token_account

_ENOUGH = TransactionConfig(priority_fee=777, compute_unit_limit=1000, loaded_accounts_data_size_limit=100_000)


def land(chain: Chain, wire: Wire) -> Outcome:
    """Put one transaction in a block and return what it did."""
    chain.submit(wire, retries=0)
    (landed,) = chain.produce().transactions
    return landed.outcome


@pytest.mark.parametrize("version", [None, 0])
def test_price_times_limit_is_the_priority_fee(chain: Chain, alice: Keypair, bob: Keypair, version: int | None) -> None:
    """Legacy and version 0 pay price x limit micro-lamports above the signature fee."""
    ask = [set_compute_unit_limit(10_000), set_compute_unit_price(1_000_000)]
    outcome = land(chain, signed(chain, alice, [*ask, moving(alice.pubkey(), bob.pubkey(), SOL)], version=version))
    assert outcome.error is None
    assert outcome.fee == 15_000
    assert outcome.pre_balances[0] - outcome.post_balances[0] == SOL + 15_000
    assert outcome.post_balances[0] == lamports(chain, alice.pubkey())


def test_compute_limit_is_enforced(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """Too small a limit fails the transaction, which pays and lands."""
    small = [set_compute_unit_limit(160), moving(alice.pubkey(), bob.pubkey(), SOL)]
    outcome = land(chain, signed(chain, alice, small))
    assert outcome.error == {"InstructionError": [1, "ComputationalBudgetExceeded"]}


def test_budgets_that_clients_ask_for_are_bounded() -> None:
    """Every limit is its own budget, and no more of them are kept than are needed often."""
    assert [compute_budget(units, HEAP_BYTES).compute_unit_limit for units in range(2 * BUDGETS_MAX)] == list(
        range(2 * BUDGETS_MAX)
    )
    assert compute_budget.cache_info().currsize == BUDGETS_MAX


def v1(chain: Chain, payer: Keypair, to: Pubkey, config: TransactionConfig | None) -> Wire:
    """A version 1 transfer of one SOL."""
    return signed(chain, payer, [moving(payer.pubkey(), to, SOL)], version=1, config=config)


def test_version_1_pays_its_priority_fee_in_lamports(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """Version 1's priority fee is lamports in total, whatever the units."""
    outcome = land(chain, v1(chain, alice, bob.pubkey(), _ENOUGH))
    assert (outcome.error, outcome.fee) == (None, 5_777)
    assert lamports(chain, alice.pubkey()) == 99 * SOL - 5_777


def test_version_1_without_config_loads_nothing(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """What version 1's config leaves out is 0: no byte may be loaded, and the fee is still paid."""
    outcome = land(chain, v1(chain, alice, bob.pubkey(), None))
    assert outcome.error == "MaxLoadedAccountsDataSizeExceeded"
    assert outcome.logs is None
    assert lamports(chain, alice.pubkey()) == 100 * SOL - 5_000


def test_version_1_compute_limit(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """Version 1's compute limit binds, and the next transaction has its own again."""
    tight = TransactionConfig(priority_fee=50, compute_unit_limit=100, loaded_accounts_data_size_limit=100_000)
    outcome = land(chain, v1(chain, alice, bob.pubkey(), tight))
    assert outcome.error == {"InstructionError": [0, "ComputationalBudgetExceeded"]}
    assert lamports(chain, alice.pubkey()) == 100 * SOL - 5_050
    assert land(chain, signed(chain, alice, [moving(alice.pubkey(), bob.pubkey(), SOL)])).error is None


def test_version_1_payer_must_afford_it(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """A priority fee above the balance refuses the transaction and takes nothing."""
    config = TransactionConfig(priority_fee=200 * SOL, compute_unit_limit=1000, loaded_accounts_data_size_limit=100_000)
    call = chain.bank.runtime.resolve(v1(chain, alice, bob.pubkey(), config))
    with pytest.raises(Refused, match="InsufficientFundsForFee"):
        chain.bank.runtime.execute(call)
    assert lamports(chain, alice.pubkey()) == 100 * SOL


def test_missing_program_pays_and_lands(chain: Chain, alice: Keypair) -> None:
    """A call of a program that is not there loads nothing, pays, and has null logs."""
    outcome = land(chain, signed(chain, alice, [Instruction(person("nobody").pubkey(), b"", [])]))
    assert (outcome.error, outcome.fee, outcome.logs, outcome.inner) == ("ProgramAccountNotFound", 5_000, None, None)


def test_version_1_pays_once_for_a_missing_program(chain: Chain, alice: Keypair) -> None:
    """A version 1 transaction that fails to load pays its fees once, not once more for having prepaid."""
    call = [Instruction(person("nobody").pubkey(), b"", [])]
    outcome = land(chain, signed(chain, alice, call, version=1, config=_ENOUGH))
    assert (outcome.error, outcome.fee) == ("ProgramAccountNotFound", 5_777)
    assert lamports(chain, alice.pubkey()) == 100 * SOL - 5_777


@pytest.mark.parametrize(("funds", "reason"), [(0, "AccountNotFound"), (4_000, "InsufficientFundsForFee")])
def test_payer_without_funds_is_refused(chain: Chain, bob: Keypair, funds: int, reason: str) -> None:
    """A payer that is not there or too poor cannot land anything."""
    if funds:
        chain.bank.runtime.write(bob.pubkey(), Account(funds, b"", Pubkey.default()))
    call = chain.bank.runtime.resolve(signed(chain, bob, [moving(bob.pubkey(), bob.pubkey(), 1)]))
    with pytest.raises(Refused, match=reason):
        chain.bank.runtime.execute(call)


def test_token_balances_and_inner_calls(chain: Chain, alice: Keypair) -> None:
    """A token transaction shows balances by account index, and the calls the ATA program made with their heights."""
    mint = person("mint")
    outcome = land(chain, signed(chain, alice, making_token(alice, mint), signers=[mint]))
    assert outcome.error is None
    (after,) = outcome.post_tokens
    assert outcome.pre_tokens == ()
    assert (after.amount, after.decimals, after.mint, after.owner) == (5_000_000, 6, mint.pubkey(), alice.pubkey())
    assert outcome.keys[after.account_index] == token_account(alice.pubkey(), mint.pubkey())
    assert outcome.inner is not None
    assert [len(calls) for calls in outcome.inner] == [0, 0, 4, 0]
    assert {one.stack_height for one in outcome.inner[2]} == {2}


def test_lookup_table_keys_are_loaded(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """Keys of a lookup table follow the static ones, writable before readonly."""
    table = person("table").pubkey()
    data = bytes(56) + bytes(bob.pubkey())
    chain.bank.runtime.write(table, Account(10 * SOL, _table_header() + data[56:], LOOKUP_TABLE_PROGRAM))
    message = MessageV0.try_compile(
        alice.pubkey(),
        [moving(alice.pubkey(), bob.pubkey(), SOL)],
        [AddressLookupTableAccount(table, [bob.pubkey()])],
        signed(chain, alice, [moving(alice.pubkey(), bob.pubkey(), 1)]).message.recent_blockhash,
    )
    outcome = land(chain, from_signed(VersionedTransaction(message, [alice])))
    assert outcome.error is None
    assert outcome.keys[outcome.static_keys :] == (bob.pubkey(),)
    assert outcome.loaded_writable == 1
    assert lamports(chain, bob.pubkey()) == SOL


def test_missing_lookup_table_is_refused(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """A table that is not there is named."""
    message = MessageV0.try_compile(
        alice.pubkey(),
        [moving(alice.pubkey(), bob.pubkey(), SOL)],
        [AddressLookupTableAccount(person("table").pubkey(), [bob.pubkey()])],
        signed(chain, alice, [moving(alice.pubkey(), bob.pubkey(), 1)]).message.recent_blockhash,
    )
    with pytest.raises(Refused, match="AddressLookupTableNotFound"):
        chain.bank.runtime.resolve(from_signed(VersionedTransaction(message, [alice])))


def _table_header() -> bytes:
    """LookupTableMeta: initialized, never deactivated, extended at slot 0, no authority."""
    return (1).to_bytes(4, "little") + b"\xff" * 8 + bytes(8) + bytes(1) + bytes(1) + bytes(34)
