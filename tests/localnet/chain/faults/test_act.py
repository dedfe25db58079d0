"""Scripts on a real chain: the same seed gives the same chain, byte for byte."""

from __future__ import annotations

from contextlib import suppress

import msgspec
import pytest

from localnet.chain.errors import BadFault, ReplyLost
from localnet.chain.node import Chain
from localnet.chain.rpc.render import block_json
from tests.localnet.chain.people import SOL, Client, b64, fund, make_chain, pay, person

STORM = """
every 3..6 slots chance 70% fork 1..3
every 5 slots skip 1..2
at slot 12 dead 2
at slot 20 stall 3
after 4s drop send 2
every 7 slots delay send 1 by 1..5 blocks
every 4 slots lose reply
every 9 slots fork 1..2 losing shorter
"""
PLAIN = {"encoding": "base64", "skipPreflight": True}


def weather(seed: int, script: str = STORM) -> bytes:
    """Every block that was ever made on a chain in a storm, as JSON lines, then all that the chain ended with."""
    chain = make_chain(seed=seed, fault_script=script)
    identity = str(chain.bank.identity)
    lines: list[bytes] = []
    chain.on_block.append(
        lambda block: lines.append(
            msgspec.json.encode(block_json(block, identity, "json", "full", rewards=True, version_max=1))
        )
    )
    alice, bob, client = person("alice"), person("bob"), Client(chain)
    fund(chain, alice)
    for turn in range(60):
        wire = pay(chain, alice, bob.pubkey(), SOL // 1000 + turn)
        client_send(client, b64(wire))
        chain.tick()
    accounts = [chain.account(key) for key in (alice.pubkey(), bob.pubkey(), chain.bank.identity)]
    return b"\n".join([*lines, *(bytes(str(one), "ascii") for one in accounts)])


def client_send(client: Client, transaction: str) -> None:
    """Send, whatever becomes of the answer."""
    with suppress(ReplyLost):
        client.ask("sendTransaction", transaction, PLAIN)


def test_same_seed_same_chain_byte_for_byte() -> None:
    """Two runs of a storm make equal blocks, forks and balances; another seed, and fair weather, do not."""
    one = weather(11)
    assert one == weather(11)
    assert one != weather(12)
    assert one.count(b"\n") != weather(11, "").count(b"\n")


def test_script_by_method(chain: Chain, client: Client) -> None:
    """Lines wait in the chain and act before the block of their slot."""
    assert client.ask("localnet_fault", "at slot 5 skip 3\nat slot 90 fork 1") == {
        "slot": 0,
        "waiting": 2,
        "refused": [],
    }
    chain.produce(6)
    assert chain.ledger.slots(0, 99) == [0, 1, 2, 3, 4, 8, 9]
    assert chain.director.waiting == 1
    code, message = client.error("localnet_fault", "at slot 5 skip 3\nskipp 2")
    assert (code, chain.director.waiting) == (-32602, 1)
    assert "line 2, word 1 `skipp`" in message


def test_stall_by_script_begins_before_its_slot(chain: Chain) -> None:
    """Time goes on while the chain stalls, so that a later line can end it."""
    take(chain, "at slot 4 stall\nafter 10 slots resume")
    for _ in range(10):
        chain.tick()
    assert chain.tip.slot == 3
    for _ in range(2):
        chain.tick()
    assert chain.tip.slot == 5


def test_a_storm_can_be_ended(chain: Chain, client: Client) -> None:
    """`forget` drops all lines that wait, its own script's too; what comes later plays."""
    take(chain, "every 2 slots skip 1\nat slot 5 forget\nat slot 7 skip 9")
    chain.produce(8)
    assert chain.ledger.slots(0, 99) == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    assert client.ask("localnet_fault", "skip 4")["waiting"] == 0
    assert chain.produce().slot == 14


def test_impossible_fork_is_kept_and_harms_nothing(chain: Chain) -> None:
    """A script goes on after a fork that is too deep; the line is named."""
    take(chain, "at slot 3 fork 50\nat slot 4 skip 1")
    chain.produce(4)
    assert chain.tip.slot == 5
    assert len(chain.director.refused) == 1
    assert "line 1: a fork of 50 blocks" in chain.director.refused[0]


def test_fork_by_script_replaces_the_blocks_before_its_slot() -> None:
    """`at slot 6 fork 3` drops 3, 4 and 5 and makes others, then 6 follows."""
    told: list[int] = []
    chain = make_chain(fault_script="at slot 6 fork 3")
    chain.on_block.append(lambda block: told.append(block.slot))
    chain.produce(6)
    assert told == [1, 2, 3, 4, 5, 3, 4, 5, 6]


def test_bad_script_does_not_start() -> None:
    """A chain with a script that cannot be read does not start."""
    with pytest.raises(BadFault, match="line 1"):
        make_chain(fault_script="forkk")


def take(chain: Chain, text: str) -> None:
    """Play these lines."""
    assert Client(chain).ask("localnet_fault", text)["slot"] == 0
