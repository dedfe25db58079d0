"""Lying and forgetful endpoints beside a true one."""

from __future__ import annotations

from typing import get_args

import pytest
from solders.keypair import Keypair

from localnet.chain.faults.answers import ABOUTS, AHEAD_SLOTS
from localnet.chain.faults.model import About
from localnet.chain.node import Chain
from tests.localnet.chain.people import SOL, Client, pay

TOP = {"commitment": "processed"}
SURE = {"commitment": "confirmed"}
FULL = {"commitment": "confirmed", "maxSupportedTransactionVersion": 0}


@pytest.fixture
def liar(chain: Chain) -> Client:
    """The second endpoint."""
    return Client(chain, "fault")


def paid(chain: Chain, alice: Keypair, bob: Keypair) -> tuple[str, int]:
    """A landed, confirmed transfer: its signature and slot."""
    signature = chain.submit(pay(chain, alice, bob.pubkey(), SOL))
    slot = chain.produce().slot
    chain.produce(3)
    return signature, slot


def test_lies_about_a_block(chain: Chain, client: Client, liar: Client, alice: Keypair, bob: Keypair) -> None:
    """Another hash, a missing transaction, no inner instructions, skipped: each once, never on the true endpoint."""
    _, slot = paid(chain, alice, bob)
    true = client.ask("getBlock", slot, FULL)
    told = {}
    for about in ("blockhash", "transactions", "inner"):
        client.ask("localnet_fault", f"lie {about} times 1")
        chain.produce()
        told[about] = liar.ask("getBlock", slot, FULL)
        assert liar.ask("getBlock", slot, FULL) == client.ask("getBlock", slot, FULL) == true
    assert told["blockhash"] | {"blockhash": true["blockhash"]} == true != told["blockhash"]
    assert (len(true["transactions"]), told["transactions"]["transactions"]) == (1, [])
    assert told["inner"]["transactions"][0]["meta"]["innerInstructions"] is None
    client.ask("localnet_fault", {"kind": "lie", "about": "skipped"})
    assert liar.error("getBlock", slot, FULL)[0] == -32009
    assert client.ask("getBlock", slot, FULL) == true


def test_lies_about_the_chain(chain: Chain, client: Client, liar: Client, alice: Keypair, bob: Keypair) -> None:
    """A tip far ahead, a hole in a list, unknown signatures, another genesis."""
    signature, _ = paid(chain, alice, bob)
    for about in ("tip", "gap", "statuses", "genesis"):
        client.ask("localnet_fault", {"kind": "lie", "about": about})
    assert liar.ask("getSlot", TOP) == client.ask("getSlot", TOP) + AHEAD_SLOTS
    assert (client.ask("getBlocks", 0, 4, SURE), liar.ask("getBlocks", 0, 4, SURE)) == ([0, 1, 2, 3, 4], [0, 1, 3, 4])
    assert client.ask("getSignatureStatuses", [signature])["value"][0]["err"] is None
    assert liar.ask("getSignatureStatuses", [signature])["value"] == [None]
    assert liar.ask("getTransaction", signature, FULL) is None
    assert liar.ask("getGenesisHash") != client.ask("getGenesisHash")
    client.ask("localnet_fault", {"kind": "clear"})
    assert liar.ask("getGenesisHash") == client.ask("getGenesisHash")


def test_every_lie_is_told_somewhere() -> None:
    """Each lie belongs to a method's answer."""
    assert frozenset().union(*ABOUTS.values()) == set(get_args(About))


def test_truncated_history(chain: Chain, client: Client, liar: Client, alice: Keypair, bob: Keypair) -> None:
    """A forgetful endpoint knows only its newest blocks, in every method, and says what it still has."""
    signature, slot = paid(chain, alice, bob)
    chain.skip(1)
    chain.produce(5)
    first = chain.tip.slot - 3
    client.ask("localnet_fault", "truncate 4")
    assert liar.ask("getFirstAvailableBlock") == liar.ask("minimumLedgerSlot") == first
    assert liar.error("getBlock", slot, FULL) == (
        -32001,
        f"Block {slot} cleaned up, does not exist on node. First available block: {first}",
    )
    assert liar.error("getBlock", slot + 4, FULL)[0] == -32001
    assert liar.ask("getBlocks", 0, first + 1, SURE) == liar.ask("getBlocksWithLimit", 0, 2, SURE) == [first, first + 1]
    assert liar.ask("getTransaction", signature, FULL) is None
    assert liar.ask("getSignatureStatuses", [signature])["value"] == [None]
    assert liar.ask("getSignaturesForAddress", str(alice.pubkey()), SURE) == []
    assert len(client.ask("getSignaturesForAddress", str(alice.pubkey()), SURE)) == 2
    assert client.ask("getFirstAvailableBlock") == 0
    client.ask("localnet_fault", {"kind": "truncate", "blocks": 0})
    assert liar.ask("getTransaction", signature, FULL)["slot"] == slot
