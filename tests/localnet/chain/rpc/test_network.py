"""Health, slots, blockhashes, supply, fees."""

from __future__ import annotations

import pytest
from solders.compute_budget import set_compute_unit_price
from solders.keypair import Keypair

from localnet.chain.node import Chain
from tests.localnet.chain.people import SOL, Client, make_chain, moving, signed


def test_slots_of_each_commitment(chain: Chain, client: Client) -> None:
    """Finalized is the default; an unknown word means finalized too, as with Agave."""
    chain.produce(40)
    asked = [None, "processed", "confirmed", "finalized", "recent"]
    assert [client.ask("getSlot", {"commitment": one}) for one in asked] == [9, 40, 39, 9, 9]


def test_height_leaves_holes_out(chain: Chain, client: Client) -> None:
    """Height counts blocks, slot counts slots."""
    chain.skip(10)
    chain.produce(2)
    info = client.ask("getEpochInfo", {"commitment": "processed"})
    assert (info["absoluteSlot"], info["blockHeight"], info["slotIndex"]) == (12, 2, 12)
    assert client.ask("getBlockHeight", {"commitment": "processed"}) == 2


def test_minimum_context_slot(chain: Chain, client: Client) -> None:
    """Behind the caller's slot the answer is -32016 with the slot it would have been of."""
    chain.produce(40)
    error = client.reply("getSlot", {"minContextSlot": 10})["error"]
    assert error == {
        "code": -32016,
        "message": "Minimum context slot has not been reached",
        "data": {"contextSlot": 9},
    }
    assert client.ask("getSlot", {"minContextSlot": 9}) == 9


def test_blockhash_and_how_long_it_lives(chain: Chain, client: Client) -> None:
    """A blockhash is valid for 150 blocks above its own, at each commitment's own height."""
    chain.produce(3)
    latest = client.ask("getLatestBlockhash", {"commitment": "processed"})["value"]
    assert latest == {"blockhash": chain.tip.blockhash, "lastValidBlockHeight": 153}
    top = {"commitment": "processed"}
    assert client.ask("isBlockhashValid", latest["blockhash"])["value"] is False
    for blocks, valid in ((0, True), (150, True), (1, False)):
        if blocks:
            chain.produce(blocks)
        assert client.ask("isBlockhashValid", latest["blockhash"], top)["value"] is valid


def test_identity_genesis_version(chain: Chain, client: Client) -> None:
    """The genesis hash is the hash of block 0; another seed has another identity."""
    assert client.ask("getGenesisHash") == chain.bank.genesis.blockhash
    assert client.ask("getVersion")["solana-core"] == "4.2.2"
    other = Client(make_chain(seed=2))
    assert other.ask("getIdentity") != client.ask("getIdentity")
    assert client.ask("getSlotLeader") == client.ask("getIdentity")["identity"]


def test_rent_and_supply(client: Client, alice: Keypair) -> None:
    """Rent is mainnet's; the supply is all there is."""
    assert client.ask("getMinimumBalanceForRentExemption", 0) == 890_880
    assert client.ask("getMinimumBalanceForRentExemption", 165) == 2_039_280
    value = client.ask("getSupply", {"commitment": "processed"})["value"]
    assert value["total"] == value["circulating"] == 500_000_500 * SOL - 2_500


def test_prioritization_fees_are_per_account(chain: Chain, client: Client, alice: Keypair, bob: Keypair) -> None:
    """Per block: the lowest unit price, or of an account the lowest that wrote it."""
    instructions = [set_compute_unit_price(5_000), moving(alice.pubkey(), bob.pubkey(), SOL)]
    chain.submit(signed(chain, alice, instructions))
    chain.submit(signed(chain, alice, [moving(alice.pubkey(), alice.pubkey(), 1)]))
    slot = chain.produce().slot
    assert client.ask("getRecentPrioritizationFees")[-1] == {"prioritizationFee": 0, "slot": slot}
    assert client.ask("getRecentPrioritizationFees", [str(bob.pubkey())])[-1]["prioritizationFee"] == 5_000


@pytest.mark.parametrize("method", ["getTransactionCount", "getBlockHeight", "getSlot"])
def test_counts_grow(chain: Chain, client: Client, alice: Keypair, method: str) -> None:
    """Alice's airdrop made one block with one transaction."""
    assert client.ask(method, {"commitment": "processed"}) == 1
