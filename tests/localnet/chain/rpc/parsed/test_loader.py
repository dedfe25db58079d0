"""Instructions of the upgradeable loader as values."""

from __future__ import annotations

from typing import Any

import pytest

from localnet.chain.rpc.parsed.forms import Unparsable
from localnet.chain.rpc.parsed.loader import parse

CASES: list[tuple[str, str, bytes, dict[str, Any]]] = [
    ("initializeBuffer", "a", b"\0\0\0\0", {"account": "a"}),
    ("initializeBuffer", "ab", b"\0\0\0\0", {"account": "a", "authority": "b"}),
    (
        "write",
        "ab",
        b"\1\0\0\0\5\0\0\0" + (3).to_bytes(8, "little") + b"elf",
        {"account": "a", "authority": "b", "offset": 5, "bytes": "ZWxm"},
    ),
    ("setAuthority", "ab", b"\4\0\0\0", {"account": "a", "authority": "b", "newAuthority": None}),
    ("setAuthority", "abc", b"\4\0\0\0", {"account": "a", "authority": "b", "newAuthority": "c"}),
    ("close", "abc", b"\5\0\0\0", {"account": "a", "recipient": "b", "authority": "c", "programAccount": None}),
    (
        "extendProgram",
        "abc",
        b"\6\0\0\0\7\0\0\0",
        {
            "additionalBytes": 7,
            "programDataAccount": "a",
            "programAccount": "b",
            "systemProgram": "c",
            "payerAccount": None,
        },
    ),
    ("setAuthorityChecked", "abc", b"\7\0\0\0", {"account": "a", "authority": "b", "newAuthority": "c"}),
]


@pytest.mark.parametrize(("name", "accounts", "data", "info"), CASES)
def test_each_kind(name: str, accounts: str, data: bytes, info: dict[str, Any]) -> None:
    """Name, accounts and data, with Agave's names; what may be missing is null."""
    assert parse(list(accounts), data) == {"info": info, "type": name}


@pytest.mark.parametrize(("kind", "count", "last"), [(2, 8, "authority"), (3, 7, "authority"), (9, 3, "authority")])
def test_long_ones(kind: int, count: int, last: str) -> None:
    """Deploy, upgrade and the checked extension name all their accounts, and need them."""
    accounts = [str(n) for n in range(count)]
    data = bytes([kind, 0, 0, 0]) + bytes(8)
    info = parse(accounts, data)["info"]
    assert info[last] == accounts[-1]
    assert set(accounts) <= {str(value) for value in info.values()}
    with pytest.raises(Unparsable):
        parse(accounts[:-1], data)


@pytest.mark.parametrize("data", [b"\x08\0\0\0", b"\x63\0\0\0", b"\1\0\0\0\0\0\0\0" + b"\x09" + bytes(7)])
def test_what_is_none(data: bytes) -> None:
    """Unknown kinds and lists longer than the data are no instruction."""
    with pytest.raises(Unparsable):
        parse(["a", "b"], data)
