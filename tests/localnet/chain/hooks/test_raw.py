"""Raw bodies against a real one of Helius."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from solders.keypair import Keypair

from localnet.chain.hooks.raw import raw_body
from localnet.chain.node import Chain
from tests.localnet.chain.people import ATA_PROGRAM, SOL, making_token, moving, pay, person, signed

REAL = Path(__file__).parents[5] / "shared" / "data" / "helius-raw-webhook.json"
RECORDED = Path(__file__).parent / "recorded.json"


def body_of(chain: Chain, signature: str) -> Any:
    """The decoded body of a landed transaction."""
    landed = chain.ledger.find(signature)
    assert landed is not None
    block = chain.ledger.block(landed.slot)
    assert block is not None
    return msgspec.json.decode(raw_body(block, landed))


def shape(value: Any) -> Any:
    """Keys and types, lists by their first element."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items()}
    if isinstance(value, list):
        return [shape(one) for one in value[:1]]
    return type(value).__name__


def test_body_has_the_shape_of_a_real_one(chain: Chain, alice: Keypair) -> None:
    """A legacy transaction with inner calls has exactly the keys and types of a body that Helius sent."""
    wire = signed(chain, alice, making_token(alice, person("mint")), signers=[person("mint")], version=None)
    signature = chain.submit(wire)
    chain.produce()
    ours = body_of(chain, signature)
    for name in ("preTokenBalances", "postTokenBalances"):  # empty in the real one
        ours[0]["meta"][name] = []
    assert shape(ours) == msgspec.json.decode(RECORDED.read_bytes())


def test_the_shape_is_that_of_the_recorded_body() -> None:
    """What is written beside this is what the real body says."""
    if not REAL.exists():
        pytest.skip("shared data: helius-raw-webhook.json is not there")
    assert shape(msgspec.json.decode(REAL.read_bytes())) == msgspec.json.decode(RECORDED.read_bytes())


def test_body_is_the_transaction(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """Slot, place, time, error and keys are those of the chain; version 0 keeps its empty lookups."""
    chain.submit(pay(chain, alice, bob.pubkey(), SOL))
    failing = chain.submit(signed(chain, alice, [moving(alice.pubkey(), bob.pubkey(), 10**18)]))
    block = chain.produce()
    (one,) = body_of(chain, failing)
    assert (one["slot"], one["indexWithinBlock"], one["blockTime"]) == (block.slot, 1, block.block_time)
    assert (one["version"], one["transaction"]["message"]["addressTableLookups"]) == (0, [])
    assert "InstructionError" in one["meta"]["err"]
    assert one["transaction"]["signatures"] == [failing]
    assert one["transaction"]["message"]["accountKeys"][0] == str(alice.pubkey())


def test_token_balances_are_told(chain: Chain, alice: Keypair) -> None:
    """A minted token shows in the balances after."""
    wire = signed(chain, alice, making_token(alice, person("mint")), signers=[person("mint")])
    signature = chain.submit(wire)
    chain.produce()
    (one,) = body_of(chain, signature)
    assert one["meta"]["preTokenBalances"] == []
    (held,) = one["meta"]["postTokenBalances"]
    assert (held["owner"], held["uiTokenAmount"]["amount"]) == (str(alice.pubkey()), "5000000")
    assert str(ATA_PROGRAM) in one["transaction"]["message"]["accountKeys"]
