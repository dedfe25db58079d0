"""Blocks: details, ranges, and why there is none."""

from __future__ import annotations

import pytest
from solders.keypair import Keypair
from solders.solders import TransactionConfig

from localnet.chain.node import Chain
from tests.localnet.chain.people import SOL, Client, make_chain, moving, pay, signed

CONFIRMED = {"commitment": "confirmed"}


def test_block_holds_what_happened(chain: Chain, client: Client, alice: Keypair, bob: Keypair) -> None:
    """Hashes, heights, time, fee reward, and the transaction with its meta."""
    wire = pay(chain, alice, bob.pubkey(), SOL)
    chain.submit(wire)
    made = chain.produce()
    chain.produce()
    block = client.ask("getBlock", made.slot, {**CONFIRMED, "maxSupportedTransactionVersion": 0})
    assert (block["blockhash"], block["previousBlockhash"]) == (made.blockhash, made.parent_hash)
    assert (block["parentSlot"], block["blockHeight"], block["blockTime"]) == (1, 2, made.block_time)
    assert block["rewards"][0]["lamports"] == 2_500
    (one,) = block["transactions"]
    assert (one["version"], one["transaction"]["signatures"]) == (0, [wire.signature])
    assert one["meta"]["err"] is None
    assert one["transaction"]["message"]["accountKeys"][:2] == [str(alice.pubkey()), str(bob.pubkey())]


def test_details(chain: Chain, client: Client, alice: Keypair) -> None:
    """Signatures alone, accounts alone, or nothing; rewards on demand."""
    chain.produce()
    signature = chain.ledger.block(1).transactions[0].wire.signature  # type: ignore[union-attr]

    def ask(details: str) -> dict[str, object]:
        config = {**CONFIRMED, "transactionDetails": details, "rewards": False, "maxSupportedTransactionVersion": 0}
        return client.ask("getBlock", 1, config)

    assert ask("signatures")["signatures"] == [signature]
    assert "transactions" not in ask("none")
    assert "rewards" not in ask("none")
    (one,) = ask("accounts")["transactions"]  # type: ignore[misc]
    assert set(one["transaction"]) == {"accountKeys", "signatures"}


@pytest.mark.parametrize("encoding", ["json", "jsonParsed", "base64"])
def test_rewards_of_transactions(chain: Chain, client: Client, alice: Keypair, encoding: str) -> None:
    """A transaction's own rewards are a list where rewards are asked for, else null, and absent beside accounts."""
    chain.produce()

    def meta(details: str, *, rewards: bool) -> dict[str, object]:
        config = {**CONFIRMED, "encoding": encoding, "transactionDetails": details, "rewards": rewards}
        return client.ask("getBlock", 1, {**config, "maxSupportedTransactionVersion": 0})["transactions"][0]["meta"]

    assert (meta("full", rewards=True)["rewards"], meta("full", rewards=False)["rewards"]) == ([], None)
    assert (meta("accounts", rewards=True)["rewards"], "rewards" in meta("accounts", rewards=False)) == ([], False)


@pytest.mark.parametrize("version", [0, 1])
def test_version_must_be_asked_for(chain: Chain, client: Client, alice: Keypair, version: int) -> None:
    """A block with a newer version than the caller reads is -32015 and names the version."""
    config = TransactionConfig(compute_unit_limit=1000, loaded_accounts_data_size_limit=100_000)
    move = [moving(alice.pubkey(), alice.pubkey(), 1)]
    chain.submit(signed(chain, alice, move, version=version, config=config if version else None))
    slot = chain.produce().slot
    chain.produce()
    for known in [None, 0][: version + 1]:
        asked = CONFIRMED if known is None else {**CONFIRMED, "maxSupportedTransactionVersion": known}
        code, message = client.error("getBlock", slot, asked)
        assert code == -32015
        assert message.startswith(f"Transaction version ({version}) is not supported")
    (one,) = client.ask("getBlock", slot, {**CONFIRMED, "maxSupportedTransactionVersion": version})["transactions"]
    assert one["version"] == version
    assert ("transactionConfig" in one["transaction"]["message"]) is (version == 1)


def test_absent_blocks_say_why() -> None:
    """Not yet, skipped and forgotten are three answers; above the root nobody can say skipped."""
    chain = make_chain(blocks_max=60)
    client = Client(chain)
    chain.produce(2)
    chain.skip(1)
    chain.produce()
    assert client.error("getBlock", 3, CONFIRMED) == (-32004, "Block not available for slot 3")
    assert client.error("getBlock", 900) == (-32004, "Block not available for slot 900")
    chain.produce(40)
    code, message = client.error("getBlock", 3, CONFIRMED)
    assert (code, message) == (-32007, "Slot 3 was skipped, or missing due to ledger jump to recent snapshot")
    chain.produce(40)
    first = client.ask("getFirstAvailableBlock")
    assert client.error("getBlock", 3)[0] == -32001
    assert client.ask("minimumLedgerSlot") == first > 4


def test_ranges(chain: Chain, client: Client) -> None:
    """Only slots with blocks, only up to the commitment, both ways of asking."""
    chain.produce(2)
    chain.skip(2)
    chain.produce(40)
    assert client.ask("getBlocks", 0, 8) == [0, 1, 2, 5, 6, 7, 8]
    assert client.ask("getBlocks", 40, CONFIRMED) == [40, 41, 42, 43]
    assert client.ask("getBlocks", 5, 2) == []
    assert client.ask("getBlocksWithLimit", 2, 3) == [2, 5, 6]
    assert client.ask("getBlocksWithLimit", 42, 9) == []


@pytest.mark.parametrize("method", ["getBlock", "getBlocks", "getBlocksWithLimit"])
def test_processed_is_refused(client: Client, method: str) -> None:
    """History methods do not support processed."""
    params = [1, 2, {"commitment": "processed"}] if method != "getBlock" else [1, {"commitment": "processed"}]
    assert client.error(method, *params) == (-32602, "Method does not support commitment below `confirmed`")


def test_block_time(chain: Chain, client: Client) -> None:
    """A slot's time, or why there is none."""
    made = chain.produce()
    chain.produce()
    assert client.ask("getBlockTime", 1) == made.block_time
    assert client.error("getBlockTime", 7)[0] == -32004


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (["x"], 'Invalid params: invalid type: string "x", expected u64.'),
        (
            [1, {"encoding": "foo"}],
            "Invalid params: data did not match any variant of untagged enum RpcEncodingConfigWrapper.",
        ),
    ],
)
def test_bad_requests(client: Client, params: list[object], message: str) -> None:
    """Bad slots and encodings have Agave's sentences."""
    assert client.error("getBlock", *params) == (-32602, message)
