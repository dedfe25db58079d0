"""Lookup tables and the instructions of their program as values."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from solders.account import Account
from solders.pubkey import Pubkey

from localnet.chain.rpc.parsed.account import parsed_account
from localnet.chain.rpc.parsed.forms import Unparsable
from localnet.chain.rpc.parsed.instruction import instruction_json
from localnet.chain.rpc.parsed.lookup import parse, table
from localnet.chain.runtime import LOOKUP_TABLE_PROGRAM

KEY = Pubkey(bytes([7] * 32))
TABLE = {"lookupTableAccount": "a", "lookupTableAuthority": "b"}
PAID = {**TABLE, "payerAccount": "c", "systemProgram": "d"}
TWO = b"\2\0\0\0" + (2).to_bytes(8, "little") + bytes(KEY) + bytes(32)
NEW = {"newAddresses": [str(KEY), str(Pubkey.default())]}

CASES: list[tuple[str, str, bytes, dict[str, Any]]] = [
    (
        "createLookupTable",
        "abcd",
        b"\0\0\0\0" + (9).to_bytes(8, "little") + b"\xfe",
        {**PAID, "recentSlot": 9, "bumpSeed": 254},
    ),
    ("freezeLookupTable", "ab", b"\1\0\0\0", TABLE),
    ("extendLookupTable", "ab", TWO, {**TABLE, **NEW}),
    ("extendLookupTable", "abcd", TWO, {**PAID, **NEW}),
    ("deactivateLookupTable", "ab", b"\3\0\0\0", TABLE),
    ("closeLookupTable", "abc", b"\4\0\0\0", {**TABLE, "recipient": "c"}),
]


@pytest.mark.parametrize(("name", "accounts", "data", "info"), CASES)
def test_each_kind(name: str, accounts: str, data: bytes, info: dict[str, Any]) -> None:
    """Name, accounts and data, with Agave's names."""
    assert parse(list(accounts), data) == {"info": info, "type": name}


@pytest.mark.parametrize(("accounts", "data"), [("ab", b"\x09\0\0\0"), ("a", b"\1\0\0\0"), ("ab", TWO[:-1])])
def test_what_is_none(accounts: str, data: bytes) -> None:
    """Unknown kinds, missing accounts and lists longer than the data are no instruction."""
    with pytest.raises(Unparsable):
        parse(list(accounts), data)


def test_tables() -> None:
    """Slots as text, the authority while there is one, the addresses."""
    head = struct.pack("<IQQB", 1, 2**64 - 1, 5, 1)
    owned = head + b"\1" + bytes(KEY) + bytes(2) + bytes(KEY)
    info = {
        "addresses": [str(KEY)],
        "authority": str(KEY),
        "deactivationSlot": str(2**64 - 1),
        "lastExtendedSlot": "5",
        "lastExtendedSlotStartIndex": 1,
    }
    assert table(owned) == {"info": info, "type": "lookupTable"}
    frozen = table(head + bytes(35))
    assert frozen is not None
    assert "authority" not in frozen["info"]
    assert table(bytes(56)) == {"type": "uninitialized"}
    assert table(b"\2" + bytes(55)) is None
    assert table(b"") is None


def test_both_are_found_by_their_program() -> None:
    """The program's instructions and accounts go by its name."""
    account = Account(1, bytes(56), LOOKUP_TABLE_PROGRAM)
    found = parsed_account(KEY, account, lambda key: None, 0)
    assert found is not None
    shown = instruction_json([KEY, LOOKUP_TABLE_PROGRAM], 1, [0, 0], b"\1\0\0\0", 1)
    assert found["program"] == shown["program"] == "address-lookup-table"
