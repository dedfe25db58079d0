"""Looking transactions up."""

from __future__ import annotations

import base64

import base58
import pytest
from solders.keypair import Keypair

from localnet.chain.bank import QUEUE_BLOCKS
from localnet.chain.node import Chain
from tests.localnet.chain.people import SOL, Client, pay

CONFIRMED = {"commitment": "confirmed"}


@pytest.fixture
def paid(chain: Chain, alice: Keypair, bob: Keypair) -> list[str]:
    """Three confirmed payments in three blocks, oldest first."""
    found = []
    for amount in (1, 2, 3):
        found.append(chain.submit(pay(chain, alice, bob.pubkey(), amount * SOL)))
        chain.produce()
    chain.produce()
    return found


def test_status_climbs(chain: Chain, client: Client, alice: Keypair, bob: Keypair) -> None:
    """processed, confirmed, finalized; confirmations count blocks and end at null."""
    signature = chain.submit(pay(chain, alice, bob.pubkey(), SOL))
    assert client.ask("getSignatureStatuses", [signature])["value"] == [None]
    seen = []
    for _ in range(33):
        chain.produce()
        (status,) = client.ask("getSignatureStatuses", [signature])["value"]
        seen.append((status["confirmationStatus"], status["confirmations"]))
    assert seen[:3] == [("processed", 0), ("confirmed", 1), ("confirmed", 2)]
    assert seen[30:] == [("confirmed", 30), ("finalized", None), ("finalized", None)]


def test_old_statuses_need_history(chain: Chain, client: Client, paid: list[str]) -> None:
    """Beyond the status cache a signature is found only in the history."""
    chain.produce(QUEUE_BLOCKS + 5)
    assert client.ask("getSignatureStatuses", paid)["value"] == [None] * 3
    found = client.ask("getSignatureStatuses", paid, {"searchTransactionHistory": True})["value"]
    assert {one["confirmationStatus"] for one in found} == {"finalized"}


def test_transaction_in_each_encoding(chain: Chain, client: Client, paid: list[str]) -> None:
    """The same bytes in base64 and base58; json and jsonParsed name the keys."""
    landed = chain.ledger.find(paid[0])
    assert landed is not None

    def ask(encoding: str) -> dict[str, object]:
        config = {**CONFIRMED, "encoding": encoding, "maxSupportedTransactionVersion": 0}
        return client.ask("getTransaction", paid[0], config)

    assert base64.b64decode(ask("base64")["transaction"][0]) == landed.wire.raw  # type: ignore[index]
    assert base58.b58decode(ask("base58")["transaction"][0]) == landed.wire.raw  # type: ignore[index]
    keys = ask("json")["transaction"]["message"]["accountKeys"]  # type: ignore[index]
    parsed = ask("jsonParsed")["transaction"]["message"]["accountKeys"]  # type: ignore[index]
    assert [one["pubkey"] for one in parsed] == keys
    assert (ask("json")["slot"], ask("json")["transactionIndex"]) == (landed.slot, 0)


def test_transaction_is_null_until_its_commitment(chain: Chain, client: Client, alice: Keypair, bob: Keypair) -> None:
    """Unknown and not yet confirmed are null."""
    signature = chain.submit(pay(chain, alice, bob.pubkey(), SOL))
    chain.produce()
    config = {**CONFIRMED, "maxSupportedTransactionVersion": 0}
    assert client.ask("getTransaction", signature, config) is None
    chain.produce()
    assert client.ask("getTransaction", signature, config) is not None
    assert client.ask("getTransaction", signature, {"maxSupportedTransactionVersion": 0}) is None
    assert client.error("getTransaction", signature, CONFIRMED)[0] == -32015


def test_signatures_of_an_address(client: Client, bob: Keypair, paid: list[str]) -> None:
    """Newest first, between two signatures, so many at most."""

    def ask(**config: object) -> list[str]:
        found = client.ask("getSignaturesForAddress", str(bob.pubkey()), {**CONFIRMED, **config})
        return [one["signature"] for one in found]

    assert ask() == paid[::-1]
    assert ask(limit=2) == paid[:0:-1]
    assert ask(before=paid[2]) == [paid[1], paid[0]]
    assert ask(until=paid[0]) == [paid[2], paid[1]]
    assert ask(before=paid[2], until=paid[0]) == [paid[1]]
    assert ask(commitment="finalized") == []


def test_bounds(client: Client, paid: list[str]) -> None:
    """Lists and limits are bounded, and processed is refused."""
    address = str(Keypair().pubkey())
    assert client.error("getSignatureStatuses", paid * 86) == (-32602, "Too many inputs provided; max 256")
    assert client.error("getSignaturesForAddress", address, {"limit": 1001}) == (-32602, "Invalid limit; max 1000")
    assert client.error("getSignaturesForAddress", address, {"limit": 0}) == (-32602, "Invalid limit; max 1000")
    assert client.error("getTransaction", "abc") == (-32602, "Invalid param: WrongSize")
    assert client.error("getTransaction", paid[0], {"commitment": "processed"})[0] == -32602
