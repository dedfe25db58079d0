"""A token amount as JSON, and what the extensions of its mint make of it. Pure.

Source: Agave, account-decoder/src/parse_token.rs; spl-token-2022, extension/{interest_bearing_mint,scaled_ui_amount}.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from struct import unpack
from typing import Any

from localnet.chain import tokens
from localnet.chain.rpc.parsed.extensions import INTEREST_BEARING, SCALED_UI_AMOUNT, extension

# 10**20 does not fit into 64 bits, so Agave has no uiAmount from there on.
_DECIMALS_MAX = 19
_YEAR_S = 60.0 * 60.0 * 24.0 * 365.24
_KEY_BYTES = 32
_BASIS_POINTS = 10_000.0

Shown = Callable[[int], dict[str, Any]]


def amount_json(amount: int, decimals: int) -> dict[str, Any]:
    """A token amount; `uiAmount` is a float because Solana's API has it so."""
    return {
        "amount": str(amount),
        "decimals": decimals,
        "uiAmount": amount / 10**decimals if decimals <= _DECIMALS_MAX else None,
        "uiAmountString": tokens.ui_string(amount, decimals),
    }


def amounts_of(mint: bytes, unix_time: int) -> Shown:
    """How amounts of a mint are shown at a time: with interest, or multiplied, where the mint says so."""
    decimals = tokens.decimals_of(mint)
    if (raw := extension(mint, INTEREST_BEARING)) is not None:
        scale = _interest(raw, unix_time) / 10.0**decimals
        return lambda amount: _seen(amount, decimals, amount * scale)
    if (raw := extension(mint, SCALED_UI_AMOUNT)) is not None:
        multiplier = _multiplier(raw, unix_time)
        return lambda amount: _seen(amount, decimals, _truncated(amount * multiplier) / 10.0**decimals)
    return lambda amount: amount_json(amount, decimals)


def _interest(raw: bytes, unix_time: int) -> float:
    """What continuous interest makes of 1: at the average rate until the last update, then at the current one."""
    begun, average, updated, rate = unpack("<qhqh", raw[_KEY_BYTES:])
    return _grown(average * (updated - begun)) * _grown(rate * (unix_time - updated))


def _grown(points_seconds: int) -> float:
    try:
        return math.exp(float(points_seconds) / _YEAR_S / _BASIS_POINTS)
    except OverflowError:
        return math.inf


def _multiplier(raw: bytes, unix_time: int) -> float:
    multiplier, since, newer = unpack("<dqd", raw[_KEY_BYTES:])
    return newer if unix_time >= since else multiplier


def _truncated(value: float) -> float:
    return float(math.trunc(value)) if math.isfinite(value) else value


def _seen(amount: int, decimals: int, value: float) -> dict[str, Any]:
    text = "NaN" if math.isnan(value) else f"{value:.{decimals}f}"
    if decimals:
        text = text.rstrip("0").rstrip(".")
    return {
        "amount": str(amount),
        "decimals": decimals,
        "uiAmount": float(text) if math.isfinite(value) else None,
        "uiAmountString": text,
    }
