"""System instructions as values, from bytes that solders builds."""

from __future__ import annotations

from typing import Any

import pytest
from solders import system_program as system
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from localnet.chain.rpc.parsed.forms import Unparsable
from localnet.chain.rpc.parsed.system import parse

A, B, C = (Pubkey(bytes([n] * 32)) for n in (1, 2, 3))
HASHES = "SysvarRecentB1ockHashes11111111111111111111"
RENT = "SysvarRent111111111111111111111111111111111"

CASES: dict[str, tuple[Instruction, dict[str, Any]]] = {
    "createAccount": (
        system.create_account(system.CreateAccountParams(from_pubkey=A, to_pubkey=B, lamports=7, space=8, owner=C)),
        {"source": str(A), "newAccount": str(B), "lamports": 7, "space": 8, "owner": str(C)},
    ),
    "assign": (
        system.assign(system.AssignParams(pubkey=A, owner=C)),
        {"account": str(A), "owner": str(C)},
    ),
    "transfer": (
        system.transfer(system.TransferParams(from_pubkey=A, to_pubkey=B, lamports=2**63)),
        {"source": str(A), "destination": str(B), "lamports": 2**63},
    ),
    "createAccountWithSeed": (
        system.create_account_with_seed(
            system.CreateAccountWithSeedParams(
                from_pubkey=A, to_pubkey=B, base=A, seed="sé", lamports=7, space=8, owner=C
            )
        ),
        {
            "source": str(A),
            "newAccount": str(B),
            "base": str(A),
            "seed": "sé",
            "lamports": 7,
            "space": 8,
            "owner": str(C),
        },
    ),
    "advanceNonce": (
        system.advance_nonce_account(system.AdvanceNonceAccountParams(nonce_pubkey=A, authorized_pubkey=B)),
        {"nonceAccount": str(A), "recentBlockhashesSysvar": HASHES, "nonceAuthority": str(B)},
    ),
    "withdrawFromNonce": (
        system.withdraw_nonce_account(
            system.WithdrawNonceAccountParams(nonce_pubkey=A, authorized_pubkey=B, to_pubkey=C, lamports=9)
        ),
        {
            "nonceAccount": str(A),
            "destination": str(C),
            "recentBlockhashesSysvar": HASHES,
            "rentSysvar": RENT,
            "nonceAuthority": str(B),
            "lamports": 9,
        },
    ),
    "initializeNonce": (
        system.initialize_nonce_account(system.InitializeNonceAccountParams(nonce_pubkey=A, authority=B)),
        {"nonceAccount": str(A), "recentBlockhashesSysvar": HASHES, "rentSysvar": RENT, "nonceAuthority": str(B)},
    ),
    "authorizeNonce": (
        system.authorize_nonce_account(
            system.AuthorizeNonceAccountParams(nonce_pubkey=A, authorized_pubkey=B, new_authority=C)
        ),
        {"nonceAccount": str(A), "nonceAuthority": str(B), "newAuthorized": str(C)},
    ),
    "allocate": (
        system.allocate(system.AllocateParams(pubkey=A, space=5)),
        {"account": str(A), "space": 5},
    ),
    "allocateWithSeed": (
        system.allocate_with_seed(system.AllocateWithSeedParams(address=A, base=B, seed="s", space=5, owner=C)),
        {"account": str(A), "base": str(B), "seed": "s", "space": 5, "owner": str(C)},
    ),
    "assignWithSeed": (
        system.assign_with_seed(system.AssignWithSeedParams(address=A, base=B, seed="s", owner=C)),
        {"account": str(A), "base": str(B), "seed": "s", "owner": str(C)},
    ),
    "transferWithSeed": (
        system.transfer_with_seed(
            system.TransferWithSeedParams(
                from_pubkey=A, from_base=B, from_seed="s", from_owner=C, to_pubkey=C, lamports=4
            )
        ),
        {
            "source": str(A),
            "sourceBase": str(B),
            "destination": str(C),
            "lamports": 4,
            "sourceSeed": "s",
            "sourceOwner": str(C),
        },
    ),
}


def addresses(instruction: Instruction) -> list[str]:
    """The accounts as text."""
    return [str(one.pubkey) for one in instruction.accounts]


@pytest.mark.parametrize("name", CASES)
def test_each_kind(name: str) -> None:
    """Name, accounts and data of each instruction, with Agave's names."""
    instruction, info = CASES[name]
    assert parse(addresses(instruction), instruction.data) == {"info": info, "type": name}


@pytest.mark.parametrize("name", CASES)
def test_one_account_or_byte_too_few(name: str) -> None:
    """An instruction that lacks its last account or the last byte of its data is not shown as one."""
    instruction, _ = CASES[name]
    with pytest.raises(Unparsable):
        parse(addresses(instruction)[:-1], instruction.data)
    if len(instruction.data) > 4:
        with pytest.raises(Unparsable):
            parse(addresses(instruction), instruction.data[:-1])


def test_more_is_tolerated() -> None:
    """Bytes and accounts beyond what is needed change nothing."""
    instruction, info = CASES["transfer"]
    assert parse([*addresses(instruction), str(C)], instruction.data + b"x")["info"] == info


def test_upgrade_nonce() -> None:
    """The twelfth kind has one account and no data."""
    assert parse([str(A)], bytes([12, 0, 0, 0])) == {"info": {"nonceAccount": str(A)}, "type": "upgradeNonce"}


def test_account_that_may_have_funds() -> None:
    """Without lamports nobody pays; with lamports the second account does."""
    tail = (5).to_bytes(8, "little") + bytes(C)
    head = bytes([13, 0, 0, 0])
    shown = {"newAccount": str(A), "space": 5, "owner": str(C)}
    assert parse([str(A)], head + bytes(8) + tail)["info"] == shown
    paid = parse([str(A), str(B)], head + (6).to_bytes(8, "little") + tail)
    assert paid == {"info": {**shown, "source": str(B), "lamports": 6}, "type": "createAccountAllowPrefund"}


@pytest.mark.parametrize(("accounts", "data"), [([str(A)], b"\x63\0\0\0"), ([], b"\x0c\0\0\0"), ([str(A)], b"\x02")])
def test_what_is_none(accounts: list[str], data: bytes) -> None:
    """An unknown kind, no accounts at all, and half a kind are no instruction."""
    with pytest.raises(Unparsable):
        parse(accounts, data)
