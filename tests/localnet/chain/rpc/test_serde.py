"""Rust's types read JSON as serde does, with its sentences; a validator's answers hold them whole in test_parity."""

from __future__ import annotations

from typing import Any

import pytest

from localnet.chain.errors import RpcError
from localnet.chain.rpc import types
from localnet.chain.rpc.serde import Type, enum, many, option, u8


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (option(u8), None),
        (many(u8), [0, 255]),
        (enum(a=None, b=u8), "a"),
        (enum(a=None, b=u8), {"a": None}),
        (enum(a=None, b=u8), {"b": 1}),
        (types.SEND, [True, None, None, None, None]),
        (types.SEND, {"unknown": 1}),
        (types.ACCOUNT, {"commitment": 5, "dataSlice": {"offset": 0, "length": 1}}),
    ],
)
def test_what_serde_takes(type_: Type, value: Any) -> None:
    """Null for an option, variants by name or as a map of one, structs as maps or sequences, unknown fields."""
    type_(value)


@pytest.mark.parametrize(
    ("type_", "value", "sentence"),
    [
        (u8, 256, "invalid value: integer `256`, expected u8"),
        (u8, 2**64, "invalid type: floating point `1.8446744073709552e+19`, expected u8"),
        (many(u8), {}, "invalid type: map, expected a sequence"),
        (enum(a=None, b=u8), "b", "invalid type: unit variant, expected newtype variant"),
        (enum(a=None, b=u8), {"a": 1}, "invalid type: integer `1`, expected unit"),
        (enum(a=None, b=u8), {}, "invalid value: map, expected map with a single key"),
        (enum(a=None, b=u8), "c", "unknown variant `c`, expected `a` or `b`"),
        (types.SEND, [], "invalid length 1, expected struct RpcSendTransactionConfig with 5 elements"),
        (types.SEND, [True, None, None, None, None, 1], "invalid length 6, expected fewer elements in array"),
        (types.ACCOUNT, [], "invalid type: sequence, expected struct RpcAccountInfoConfig"),
        (types.STATUS, {}, "missing field `searchTransactionHistory`"),
        (types.COMMITMENT, {"commitment": 5}, "invalid type: integer `5`, expected string or map"),
    ],
)
def test_what_serde_refuses(type_: Type, value: Any, sentence: str) -> None:
    """-32602 with serde's own words."""
    with pytest.raises(RpcError) as refused:
        type_(value)
    assert (refused.value.code, refused.value.message) == (-32602, f"Invalid params: {sentence}.")
