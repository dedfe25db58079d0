"""Sending and simulating, and everything that can be wrong with it."""

from __future__ import annotations

import base64

import base58
import pytest
from solders.keypair import Keypair
from solders.message import to_bytes_versioned
from solders.transaction import VersionedTransaction

from localnet.chain.node import Chain
from localnet.chain.wire import from_signed
from tests.localnet.chain.people import (
    SOL,
    Client,
    b64,
    lamports,
    making_token,
    moving,
    pay,
    person,
    signed,
    token_account,
)

TOP = {"encoding": "base64", "preflightCommitment": "processed"}
SIM = {"encoding": "base64", "commitment": "processed"}


def test_sent_transaction_lands_in_the_next_block(chain: Chain, client: Client, alice: Keypair, bob: Keypair) -> None:
    """In base64 and in base58, the default."""
    first, second = pay(chain, alice, bob.pubkey(), SOL), pay(chain, alice, bob.pubkey(), 2 * SOL)
    assert client.ask("sendTransaction", b64(first), TOP) == first.signature
    text = base58.b58encode(second.raw).decode()
    assert client.ask("sendTransaction", text, {"preflightCommitment": "processed"}) == second.signature
    assert lamports(chain, bob.pubkey()) == 0
    chain.produce()
    assert lamports(chain, bob.pubkey()) == 3 * SOL


def test_preflight_refuses_what_would_fail(chain: Chain, client: Client, alice: Keypair, bob: Keypair) -> None:
    """-32002 with the logs and the error; skipped, the transaction lands and fails."""
    wire = pay(chain, alice, bob.pubkey(), 1000 * SOL)
    error = client.reply("sendTransaction", b64(wire), TOP)["error"]
    assert error["code"] == -32002
    assert error["message"] == (
        "Transaction simulation failed: Error processing Instruction 0: custom program error: 0x1"
    )
    assert error["data"]["err"] == {"InstructionError": [0, {"Custom": 1}]}
    assert error["data"]["unitsConsumed"] == 150
    assert "insufficient lamports" in error["data"]["logs"][1]
    assert chain.pending == 0
    client.ask("sendTransaction", b64(wire), {**TOP, "skipPreflight": True})
    assert chain.produce().transactions[0].outcome.error is not None


def test_preflight_default_is_finalized(chain: Chain, client: Client, alice: Keypair, bob: Keypair) -> None:
    """A blockhash that is not final yet is not found by the default preflight."""
    wire = pay(chain, alice, bob.pubkey(), SOL)
    error = client.reply("sendTransaction", b64(wire), {"encoding": "base64"})["error"]
    assert (error["code"], error["data"]["err"]) == (-32002, "BlockhashNotFound")
    chain.produce(31)
    client.ask("sendTransaction", b64(wire), {"encoding": "base64"})


def test_processed_twice(chain: Chain, client: Client, alice: Keypair, bob: Keypair) -> None:
    """A landed transaction sent again is refused by preflight; without it, silently dropped."""
    wire = pay(chain, alice, bob.pubkey(), SOL)
    client.ask("sendTransaction", b64(wire), TOP)
    chain.produce()
    error = client.reply("sendTransaction", b64(wire), TOP)["error"]
    assert error["message"] == "Transaction simulation failed: This transaction has already been processed"
    assert client.ask("sendTransaction", b64(wire), {**TOP, "skipPreflight": True}) == wire.signature
    chain.produce()
    assert lamports(chain, bob.pubkey()) == SOL


def test_bad_signature(chain: Chain, client: Client, alice: Keypair, bob: Keypair) -> None:
    """A signature of somebody else is refused by preflight, never lands without it, and shows in sigVerify."""
    good = pay(chain, alice, bob.pubkey(), SOL)
    forged = from_signed(VersionedTransaction.populate(good.message, [bob.sign_message(b"x")]))
    error = client.reply("sendTransaction", b64(forged), TOP)["error"]
    assert (error["code"], error["data"]["err"]) == (-32002, "SignatureFailure")
    client.ask("sendTransaction", b64(forged), {**TOP, "skipPreflight": True})
    assert chain.produce().transactions == ()
    value = client.ask("simulateTransaction", b64(forged), {**SIM, "sigVerify": True})["value"]
    assert value["err"] == "SignatureFailure"
    assert client.ask("simulateTransaction", b64(forged), SIM)["value"]["err"] is None


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (["!!", TOP], "invalid base64 encoding: InvalidByte(0, 33)"),
        (["AAA", TOP], "invalid base64 encoding: InvalidPadding"),
        (["0OIl"], "invalid base58 encoding: InvalidCharacter { character: '0', index: 0 }"),
        (["AAAA", {"encoding": "json"}], "unsupported encoding: json. Supported encodings: base58, base64"),
        (
            ["A" * 4000, TOP],
            "base64 encoded solana_transaction::versioned::VersionedTransaction too large: 4000 bytes "
            "(max: encoded/raw 1644/1232)",
        ),
        (
            ["AAAA", TOP],
            "failed to deserialize solana_transaction::versioned::VersionedTransaction: Attempting to read 2 bytes",
        ),
    ],
)
def test_bytes_that_are_no_transaction(client: Client, params: list[object], message: str) -> None:
    """Each with Agave's sentence."""
    assert client.error("sendTransaction", *params) == (-32602, message)


def test_minimum_context_slot_of_preflight(chain: Chain, client: Client, alice: Keypair, bob: Keypair) -> None:
    """A preflight older than the caller's slot is -32016."""
    wire = pay(chain, alice, bob.pubkey(), SOL)
    assert client.error("sendTransaction", b64(wire), {**TOP, "minContextSlot": 99})[0] == -32016


def test_simulation_tells_everything(chain: Chain, client: Client, alice: Keypair, bob: Keypair) -> None:
    """Logs, units, fee, balances before and after, accounts asked for; and nothing happened."""
    config = {**SIM, "accounts": {"encoding": "base64", "addresses": [str(bob.pubkey())]}}
    value = client.ask("simulateTransaction", b64(pay(chain, alice, bob.pubkey(), SOL)), config)["value"]
    assert (value["err"], value["fee"], value["unitsConsumed"]) == (None, 5_000, 150)
    assert value["preBalances"][:2] == [100 * SOL, 0]
    assert value["postBalances"][:2] == [99 * SOL - 5_000, SOL]
    assert value["accounts"][0]["lamports"] == SOL
    assert lamports(chain, bob.pubkey()) == 0


def test_simulation_shows_inner_calls(chain: Chain, client: Client, alice: Keypair) -> None:
    """With innerInstructions: the calls, with addresses and heights; without: null."""
    mint = person("mint")
    wire = signed(chain, alice, making_token(alice, mint), signers=[mint])
    value = client.ask("simulateTransaction", b64(wire), {**SIM, "innerInstructions": True})["value"]
    (inner,) = value["innerInstructions"]
    assert (inner["index"], len(inner["instructions"])) == (2, 4)
    assert {one["stackHeight"] for one in inner["instructions"]} == {2}
    assert client.ask("simulateTransaction", b64(wire), SIM)["value"]["innerInstructions"] is None


def test_replaced_blockhash(chain: Chain, client: Client, alice: Keypair, bob: Keypair) -> None:
    """A stale blockhash fails, replaced it works and the new one is told; not together with sigVerify."""
    wire = pay(chain, alice, bob.pubkey(), SOL)
    chain.produce(160)
    assert client.ask("simulateTransaction", b64(wire), SIM)["value"]["err"] == "BlockhashNotFound"
    value = client.ask("simulateTransaction", b64(wire), {**SIM, "replaceRecentBlockhash": True})["value"]
    assert (value["err"], value["replacementBlockhash"]["blockhash"]) == (None, chain.tip.blockhash)
    both = {**SIM, "replaceRecentBlockhash": True, "sigVerify": True}
    assert client.error("simulateTransaction", b64(wire), both) == (
        -32602,
        "sigVerify may not be used with replaceRecentBlockhash",
    )


def test_airdrop_is_a_real_transfer(chain: Chain, client: Client, bob: Keypair) -> None:
    """It is a transaction of the faucet; the same one twice on one blockhash is one."""
    signature = client.ask("requestAirdrop", str(bob.pubkey()), SOL)
    assert client.ask("requestAirdrop", str(bob.pubkey()), SOL) == signature
    chain.produce()
    assert lamports(chain, bob.pubkey()) == SOL


@pytest.mark.parametrize("version", [None, 0])
def test_fee_for_message(chain: Chain, client: Client, alice: Keypair, bob: Keypair, version: int | None) -> None:
    """5,000 a signature; null when the blockhash is not known to the block asked."""
    wire = signed(chain, alice, [moving(alice.pubkey(), bob.pubkey(), SOL)], version=version)
    text = base64.b64encode(bytes(to_bytes_versioned(wire.message))).decode()
    assert client.ask("getFeeForMessage", text, {"commitment": "processed"})["value"] == 5_000
    assert client.ask("getFeeForMessage", text)["value"] is None
    assert client.error("getFeeForMessage", "abc") == (-32602, "invalid base64 encoding: InvalidPadding")


def test_simulated_accounts_are_parsed(client: Client, chain: Chain, alice: Keypair) -> None:
    """A token account is shown parsed also where its mint is made by the simulation itself."""
    mint = person("mint")
    wire = signed(chain, alice, making_token(alice, mint), signers=[mint])
    keys = [str(mint.pubkey()), str(token_account(alice.pubkey(), mint.pubkey()))]
    config = {"encoding": "base64", "commitment": "processed"}
    config |= {"accounts": {"encoding": "jsonParsed", "addresses": keys}}
    shown = client.ask("simulateTransaction", b64(wire), config)["value"]["accounts"]
    assert [one["data"]["parsed"]["type"] for one in shown] == ["mint", "account"]
    assert shown[1]["data"]["parsed"]["info"]["tokenAmount"]["uiAmountString"] == "5"
