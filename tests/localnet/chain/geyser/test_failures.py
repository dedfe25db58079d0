"""Errors as bytes: numbers of variants checked against bincode written by hand."""

from __future__ import annotations

from typing import Any

import pytest

from localnet.chain.geyser import failures


@pytest.mark.parametrize(
    ("error", "encoded"),
    [
        ("AccountInUse", "00000000"),
        ("BlockhashNotFound", "07000000"),
        ("CommitCancelled", "26000000"),
        ({"InstructionError": [0, "GenericError"]}, "080000000000000000"),
        ({"InstructionError": [2, {"Custom": 6001}]}, "08000000021900000071170000"),
        ({"InstructionError": [1, "ComputationalBudgetExceeded"]}, "080000000125000000"),
        ({"InstructionError": [1, {"BorshIoError": "x"}]}, "08000000012c000000"),
        ({"DuplicateInstruction": 3}, "1e00000003"),
        ({"InsufficientFundsForRent": {"account_index": 4}}, "1f00000004"),
        ({"ProgramExecutionTemporarilyRestricted": {"account_index": 5}}, "2300000005"),
    ],
)
def test_encode(error: Any, encoded: str) -> None:
    """A variant is its number as u32 and its fields, little endian."""
    assert failures.encode(error).hex() == encoded


def test_an_unknown_variant_is_refused() -> None:
    """An error that Agave does not have has no bytes."""
    with pytest.raises(KeyError):
        failures.encode("Tired")
