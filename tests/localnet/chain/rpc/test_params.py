"""Reading parameters: how many, of which type, and the sentences for what does not fit."""

from __future__ import annotations

from typing import Any

import pytest

from localnet.chain.errors import RpcError
from localnet.chain.rpc.params import check_count, rust_debug, u64, unknown_variant


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
    ],
)
def test_rust_debug(value: Any, shown: str) -> None:
    """JSON as Rust prints it."""
    assert rust_debug(value) == shown


@pytest.mark.parametrize(
    ("value", "name", "most", "message"),
    [
        ("x", "usize", 2**64 - 1, 'Invalid params: invalid type: string "x", expected usize.'),
        (300, "u8", 255, "Invalid params: invalid value: integer `300`, expected u8."),
        (-1, "u64", 2**64 - 1, "Invalid params: invalid value: integer `-1`, expected u64."),
    ],
)
def test_integers(value: Any, name: str, most: int, message: str) -> None:
    """A wrong type and a value out of range, each with the name of Rust's type."""
    with pytest.raises(RpcError) as caught:
        u64(value, name, most)
    assert caught.value.message == message


def test_variants() -> None:
    """Two words are joined by or, more are listed."""
    assert unknown_variant("x", ("a", "b")).message == "Invalid params: unknown variant `x`, expected `a` or `b`."
    assert unknown_variant("x", ("a", "b", "c")).message.endswith("expected one of `a`, `b`, `c`.")
