"""Accounts as values: tokens, nonces, programs, sysvars."""

from __future__ import annotations

import struct

import pytest
from solders.account import Account
from solders.pubkey import Pubkey

from localnet.chain.bank import CLOCK
from localnet.chain.genesis import LOADER_V3
from localnet.chain.node import Chain
from localnet.chain.rpc.parsed.account import parsed_account
from localnet.chain.rpc.parsed.sysvars import RENT
from localnet.chain.tokens import NATIVE_MINT, TOKEN, TOKEN_2022
from localnet.chain.wire import SYSTEM
from tests.localnet.chain.people import GENESIS_TIME, Client

A, B, C = (Pubkey(bytes([n] * 32)) for n in (1, 2, 3))
MINT = Account(1, bytes(4 + 32) + bytes(8) + bytes([6, 1]) + bytes(36), TOKEN)


def holding(*, state: int = 1, native: int | None = None, delegate: Pubkey | None = None) -> bytes:
    """A token account of B with 5 base units of mint A."""

    def option(value: bytes | None, size: int) -> bytes:
        return bytes(4 + size) if value is None else b"\1\0\0\0" + value

    parts = (
        bytes(A),
        bytes(B),
        (5).to_bytes(8, "little"),
        option(None if delegate is None else bytes(delegate), 32),
        bytes([state]),
        option(None if native is None else native.to_bytes(8, "little"), 8),
        (0 if delegate is None else 3).to_bytes(8, "little"),
        option(None if delegate is None else bytes(C), 32),
    )
    return b"".join(parts)


def read(key: Pubkey) -> Account | None:
    """The only mint there is."""
    return MINT if key == A else None


def test_token_account() -> None:
    """All that may be in one: a delegate with an amount, rent of wrapped lamports, an authority to close."""
    found = parsed_account(C, Account(1, holding(state=2, native=9, delegate=C), TOKEN_2022), read, 0)
    assert found is not None
    info = found["parsed"]["info"]
    assert (found["program"], found["space"], found["parsed"]["type"]) == ("spl-token-2022", 165, "account")
    assert (info["mint"], info["owner"], info["state"], info["isNative"]) == (str(A), str(B), "frozen", True)
    assert (info["delegate"], info["closeAuthority"]) == (str(C), str(C))
    assert [info[name]["amount"] for name in ("tokenAmount", "delegatedAmount", "rentExemptReserve")] == ["5", "3", "9"]


def test_token_account_without_options() -> None:
    """What is not set is not shown."""
    found = parsed_account(C, Account(1, holding(), TOKEN), read, 0)
    assert found is not None
    assert set(found["parsed"]["info"]) == {"isNative", "mint", "owner", "state", "tokenAmount"}


def test_token_account_of_no_mint() -> None:
    """Without its mint an amount has no decimals, so the account stays bytes."""
    assert parsed_account(C, Account(1, holding(), TOKEN), lambda key: None, 0) is None


def test_multisig() -> None:
    """How many must sign, how many can, and who."""
    data = bytes([2, 3, 1]) + bytes(A) + bytes(B) + bytes(C) + bytes(8 * 32)
    found = parsed_account(C, Account(1, data, TOKEN), read, 0)
    assert found == {
        "parsed": {
            "info": {
                "isInitialized": True,
                "numRequiredSigners": 2,
                "numValidSigners": 3,
                "signers": [str(A), str(B), str(C)],
            },
            "type": "multisig",
        },
        "program": "spl-token",
        "space": 355,
    }
    assert parsed_account(C, Account(1, bytes(355), TOKEN), read, 0) is None


def test_nonce() -> None:
    """A durable nonce of either version; a wallet, and one that is not initialized, stay bytes."""
    for version in (0, 1):
        data = struct.pack("<II", version, 1) + bytes(A) + bytes(B) + (5000).to_bytes(8, "little")
        found = parsed_account(C, Account(1, data, SYSTEM), read, 0)
        assert found is not None
        assert (found["program"], found["space"]) == ("nonce", 80)
        assert found["parsed"] == {
            "info": {
                "authority": str(A),
                "blockhash": str(B),
                "feeCalculator": {"lamportsPerSignature": "5000"},
            },
            "type": "initialized",
        }
    for data in (b"", bytes(80)):
        assert parsed_account(C, Account(1, data, SYSTEM), read, 0) is None


def test_programs() -> None:
    """A program names its data account; that one says when it was deployed, who may change it, and its ELF."""
    program = parsed_account(C, Account(1, b"\2\0\0\0" + bytes(A), LOADER_V3), read, 0)
    assert program == {
        "parsed": {"info": {"programData": str(A)}, "type": "program"},
        "program": "bpf-upgradeable-loader",
        "space": 36,
    }
    head = b"\3\0\0\0" + (7).to_bytes(8, "little")
    owned = parsed_account(C, Account(1, head + b"\1" + bytes(B) + b"elf", LOADER_V3), read, 0)
    assert owned is not None
    assert owned["parsed"]["info"] == {"authority": str(B), "data": ["ZWxm", "base64"], "slot": 7}
    frozen = parsed_account(C, Account(1, head + b"\0" + bytes(32) + b"elf", LOADER_V3), read, 0)
    assert frozen is not None
    assert frozen["parsed"]["info"]["authority"] is None
    assert parsed_account(C, Account(1, b"\1\0\0\0", LOADER_V3), read, 0) is None


@pytest.mark.parametrize("owner", [A, LOADER_V3, TOKEN, SYSTEM])
def test_the_rest_stays_bytes(owner: Pubkey) -> None:
    """Another program's account, and one that is not of its owner's layout, is not parsed."""
    assert parsed_account(C, Account(1, b"\x09\x09\x09", owner), read, 0) is None


def test_over_the_wire(chain: Chain, client: Client) -> None:
    """getAccountInfo shows sysvars and mints parsed, and the rest as base64."""
    chain.produce(40)

    def shown(key: Pubkey) -> dict[str, object]:
        return client.ask("getAccountInfo", str(key), {"encoding": "jsonParsed"})["value"]["data"]

    clock = shown(CLOCK)
    assert (clock["program"], clock["space"]) == ("sysvar", 40)
    assert clock["parsed"] == {
        "info": {
            "epoch": 0,
            "epochStartTimestamp": GENESIS_TIME,
            "leaderScheduleEpoch": 1,
            "slot": 9,
            "unixTimestamp": GENESIS_TIME + 3,
        },
        "type": "clock",
    }
    assert shown(RENT)["parsed"]["type"] == "rent"  # type: ignore[index]
    assert shown(NATIVE_MINT)["parsed"]["info"]["decimals"] == 9  # type: ignore[index]
