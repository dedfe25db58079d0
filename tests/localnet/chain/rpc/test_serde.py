"""Rust's types read JSON as serde does, with its sentences; a validator's answers hold them whole in test_parity."""

from __future__ import annotations

from typing import Any

import pytest

from localnet.chain.errors import RpcError
from localnet.chain.rpc import types
from localnet.chain.rpc.serde import Type, enum, many, option, string, u8, u64, untagged, usize

SLICE = {"offset": 0, "length": 1}


@pytest.mark.parametrize(
    ("type_", "value", "read"),
    [
        (option(u8), None, None),
        (many(u8), [0, 255], [0, 255]),
        (enum(a=None, b=u8), "a", "a"),
        (enum(a=None, b=u8), {"a": None}, "a"),
        (enum(a=None, b=u8), {"b": 1}, {"b": 1}),
        (untagged("U", u8, string), "x", "x"),
        (
            types.SEND,
            [True, {"confirmed": None}, None, 7, None],
            {
                "skipPreflight": True,
                "preflightCommitment": "confirmed",
                "encoding": None,
                "maxRetries": 7,
                "minContextSlot": None,
            },
        ),
        (types.SEND, {"unknown": 1, "encoding": {"base64": None}}, {"encoding": "base64"}),
        (types.ACCOUNT, {"commitment": 5, "dataSlice": [0, 1]}, {"dataSlice": SLICE}),
        (
            types.ACCOUNT,
            {"commitment": {"processed": None}, "dataSlice": SLICE},
            {"commitment": "processed", "dataSlice": SLICE},
        ),
        (types.COMMITMENT, ["processed"], {"commitment": "processed"}),
    ],
)
def test_what_serde_takes(type_: Type, value: Any, read: Any) -> None:
    """Null for an option, variants by name or as a map of one, structs as maps or sequences: read into one form."""
    assert type_(value) == read


@pytest.mark.parametrize(
    ("type_", "value", "sentence"),
    [
        (u8, 256, "invalid value: integer `256`, expected u8"),
        (u8, 2**64, "invalid type: floating point `1.8446744073709552e+19`, expected u8"),
        (u64, -1, "invalid value: integer `-1`, expected u64"),
        (u64, -(2**63) - 1, "invalid type: floating point `-9.223372036854776e+18`, expected u64"),
        (u64, True, "invalid type: boolean `true`, expected u64"),
        (usize, "x", 'invalid type: string "x", expected usize'),
        (many(u8), {}, "invalid type: map, expected a sequence"),
        (enum(a=None, b=u8), "b", "invalid type: unit variant, expected newtype variant"),
        (enum(a=None, b=u8), {"a": 1}, "invalid type: integer `1`, expected unit"),
        (enum(a=None, b=u8), {}, "invalid value: map, expected map with a single key"),
        (enum(a=None, b=u8), "c", "unknown variant `c`, expected `a` or `b`"),
        (enum(a=None, b=None, c=None), "d", "unknown variant `d`, expected one of `a`, `b`, `c`"),
        (untagged("U", u8, string), [], "data did not match any variant of untagged enum U"),
        (types.MEMCMP, [0, "1", None], "invalid type: sequence, expected struct Memcmp"),
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
