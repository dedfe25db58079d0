"""Which deliveries a chain makes, without sending them."""

from __future__ import annotations

import msgspec
import pytest
from solders.keypair import Keypair

from localnet.chain.errors import BadHook
from localnet.chain.hooks.model import Attempt, Delivery, Registration
from localnet.chain.node import Chain
from tests.localnet.chain.people import SOL, Client, fund, make_chain, moving, pay, person, signed

URL = "http://127.0.0.1:1/hook"


@pytest.fixture
def alice(chain: Chain) -> Keypair:
    """A wallet whose funding is confirmed, so that no webhook hears of it."""
    fund(chain, person("alice"))
    chain.produce()
    return person("alice")


def taken(chain: Chain) -> list[Delivery]:
    """What would be sent now."""
    found = list(chain.hooks.ready)
    chain.hooks.ready.clear()
    return found


def paying(chain: Chain, alice: Keypair, bob: Keypair, count: int) -> list[str]:
    """So many transfers in one block, then a block that confirms it."""
    sent = [chain.submit(pay(chain, alice, bob.pubkey(), SOL + number)) for number in range(count)]
    chain.produce(2)
    return sent


def test_only_confirmed_transactions_of_its_addresses(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """A webhook hears of transactions that name its addresses, once they are confirmed, and of none before it was."""
    chain.hooks.add(Registration(url=URL, addresses=(str(bob.pubkey()),)))
    mine = chain.submit(pay(chain, alice, bob.pubkey(), SOL))
    chain.submit(pay(chain, alice, person("carol").pubkey(), SOL))
    slot = chain.produce().slot
    assert taken(chain) == []
    chain.produce()
    (one,) = taken(chain)
    assert (one.signature, one.slot, one.number) == (mine, slot, 1)
    chain.produce(5)
    assert taken(chain) == []


def test_failed_transactions_are_for_raw_webhooks(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """Raw ones hear of them, enhanced ones do not; a type that is not wanted is not told."""
    raw, rich, choosy = (
        chain.hooks.add(Registration(url=URL, body=body, types=types))  # type: ignore[arg-type]
        for body, types in (("raw", ("ANY",)), ("enhanced", ("ANY",)), ("enhanced", ("NFT_SALE",)))
    )
    failed = chain.submit(signed(chain, alice, [moving(alice.pubkey(), bob.pubkey(), 10**18)]))
    landed = chain.submit(pay(chain, alice, bob.pubkey(), SOL))
    chain.produce(2)
    told = [(one.hook.id, one.signature) for one in taken(chain)]
    assert told == [(raw.id, failed), (raw.id, landed), (rich.id, landed)]
    assert choosy.id not in {id_ for id_, _ in told}


def test_fork_tells_again(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """A transaction that lands again after a fork below what was confirmed is told again."""
    chain.hooks.add(Registration(url=URL))
    (signature,) = paying(chain, alice, bob, 1)
    assert [one.signature for one in taken(chain)] == [signature]
    chain.fork(2)
    chain.produce()
    assert [one.signature for one in taken(chain)] == [signature]


def test_same_seed_same_deliveries(bob: Keypair) -> None:
    """Ids, numbers, order and bodies are the same in two runs, faults included."""

    def run() -> list[tuple[str, int, bytes]]:
        chain, alice = make_chain(seed=5, fault_script="every 2 slots hook duplicate\nhook reorder 3"), person("alice")
        fund(chain, alice)
        chain.hooks.add(Registration(url=URL))
        for _ in range(4):
            paying(chain, alice, bob, 3)
        return [(one.hook.id, one.number, one.body) for one in taken(chain)]

    one = run()
    assert one == run()
    assert len(one) > 12


@pytest.mark.parametrize(
    ("line", "numbers"),
    [
        ("hook lose 2", [3, 4]),
        ("hook duplicate 1", [1, 1, 2, 3, 4]),
        ("hook reorder 3", [3, 2, 1, 4]),
        ("hook reorder 4", [4, 3, 2, 1]),
        ("hook delay 1 by 2 blocks", [2, 3, 4, 1]),
        ("hook reorder 9\nafter 4 slots clear", [4, 3, 2, 1]),
    ],
)
def test_faults_of_deliveries(
    chain: Chain, client: Client, alice: Keypair, bob: Keypair, line: str, numbers: list[int]
) -> None:
    """Lost, doubled, turned round or late: so many deliveries, then all is well again."""
    chain.hooks.add(Registration(url=URL))
    client.ask("localnet_fault", line)
    paying(chain, alice, bob, 4)
    chain.produce(4)
    found = [one.number for one in taken(chain)]
    assert found == numbers
    lost = {one.number for one in chain.hooks.records if one.state == "lost"}
    assert lost == {1, 2, 3, 4} - set(numbers)


def test_records_say_what_became(chain: Chain, client: Client, alice: Keypair, bob: Keypair) -> None:
    """Attempts and the end of a delivery can be asked for; later failures do not undo an arrival."""
    hook = client.ask("localnet_addWebhook", {"webhookURL": URL, "authHeader": "x"})
    paying(chain, alice, bob, 2)
    one, two = taken(chain)
    chain.hooks.tried(one, Attempt(status=None, error="timeout"))
    chain.hooks.tried(one, Attempt(status=200))
    chain.hooks.lost(one)
    chain.hooks.tried(two, Attempt(status=500))
    chain.hooks.lost(two)
    rows = client.ask("localnet_getDeliveries")
    assert [(row["number"], row["webhookID"], row["state"]) for row in rows] == [
        (1, hook["webhookID"], "delivered"),
        (2, hook["webhookID"], "lost"),
    ]
    assert rows[0]["attempts"] == [{"status": None, "error": "timeout"}, {"status": 200, "error": None}]
    assert [row["number"] for row in client.ask("localnet_getDeliveries", 1)] == [2]


def test_registration_by_method(chain: Chain, client: Client, alice: Keypair, bob: Keypair) -> None:
    """Added, listed, removed; a removed webhook hears no more."""
    made = client.ask("localnet_addWebhook", {"webhookURL": URL, "webhookType": "enhanced"})
    assert client.ask("localnet_getWebhooks") == [made]
    assert client.ask("localnet_removeWebhook", made["webhookID"]) is True
    assert client.ask("localnet_removeWebhook", made["webhookID"]) is False
    paying(chain, alice, bob, 1)
    assert (taken(chain), client.ask("localnet_getWebhooks")) == ([], [])


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"webhookURL": "ftp://x/"},
        {"webhookURL": "http:///path"},
        {"webhookURL": "http://[::1"},
        {"webhookURL": "http://x:65536/"},
        {"webhookURL": "http://x:0/"},
        {"webhookURL": "http://a b/"},
        {"webhookURL": "http://a\n/"},
        {"webhookURL": URL, "webhookType": "discord"},
        {"webhookURL": URL, "accountAddresses": ["nobody"]},
        {"webhookURL": URL, "authHeader": "a\r\nb: c"},
        {"webhookURL": URL, "url": "x"},
    ],
)
def test_senseless_registration_is_refused(client: Client, asked: dict[str, object]) -> None:
    """What no webhook can be is an answer with the reason."""
    assert client.error("localnet_addWebhook", asked)[0] == -32602


def test_webhooks_are_bounded(chain: Chain) -> None:
    """There are at most a hundred."""
    for _ in range(100):
        chain.hooks.add(Registration(url=URL))
    with pytest.raises(BadHook, match="at most"):
        chain.hooks.add(Registration(url=URL))
    assert msgspec.json.decode(msgspec.json.encode(chain.hooks.registered[0].asked))["webhookURL"] == URL
