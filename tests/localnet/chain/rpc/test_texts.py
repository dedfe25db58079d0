"""Sentences of errors."""

from __future__ import annotations

import pytest

from localnet.chain.rpc.texts import sentence


@pytest.mark.parametrize(
    ("error", "text"),
    [
        ("BlockhashNotFound", "Blockhash not found"),
        ("SomethingNew", "SomethingNew"),
        ({"InstructionError": [2, {"Custom": 6001}]}, "Error processing Instruction 2: custom program error: 0x1771"),
        (
            {"InstructionError": [0, "InvalidSeeds"]},
            "Error processing Instruction 0: Provided seeds do not result in a valid address",
        ),
        (
            {"InsufficientFundsForRent": {"account_index": 1}},
            "Transaction results in an account (1) with insufficient funds for rent",
        ),
    ],
)
def test_agave_says_it_so(error: object, text: str) -> None:
    """Known errors have Agave's words, unknown ones their name."""
    assert sentence(error) == text
