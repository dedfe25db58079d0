"""A token amount as JSON. Pure."""

from __future__ import annotations

from typing import Any

from localnet.chain import tokens

# 10**20 does not fit into 64 bits, so Agave has no uiAmount from there on.
_DECIMALS_MAX = 19


def amount_json(amount: int, decimals: int) -> dict[str, Any]:
    """A token amount; `uiAmount` is a float because Solana's API has it so."""
    return {
        "amount": str(amount),
        "decimals": decimals,
        "uiAmount": amount / 10**decimals if decimals <= _DECIMALS_MAX else None,
        "uiAmountString": tokens.ui_string(amount, decimals),
    }
