"""Instructions inside transactions: which are parsed, in getTransaction, getBlock and simulateTransaction."""

from __future__ import annotations

from typing import Any

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from localnet.chain.node import Chain
from localnet.chain.rpc.parsed.instruction import ATA_PROGRAM, instruction_json
from localnet.chain.wire import COMPUTE_BUDGET
from tests.localnet.chain.people import Client, b64, making_token, person, signed, token_account

MEMO = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
A, B, C = (Pubkey(bytes([n] * 32)) for n in (1, 2, 3))
PARSED = {"commitment": "confirmed", "encoding": "jsonParsed", "maxSupportedTransactionVersion": 0}


def test_memo_is_its_text() -> None:
    """A memo is a string; one that is no text stays bytes."""
    assert instruction_json([A, MEMO], 1, [0], "🦖".encode(), 2) == {
        "parsed": "🦖",
        "program": "spl-memo",
        "programId": str(MEMO),
        "stackHeight": 2,
    }
    partly = {"accounts": [str(A)], "data": "3D", "programId": str(MEMO), "stackHeight": 1}
    assert instruction_json([A, MEMO], 1, [0], b"\x80", 1) == partly


@pytest.mark.parametrize(
    ("data", "count", "kind"),
    [(b"", 6, "create"), (b"\0", 6, "create"), (b"\1", 6, "createIdempotent"), (b"\2", 7, "recoverNested")],
)
def test_associated_token_program(data: bytes, count: int, kind: str) -> None:
    """Its three instructions, the first also without data."""
    keys = [*(Pubkey(bytes([n] * 32)) for n in range(count)), ATA_PROGRAM]
    parsed = instruction_json(keys, count, range(count), data, 1)["parsed"]
    assert (parsed["type"], len(parsed["info"])) == (kind, count)
    assert parsed["info"]["tokenProgram"] == str(keys[count - 1])
    for other, fewer in ((b"\3", count), (data + b"xx", count), (data, count - 1)):
        assert "parsed" not in instruction_json(keys, count, range(fewer), other, 1)


def test_unknown_programs_keep_their_bytes() -> None:
    """Accounts as addresses and data in base58."""
    assert instruction_json([A, COMPUTE_BUDGET], 1, [], b"\2\1\0\0\0", 1) == {
        "accounts": [],
        "data": "E7YeZu",
        "programId": str(COMPUTE_BUDGET),
        "stackHeight": 1,
    }


@pytest.fixture
def landed(chain: Chain, alice: Keypair) -> tuple[str, int]:
    """A transaction that makes a token and leaves a memo, confirmed: its signature and slot."""
    mint = person("mint")
    memo = Instruction(MEMO, b"hello", [AccountMeta(alice.pubkey(), True, False)])
    wire = signed(chain, alice, [*making_token(alice, mint), memo], signers=[mint])
    chain.submit(wire)
    slot = chain.produce().slot
    chain.produce()
    return wire.signature, slot


def kinds(instructions: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Program and type of each."""
    return [
        (one["program"], one["parsed"] if isinstance(one["parsed"], str) else one["parsed"]["type"])
        for one in instructions
    ]


def test_transaction_is_parsed_inside_too(client: Client, alice: Keypair, landed: tuple[str, int]) -> None:
    """getTransaction and getBlock show outer and inner instructions parsed, with their heights."""
    signature, slot = landed
    found = client.ask("getTransaction", signature, PARSED)
    outer = found["transaction"]["message"]["instructions"]
    assert kinds(outer) == [
        ("system", "createAccount"),
        ("spl-token", "initializeMint2"),
        ("spl-associated-token-account", "createIdempotent"),
        ("spl-token", "mintTo"),
        ("spl-memo", "hello"),
    ]
    holder = token_account(alice.pubkey(), person("mint").pubkey())
    assert outer[3]["parsed"]["info"] == {
        "account": str(holder),
        "amount": "5000000",
        "mint": str(person("mint").pubkey()),
        "mintAuthority": str(alice.pubkey()),
    }
    (inner,) = found["meta"]["innerInstructions"]
    assert inner["index"] == 2
    assert kinds(inner["instructions"]) == [
        ("spl-token", "getAccountDataSize"),
        ("system", "createAccount"),
        ("spl-token", "initializeImmutableOwner"),
        ("spl-token", "initializeAccount3"),
    ]
    assert {one["stackHeight"] for one in inner["instructions"]} == {2}
    assert inner["instructions"][0]["parsed"]["info"]["extensionTypes"] == ["immutableOwner"]
    (again,) = client.ask("getBlock", slot, PARSED)["transactions"]
    assert (again["transaction"], again["meta"]) == (found["transaction"], found["meta"])


def test_simulation_shows_inner_instructions_parsed(chain: Chain, client: Client, alice: Keypair) -> None:
    """simulateTransaction has no other way to show them."""
    mint = person("mint")
    wire = signed(chain, alice, making_token(alice, mint), signers=[mint])
    config = {"encoding": "base64", "commitment": "processed", "innerInstructions": True}
    (inner,) = client.ask("simulateTransaction", b64(wire), config)["value"]["innerInstructions"]
    assert ("system", "createAccount") in kinds(inner["instructions"])
