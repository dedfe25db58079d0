"""Transactions off the wire: every version, and bytes that are none."""

from __future__ import annotations

import pytest
from solders.compute_budget import request_heap_frame, set_compute_unit_price, set_loaded_accounts_data_size_limit
from solders.keypair import Keypair
from solders.solders import TransactionConfig

from localnet.chain.node import Chain
from localnet.chain.wire import LOADED_BYTES_MAX, UNITS_PER_INSTRUCTION, parse
from tests.localnet.chain.people import making_token, moving, person, signed


@pytest.mark.parametrize("version", [None, 0, 1])
def test_bytes_and_object_agree(chain: Chain, alice: Keypair, bob: Keypair, version: int | None) -> None:
    """Parsing the bytes gives what the object gave, for legacy, 0 and 1."""
    wire = signed(chain, alice, [moving(alice.pubkey(), bob.pubkey(), 5)], version=version)
    again = parse(wire.raw)
    assert (again.version, again.signatures, again.identity, again.keys) == (
        version,
        wire.signatures,
        wire.identity,
        wire.keys,
    )
    assert [again.is_writable(i) for i in range(3)] == [True, True, False]


def test_default_budget_counts_instructions(chain: Chain, alice: Keypair) -> None:
    """Without a limit each program call brings 200,000 units and each builtin 3,000."""
    wire = signed(chain, alice, making_token(alice, person("mint")), signers=[person("mint")])
    assert wire.budget.units == 3 * UNITS_PER_INSTRUCTION + 3_000
    assert wire.budget.loaded_bytes == LOADED_BYTES_MAX


def test_budget_instructions_are_read(chain: Chain, alice: Keypair) -> None:
    """Price, heap and loaded bytes come from the instructions; the fee is rounded up."""
    ask = [set_compute_unit_price(1), request_heap_frame(65_536), set_loaded_accounts_data_size_limit(1_000)]
    budget = signed(chain, alice, ask).budget
    assert (budget.units, budget.heap_bytes, budget.loaded_bytes) == (9_000, 65_536, 1_000)
    assert budget.priority_lamports == 1


def test_version_1_budget_is_its_config(chain: Chain, alice: Keypair) -> None:
    """What a version 1 config leaves out is 0."""
    config = TransactionConfig(priority_fee=7, compute_unit_limit=1_000)
    budget = signed(chain, alice, [], version=1, config=config).budget
    assert (budget.units, budget.loaded_bytes, budget.priority_lamports) == (1_000, 0, 7)
    assert budget.unit_price_micro == 7_000


@pytest.mark.parametrize("raw", [b"", b"\0\0\0", b"\x01" * 50, b"\x82" + b"\x01" * 100])
def test_garbage_is_no_transaction(raw: bytes) -> None:
    """Bytes that are no transaction are a ValueError."""
    with pytest.raises(ValueError):
        parse(raw)
