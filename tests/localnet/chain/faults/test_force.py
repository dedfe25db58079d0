"""Faults by command: sends, errors, late endpoints, forks; and commands that make no sense."""

from __future__ import annotations

import pytest
from solders.keypair import Keypair

from localnet.chain.errors import BadFault, ForkTooDeep, HttpFault, ReplyLost
from localnet.chain.faults.act import apply
from localnet.chain.faults.model import Dead, read
from localnet.chain.node import Chain
from tests.localnet.chain.people import SOL, Client, b64, lamports, make_chain, pay

PLAIN = {"encoding": "base64", "preflightCommitment": "processed"}


def send(chain: Chain, client: Client, alice: Keypair, bob: Keypair, amount: int = SOL) -> str:
    """Send a transfer through the RPC."""
    return client.ask("sendTransaction", b64(pay(chain, alice, bob.pubkey(), amount)), PLAIN)


def test_dropped_send_answers_and_never_lands(chain: Chain, client: Client, alice: Keypair, bob: Keypair) -> None:
    """The answer is a signature, the chain never sees it; the next one is fine."""
    client.ask("localnet_fault", {"kind": "send", "fate": "drop"})
    lost = send(chain, client, alice, bob)
    chain.produce(3)
    assert chain.ledger.find(lost) is None
    send(chain, client, alice, bob, 2 * SOL)
    chain.produce()
    assert lamports(chain, bob.pubkey()) == 2 * SOL


def test_duplicated_send_lands_once(chain: Chain, client: Client, alice: Keypair, bob: Keypair) -> None:
    """Twice in the queue is once on the chain."""
    client.ask("localnet_fault", {"kind": "send", "fate": "duplicate", "blocks": 2})
    send(chain, client, alice, bob)
    assert chain.pending == 2
    chain.produce(4)
    assert lamports(chain, bob.pubkey()) == SOL


def test_delayed_send_lands_later(chain: Chain, client: Client, alice: Keypair, bob: Keypair) -> None:
    """It waits so many blocks, while others pass."""
    client.ask("localnet_fault", {"kind": "send", "fate": "delay", "blocks": 3})
    late = send(chain, client, alice, bob)
    soon = send(chain, client, alice, bob, 2 * SOL)
    assert [one.wire.signature for one in chain.produce().transactions] == [soon]
    assert [one.wire.signature for one in chain.produce(3).transactions] == [late]


def test_lost_reply_took_effect(chain: Chain, client: Client, alice: Keypair, bob: Keypair) -> None:
    """The caller learns nothing and the transaction lands."""
    client.ask("localnet_fault", {"kind": "send", "fate": "reply_lost"})
    with pytest.raises(ReplyLost):
        send(chain, client, alice, bob)
    chain.produce()
    assert lamports(chain, bob.pubkey()) == SOL


def test_error_for_a_method_is_counted(client: Client) -> None:
    """So many calls of the method fail, others do not."""
    client.ask("localnet_fault", {"kind": "error", "method": "getSlot", "code": 429, "message": "Too many", "count": 2})
    assert client.error("getSlot") == (429, "Too many")
    assert client.ask("getBlockHeight") == 0
    assert client.error("getSlot") == (429, "Too many")
    assert client.ask("getSlot") == 0


def test_error_of_one_endpoint(chain: Chain, client: Client) -> None:
    """A fault of the second endpoint leaves the first alone, until it is cleared."""
    other = Client(chain, "fault")
    client.ask("localnet_fault", {"kind": "error", "method": "*", "count": None, "endpoint": "fault"})
    assert other.error("getSlot")[0] == -32005
    assert client.ask("getSlot") == 0
    client.ask("localnet_fault", {"kind": "clear"})
    assert other.ask("getSlot") == 0


def test_late_endpoint_sees_the_past(chain: Chain, client: Client, alice: Keypair, bob: Keypair) -> None:
    """A lagging endpoint has lower slots, older accounts, unknown signatures and no newest blocks."""
    late = Client(chain, "fault")
    signature = send(chain, client, alice, bob)
    slot = chain.produce().slot
    chain.produce(3)
    client.ask("localnet_fault", {"kind": "lag", "blocks": 4})
    top = {"commitment": "processed"}
    assert (client.ask("getSlot", top), late.ask("getSlot", top)) == (slot + 3, slot - 1)
    assert client.ask("getBalance", str(bob.pubkey()), top)["value"] == SOL
    assert late.ask("getBalance", str(bob.pubkey()), top)["value"] == 0
    assert late.ask("getSignatureStatuses", [signature])["value"] == [None]
    assert late.error("getBlock", slot, {"commitment": "confirmed"})[0] == -32004
    assert late.error("getAccountInfo", str(bob.pubkey()), {"minContextSlot": slot, **top})[0] == -32016


def test_very_late_endpoint_is_unhealthy(chain: Chain, client: Client) -> None:
    """Beyond 128 blocks it says so."""
    client.ask("localnet_fault", {"kind": "lag", "blocks": 200, "endpoint": "main"})
    assert client.error("getHealth") == (-32005, "Node is behind by 200 slots")


def test_fork_skip_stall_by_command(chain: Chain, client: Client) -> None:
    """The chain's own faults act at once."""
    chain.produce(10)
    old = chain.tip.blockhash
    client.ask("localnet_fault", {"kind": "fork", "depth": 5})
    assert chain.tip.blockhash != old
    client.ask("localnet_fault", {"kind": "skip", "slots": 3})
    assert client.ask("localnet_produceBlocks", {"count": 1})["slot"] == 14
    client.ask("localnet_fault", {"kind": "stall"})
    assert chain.is_stalled
    client.ask("localnet_fault", {"kind": "resume"})
    assert not chain.is_stalled


@pytest.mark.parametrize("value", [None, {}, {"kind": "nothing"}, {"kind": "fork"}, {"kind": "skip", "slotz": 1}])
def test_senseless_fault_is_refused(value: object) -> None:
    """An unknown kind, a missing or an unknown field is named."""
    with pytest.raises(BadFault):
        read(value)


def test_impossible_fork_changes_nothing() -> None:
    """A fork deeper than the chain is an answer, not an accident."""
    chain = make_chain()
    chain.produce(3)
    tip = chain.tip
    code, message = Client(chain).error("localnet_fault", {"kind": "fork", "depth": 9})
    assert (code, chain.tip) == (-32602, tip)
    assert "9 blocks" in message


def test_http_status_instead_of_an_answer(client: Client) -> None:
    """So many requests get the status, the next one an answer; the chain's own methods are never refused."""
    client.ask("localnet_fault", {"kind": "http", "status": 503, "count": 2})
    for _ in range(2):
        client.ask("localnet_getWebhooks")
        with pytest.raises(HttpFault) as caught:
            client.ask("getSlot")
        assert caught.value.status == 503
    assert client.ask("getSlot") == 0


def test_rate_limit_is_per_slots(chain: Chain, client: Client) -> None:
    """An endpoint answers so many calls in its window of slots, then 429 until the window is over; 0 ends it."""
    other = Client(chain, "fault")
    client.ask("localnet_fault", {"kind": "limit", "calls": 2, "slots": 3, "endpoint": "main"})
    for _ in range(3):
        assert client.ask("getBlockHeight", {"commitment": "processed"}) == chain.tip.height
        assert client.ask("getHealth") == "ok"
        for _ in range(2):
            with pytest.raises(HttpFault) as caught:
                client.ask("getHealth")
            assert (caught.value.status, caught.value.retry_after_s) == (429, 1)
        assert other.ask("getHealth") == "ok"
        chain.produce(2)
        with pytest.raises(HttpFault):
            client.ask("getHealth")
        chain.produce()
    client.ask("localnet_fault", {"kind": "limit", "calls": 0})
    assert [client.ask("getHealth") for _ in range(5)] == ["ok"] * 5


def test_dead_slots_are_told_and_left_out(chain: Chain) -> None:
    """Dead slots have no block, who listens hears of each with its parent, and transactions wait for the next block."""
    heard: list[tuple[int, int]] = []
    chain.on_dead.append(lambda slot, parent: heard.append((slot, parent)))
    chain.produce(3)
    apply(chain, Dead(slots=2))
    block = chain.produce()
    assert heard == [(4, 3), (5, 3)]
    assert (block.slot, block.parent_slot, chain.ledger.block(4)) == (6, 3, None)


def test_fork_below_a_short_history_is_refused() -> None:
    """A chain that remembers few blocks refuses to drop all of them, and stays whole."""
    chain = make_chain(blocks_max=5)
    chain.produce(20)
    with pytest.raises(ForkTooDeep, match="5 are remembered"):
        chain.fork(5)
    assert chain.ledger.slots(0, 99) == [16, 17, 18, 19, 20]
    chain.fork(4)
    assert chain.produce().slot == 21
