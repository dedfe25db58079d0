"""Token instructions as values."""

from __future__ import annotations

from typing import Any

import pytest
from solders.pubkey import Pubkey

from localnet.chain.rpc.parsed.forms import Unparsable
from localnet.chain.rpc.parsed.token import AUTHORITIES, parse

A, B, C, D, E = (str(Pubkey(bytes([n] * 32))) for n in (1, 2, 3, 4, 5))
KEY = bytes([7] * 32)
SEVEN = str(Pubkey(KEY))
FIVE = (5).to_bytes(8, "little")
UI = {"amount": "5", "decimals": 2, "uiAmount": 0.05, "uiAmountString": "0.05"}

CASES: list[tuple[str, list[str], bytes, dict[str, Any]]] = [
    (
        "initializeMint",
        [A, B],
        b"\0\6" + KEY + b"\1" + KEY,
        {"mint": A, "rentSysvar": B, "decimals": 6, "mintAuthority": SEVEN, "freezeAuthority": SEVEN},
    ),
    ("initializeMint2", [A], b"\x14\6" + KEY + b"\0", {"mint": A, "decimals": 6, "mintAuthority": SEVEN}),
    ("initializeAccount", [A, B, C, D], b"\1", {"account": A, "mint": B, "owner": C, "rentSysvar": D}),
    ("initializeAccount2", [A, B, C], b"\x10" + KEY, {"account": A, "mint": B, "owner": SEVEN, "rentSysvar": C}),
    ("initializeAccount3", [A, B], b"\x12" + KEY, {"account": A, "mint": B, "owner": SEVEN}),
    ("initializeMultisig", [A, B, C, D], b"\2\2", {"multisig": A, "rentSysvar": B, "signers": [C, D], "m": 2}),
    ("initializeMultisig2", [A, C, D], b"\x13\2", {"multisig": A, "signers": [C, D], "m": 2}),
    ("transfer", [A, B, C], b"\3" + FIVE, {"source": A, "destination": B, "amount": "5", "authority": C}),
    ("approve", [A, B, C], b"\4" + FIVE, {"source": A, "delegate": B, "amount": "5", "owner": C}),
    ("revoke", [A, B], b"\5", {"source": A, "owner": B}),
    ("mintTo", [A, B, C], b"\7" + FIVE, {"mint": A, "account": B, "amount": "5", "mintAuthority": C}),
    ("burn", [A, B, C], b"\x08" + FIVE, {"account": A, "mint": B, "amount": "5", "authority": C}),
    ("closeAccount", [A, B, C], b"\x09", {"account": A, "destination": B, "owner": C}),
    ("freezeAccount", [A, B, C], b"\x0a", {"account": A, "mint": B, "freezeAuthority": C}),
    ("thawAccount", [A, B, C], b"\x0b", {"account": A, "mint": B, "freezeAuthority": C}),
    (
        "transferChecked",
        [A, B, C, D],
        b"\x0c" + FIVE + b"\2",
        {"source": A, "mint": B, "destination": C, "tokenAmount": UI, "authority": D},
    ),
    (
        "approveChecked",
        [A, B, C, D],
        b"\x0d" + FIVE + b"\2",
        {"source": A, "mint": B, "delegate": C, "tokenAmount": UI, "owner": D},
    ),
    (
        "mintToChecked",
        [A, B, C],
        b"\x0e" + FIVE + b"\2",
        {"mint": A, "account": B, "tokenAmount": UI, "mintAuthority": C},
    ),
    ("burnChecked", [A, B, C], b"\x0f" + FIVE + b"\2", {"account": A, "mint": B, "tokenAmount": UI, "authority": C}),
    ("syncNative", [A], b"\x11", {"account": A}),
    ("getAccountDataSize", [A], b"\x15", {"mint": A}),
    ("getAccountDataSize", [A], b"\x15\x07\0", {"mint": A, "extensionTypes": ["immutableOwner"]}),
    ("initializeImmutableOwner", [A], b"\x16", {"account": A}),
    ("amountToUiAmount", [A], b"\x17" + FIVE, {"mint": A, "amount": "5"}),
    ("uiAmountToAmount", [A], b"\x180.5", {"mint": A, "uiAmount": "0.5"}),
    ("initializeMintCloseAuthority", [A], b"\x19\0", {"mint": A, "newAuthority": None}),
    ("createNativeMint", [A, B, C], b"\x1f", {"payer": A, "nativeMint": B, "systemProgram": C}),
    ("initializeNonTransferableMint", [A], b"\x20", {"mint": A}),
    ("withdrawExcessLamports", [A, B, C], b"\x26", {"source": A, "destination": B, "authority": C}),
]


@pytest.mark.parametrize(("name", "accounts", "data", "info"), CASES)
def test_each_kind(name: str, accounts: list[str], data: bytes, info: dict[str, Any]) -> None:
    """Name, accounts and data of each instruction, with Agave's names."""
    assert parse(accounts, data) == {"info": info, "type": name}


@pytest.mark.parametrize(("name", "accounts", "data", "info"), CASES)
def test_without_enough_accounts(name: str, accounts: list[str], data: bytes, info: dict[str, Any]) -> None:
    """An instruction that lacks its last needed account is not shown as one."""
    needed = len(accounts) - (name.startswith("initializeMultisig"))
    with pytest.raises(Unparsable):
        parse(accounts[: needed - 1], data)


def test_many_signers() -> None:
    """With accounts after the authority it is a multisig, and they are its signers."""
    info = parse([A, B, C, D, E], b"\3" + FIVE)["info"]
    assert info == {"source": A, "destination": B, "amount": "5", "multisigAuthority": C, "signers": [D, E]}


@pytest.mark.parametrize("kind", range(len(AUTHORITIES)))
def test_authorities(kind: int) -> None:
    """What is owned is an account for two of the authorities, else a mint; nobody as the new one is null."""
    role = "account" if AUTHORITIES[kind] in ("accountOwner", "closeAccount") else "mint"
    info = parse([A, B], bytes([6, kind, 0]))["info"]
    assert info == {role: A, "authority": B, "authorityType": AUTHORITIES[kind], "newAuthority": None}
    assert parse([A, B], bytes([6, kind, 1]) + KEY)["info"]["newAuthority"] == SEVEN


def test_batch() -> None:
    """A batch is its instructions, each with its own part of the accounts; a batch within is none."""
    packed = bytes([3, 9]) + b"\3" + FIVE + bytes([1, 1]) + b"\x11"
    inner = parse([A, B, C, D], b"\xff" + packed)
    assert inner["type"] == "batch"
    assert [
        (one["type"], one["info"].get("source", one["info"].get("account"))) for one in inner["info"]["instructions"]
    ] == [
        ("transfer", A),
        ("syncNative", D),
    ]
    for bad in (b"\xff" + packed[:-1], b"\xff\1\1\xff"):
        with pytest.raises(Unparsable):
            parse([A, B, C, D], bad)


@pytest.mark.parametrize(
    ("accounts", "data"),
    [
        ([A], b""),
        ([A], b"\xfe"),
        ([], b"\x11"),
        ([A, B], b"\x06\x63\0"),
        ([A, B], b"\x06\0\2"),
        ([A], b"\x18\xff"),
        ([A], b"\x15\x1d\0"),
    ],
)
def test_what_is_none(accounts: list[str], data: bytes) -> None:
    """Unknown kinds, authorities and options, text that is none, and no accounts at all are no instruction."""
    with pytest.raises(Unparsable):
        parse(accounts, data)
