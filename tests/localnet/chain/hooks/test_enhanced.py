"""Enhanced bodies: balance changes, transfers, instructions."""

from __future__ import annotations

from typing import Any

from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair

from localnet.chain.hooks.enhanced import enhanced
from localnet.chain.hooks.moves import Move, move_of
from localnet.chain.node import Chain
from localnet.chain.tokens import TOKEN
from localnet.chain.wire import SYSTEM
from tests.localnet.chain.people import SOL, making_token, pay, person, signed, token_account


def told(chain: Chain, signature: str) -> dict[str, Any]:
    """The enhanced form of a landed transaction."""
    landed = chain.ledger.find(signature)
    assert landed is not None
    block = chain.ledger.block(landed.slot)
    assert block is not None
    return enhanced(block, landed)


def test_transfer_of_lamports(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """A plain payment is a TRANSFER with one native transfer; balance changes sum to minus the fee."""
    signature = chain.submit(pay(chain, alice, bob.pubkey(), SOL))
    block = chain.produce()
    one = told(chain, signature)
    assert (one["type"], one["source"], one["feePayer"]) == ("TRANSFER", "SYSTEM_PROGRAM", str(alice.pubkey()))
    assert one["nativeTransfers"] == [
        {"amount": SOL, "fromUserAccount": str(alice.pubkey()), "toUserAccount": str(bob.pubkey())}
    ]
    assert (one["tokenTransfers"], one["transactionError"], one["events"]) == ([], None, {})
    assert (one["slot"], one["timestamp"], one["signature"]) == (block.slot, block.block_time, signature)
    changes = {row["account"]: row["nativeBalanceChange"] for row in one["accountData"]}
    assert changes[str(bob.pubkey())] == SOL
    assert sum(changes.values()) == -one["fee"]
    assert one["instructions"][0]["programId"] == str(SYSTEM)


def test_transfer_of_tokens(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """Token transfers name accounts, owners and mint; base units change by account, inner calls are listed."""
    mint = person("mint")
    made = chain.submit(signed(chain, alice, making_token(alice, mint), signers=[mint]))
    chain.produce()
    one = told(chain, made)
    assert one["type"] == "UNKNOWN"
    assert any(row["innerInstructions"] for row in one["instructions"])
    source = token_account(alice.pubkey(), mint.pubkey())
    changed = {row["account"]: row["tokenBalanceChanges"] for row in one["accountData"]}
    assert changed[str(source)] == [
        {
            "mint": str(mint.pubkey()),
            "rawTokenAmount": {"decimals": 6, "tokenAmount": "5000000"},
            "tokenAccount": str(source),
            "userAccount": str(alice.pubkey()),
        }
    ]
    data = b"\x03" + (1_500_000).to_bytes(8, "little")
    metas = [
        AccountMeta(source, False, True),
        AccountMeta(source, False, True),
        AccountMeta(alice.pubkey(), True, True),
    ]
    moved = chain.submit(signed(chain, alice, [Instruction(TOKEN, data, metas)]))
    chain.produce()
    one = told(chain, moved)
    assert (one["type"], one["source"]) == ("TRANSFER", "SOLANA_PROGRAM_LIBRARY")
    assert one["tokenTransfers"] == [
        {
            "fromTokenAccount": str(source),
            "fromUserAccount": str(alice.pubkey()),
            "mint": str(mint.pubkey()),
            "toTokenAccount": str(source),
            "toUserAccount": str(alice.pubkey()),
            "tokenAmount": 1.5,
            "tokenStandard": "Fungible",
        }
    ]


def test_moves_of_each_instruction() -> None:
    """Amounts and accounts stand where each instruction keeps them; what is cut short or unknown moves nothing."""
    accounts = ("a", "b", "c")
    eight = (77).to_bytes(8, "little")
    seed = bytes(32) + (3).to_bytes(8, "little") + b"abc"
    for data, target in (
        ((0).to_bytes(4, "little") + eight + bytes(40), "b"),
        ((2).to_bytes(4, "little") + eight, "b"),
        ((3).to_bytes(4, "little") + seed + eight + bytes(40), "b"),
        ((11).to_bytes(4, "little") + eight + seed + bytes(32), "c"),
    ):
        assert move_of(str(SYSTEM), accounts, data) == Move(source="a", target=target, amount=77, token=False)
    with_fee = b"\x1a\x01" + eight + b"\x06" + eight
    for data, target in ((b"\x03" + eight, "b"), (b"\x0c" + eight + b"\x06", "c"), (with_fee, "c")):
        assert move_of(str(TOKEN), accounts, data) == Move(source="a", target=target, amount=77, token=True)
    for program, data in ((str(SYSTEM), b"\2"), (str(TOKEN), b"\x07" + eight), ("x", b"\x03" + eight)):
        assert move_of(program, accounts, data) is None
    assert move_of(str(TOKEN), accounts, b"\x1a\x05" + eight + eight) is None
    assert move_of(str(TOKEN), ("a", "b"), b"\x0c" + eight + b"\x06") is None
