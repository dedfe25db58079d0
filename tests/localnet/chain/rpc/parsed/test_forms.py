"""Reading data from the front, and the order of an instruction's accounts."""

from __future__ import annotations

import pytest

from localnet.chain.rpc.parsed.forms import Data, Form, Unparsable, key_or_none, text, u8, u32


def test_data_ends() -> None:
    """Values come in order, and what is not there is not read."""
    data = Data(b"\1\2\0\0\0\3")
    assert (u8(data), u32(data), data.rest()) == (1, 2, b"\3")
    with pytest.raises(Unparsable):
        u8(data)


@pytest.mark.parametrize("raw", [(9).to_bytes(8, "little") + b"short", (2).to_bytes(8, "little") + b"\xff\xff"])
def test_bad_text(raw: bytes) -> None:
    """A string that is too short, or no UTF-8, is none."""
    with pytest.raises(Unparsable):
        text(Data(raw))


def test_bad_option() -> None:
    """An option is 0 or 1."""
    assert key_or_none(Data(b"\0")) is None
    with pytest.raises(Unparsable):
        key_or_none(Data(b"\2" + bytes(32)))


def test_absent_roles_are_null() -> None:
    """A role that may be missing is shown as null."""
    form = Form(name="close", roles=("account",), absent=("programAccount",))
    assert form.parsed(["a"], Data(b""))["info"] == {"account": "a", "programAccount": None}
    assert form.parsed(["a", "b"], Data(b""))["info"]["programAccount"] == "b"
