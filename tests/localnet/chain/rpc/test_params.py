"""Parameters: how many, and the sentences for what does not fit."""

from __future__ import annotations

from typing import Any

import pytest

from localnet.chain.errors import RpcError
from localnet.chain.rpc.params import check_count
from localnet.chain.rpc.serde import rust_debug


@pytest.mark.parametrize(
    ("count", "least", "most", "message"),
    [
        (0, 1, 1, "Invalid params: invalid length 0, expected a tuple of size 1."),
        (3, 2, 2, "Invalid params: invalid length 3, expected fewer elements in array."),
        (0, 1, 2, "`params` should have at least 1 argument(s)"),
        (3, 1, 2, "Invalid parameters: Expected from 1 to 2 parameters."),
        (1, 0, 0, "Invalid parameters: No parameters were expected"),
    ],
)
def test_counts(count: int, least: int, most: int, message: str) -> None:
    """Too few and too many are told differently where some may be left out, where none may, and where none is."""
    check_count([1] * least, least, most)
    check_count([1] * most, least, most)
    with pytest.raises(RpcError) as caught:
        check_count([1] * count, least, most)
    assert (caught.value.code, caught.value.message) == (-32602, message)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ([1], "Array([Number(1)])"),
        ([None, True, "é"], 'Array([Null, Bool(true), String("é")])'),
        ({"a": {"b": [1.5]}}, 'Map({"a": Object {"b": Array [Number(1.5)]}})'),
        ({"é": 2**64, "b": 1e-7}, 'Map({"b": Number(1e-7), "é": Number(1.8446744073709552e+19)})'),
    ],
)
def test_rust_debug(value: Any, shown: str) -> None:
    """JSON as Rust prints it."""
    assert rust_debug(value) == shown
