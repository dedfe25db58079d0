"""The chain's own methods: clock and blocks."""

from __future__ import annotations

import struct

import pytest
from solders.keypair import Keypair

from localnet.chain.bank import CLOCK
from localnet.chain.genesis import SLOTS_PER_EPOCH
from localnet.chain.node import Chain
from localnet.chain.rpc.control import SKIPPED_MAX, TIME_MAX
from tests.localnet.chain.people import GENESIS_TIME, SOL, Client, b64, pay

TOP = {"commitment": "processed"}


def test_clock_jumps_by_command(chain: Chain, client: Client) -> None:
    """The answer is the next block's time, and the next block has it."""
    to = GENESIS_TIME + 86_400
    assert client.ask("localnet_advanceClock", {"to": to}) == {"nextBlockTime": to}
    assert client.ask("localnet_produceBlocks", {"count": 1}) == {"slot": 1, "blockHeight": 1, "blockTime": to}
    assert client.ask("localnet_advanceClock", to - 5) == {"nextBlockTime": to}


def test_blocks_by_command_are_bounded(client: Client) -> None:
    """None and too many are refused."""
    assert client.error("localnet_produceBlocks", {"count": 0})[0] == -32602
    assert client.error("localnet_produceBlocks", {"count": 10_001})[0] == -32602
    assert client.error("localnet_advanceClock", {"to": "x"})[0] == -32602


def clock(chain: Chain) -> tuple[int, int, int, int, int]:
    """What programs read: slot, start of the epoch, epoch, epoch of the next leaders, unix time."""
    account = chain.account(CLOCK)
    assert account is not None
    return struct.unpack("<QqQQq", account.data)


def is_as_it_says(chain: Chain, client: Client, place: dict[str, int]) -> None:
    """All that tells where the chain is tells the same as the answer of `localnet_advance`."""
    slot, _, epoch, leaders, unix_time = clock(chain)
    info = client.ask("getEpochInfo", TOP)
    assert place == {
        "slot": client.ask("getSlot", TOP),
        "blockHeight": client.ask("getBlockHeight", TOP),
        "blockTime": unix_time,
        "nextBlockTime": chain.time_of(chain.next_slot),
    }
    assert (info["absoluteSlot"], info["blockHeight"]) == (slot, place["blockHeight"])
    assert (slot, epoch, leaders) == (place["slot"], info["epoch"], info["epoch"] + 1)
    assert info["epoch"] * SLOTS_PER_EPOCH + info["slotIndex"] == slot


def test_slots_and_clock_advance_at_once(chain: Chain, client: Client) -> None:
    """So many blocks are made, and the newest has exactly the time that was asked for, before and after a restart of
    time by itself; a time that is over already moves nothing back."""
    first = client.ask("localnet_advance", {"slots": 200, "seconds": 3600})
    assert (first["slot"], first["blockHeight"], first["blockTime"]) == (200, 200, GENESIS_TIME + 3600)
    is_as_it_says(chain, client, first)
    assert client.ask("getBlocks", 0, None, TOP | {"commitment": "confirmed"}) == list(range(200))
    second = client.ask("localnet_advance", {"to": GENESIS_TIME + 7200})
    assert (second["slot"], second["blockTime"]) == (201, GENESIS_TIME + 7200)
    late = client.ask("localnet_advance", {"slots": 5, "to": GENESIS_TIME})
    assert GENESIS_TIME + 7200 <= late["blockTime"] <= GENESIS_TIME + 7203
    is_as_it_says(chain, client, late)


def test_no_slots_move_the_clock_of_the_next_block(chain: Chain, client: Client) -> None:
    """Nothing is made; the next block has the time. Asked for nothing at all, the place is told."""
    here = client.ask("localnet_advance", {"slots": 0})
    assert (here["slot"], here["blockTime"]) == (0, GENESIS_TIME)
    moved = client.ask("localnet_advance", {"slots": 0, "to": GENESIS_TIME + 500})
    assert (moved["slot"], moved["blockTime"], moved["nextBlockTime"]) == (0, GENESIS_TIME, GENESIS_TIME + 500)
    assert chain.produce().block_time == GENESIS_TIME + 500


def test_blocks_expire_a_blockhash_and_skipped_slots_do_not(
    chain: Chain, client: Client, alice: Keypair, bob: Keypair
) -> None:
    """A transaction lives for 150 blocks, however many slots and seconds pass."""
    old = pay(chain, alice, bob.pubkey(), SOL)
    skipped = client.ask("localnet_advance", {"slots": 5000, "seconds": 10**6, "skip": True})
    assert (skipped["slot"], skipped["blockHeight"]) == (5001, 2)
    is_as_it_says(chain, client, skipped)
    assert client.ask("isBlockhashValid", old.blockhash, TOP)["value"]
    assert client.ask("getBlocks", 0, None, {"commitment": "confirmed"}) == [0, 1]
    client.ask("localnet_advance", {"slots": 151})
    assert not client.ask("isBlockhashValid", old.blockhash, TOP)["value"]
    code, message = client.error(
        "sendTransaction", b64(old), {"encoding": "base64", "preflightCommitment": "processed"}
    )
    assert (code, "Blockhash not found" in message) == (-32002, True)


def test_what_waits_lands_in_the_first_block(chain: Chain, client: Client, alice: Keypair, bob: Keypair) -> None:
    """Transactions that were sent before are in the first of the blocks, at its time."""
    sent = chain.submit(pay(chain, alice, bob.pubkey(), SOL))
    slot = chain.next_slot
    client.ask("localnet_advance", {"slots": 40, "seconds": 60})
    found = client.ask("getTransaction", sent, {"maxSupportedTransactionVersion": 0})
    assert found["slot"] == slot
    assert found["blockTime"] == client.ask("getBlockTime", slot)


def test_epochs_begin_and_are_taken_back(chain: Chain, client: Client) -> None:
    """Over the end of an epoch the next one begins with its first block; a fork below it makes it begin anew."""
    chain.produce(3)
    place = client.ask("localnet_advance", {"slots": SLOTS_PER_EPOCH, "seconds": 500, "skip": True})
    is_as_it_says(chain, client, place)
    assert clock(chain)[1:3] == (place["blockTime"], 1)
    later = client.ask("localnet_advance", {"slots": 10, "seconds": 1000})
    is_as_it_says(chain, client, later)
    assert clock(chain)[1] == place["blockTime"]
    chain.fork(11, replace_blocks=False)
    assert clock(chain)[:3] == (3, GENESIS_TIME, 0)
    chain.advance_clock(GENESIS_TIME + 99_999)
    block = chain.produce()
    assert clock(chain)[1:3] == (block.block_time, 1)


@pytest.mark.parametrize(
    "asked",
    [
        5,
        None,
        [],
        {"slot": 1},
        {"slots": -1},
        {"slots": 1.5},
        {"slots": 10_001},
        {"slots": SKIPPED_MAX + 1, "skip": True},
        {"seconds": 1, "to": 1},
        {"skip": 1},
        {"to": TIME_MAX + 1},
        {"seconds": 2**64 - 1},
    ],
)
def test_senseless_advances_are_refused(chain: Chain, client: Client, asked: object) -> None:
    """Nothing moves, and the chain goes on; a time that no clock has is refused by both methods."""
    assert client.error("localnet_advance", asked)[0] == -32602
    assert client.error("localnet_advanceClock", {"to": TIME_MAX + 1})[0] == -32602
    assert (chain.tip.slot, chain.produce().block_time) == (0, GENESIS_TIME)
