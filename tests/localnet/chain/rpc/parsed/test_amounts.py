"""Token amounts as JSON."""

from __future__ import annotations

import pytest

from localnet.chain.rpc.parsed.amounts import amount_json


@pytest.mark.parametrize(
    ("amount", "decimals", "number", "text"),
    [
        (0, 6, 0.0, "0"),
        (1, 9, 1e-9, "0.000000001"),
        (1500, 3, 1.5, "1.5"),
        (7, 0, 7.0, "7"),
        (1, 20, None, "0." + "0" * 19 + "1"),
    ],
)
def test_amounts(amount: int, decimals: int, number: float | None, text: str) -> None:
    """Digits, a float and a decimal string; no float where ten to the decimals is beyond 64 bits."""
    expected = {"amount": str(amount), "decimals": decimals, "uiAmount": number, "uiAmountString": text}
    assert amount_json(amount, decimals) == expected
