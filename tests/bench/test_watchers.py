"""Subscribers of the chain's benchmark: they notice whatever slot does not come, once and in order."""

from __future__ import annotations

import asyncio

import pytest

from bench.traffic.watchers import Crowd, Heard, Losses, Watch, all_losses, losses
from localnet.chain.model import ChainOptions
from localnet.chain.serve import Running
from tests.localnet.chain.one_loop import run as run_scene
from tests.localnet.chain.people import GENESIS_TIME, SOL, pay, person

SOCKETS = 5
WAIT_S = 120.0


@pytest.mark.parametrize(
    ("heard", "missing", "disordered"),
    [
        ([3, 4, 5, 6, 7], 0, 0),
        ([1, 2, 3, 4, 5, 6, 7, 8], 0, 0),
        ([3, 4, 6, 7], 1, 0),
        ([3, 4, 5, 6], 1, 0),
        ([4, 5, 6, 7], 1, 0),
        ([3, 4, 4, 5, 6, 7], 0, 1),
        ([3, 5, 4, 6, 7], 0, 1),
        ([7, 6, 5, 4, 3], 0, 4),
        ([], 5, 0),
    ],
)
def test_losses(heard: list[int], missing: int, disordered: int) -> None:
    """Of slots 3 to 7 each counts that is not there, comes again, or comes late; of others none."""
    assert losses(heard, 3, 7) == Losses(missing=missing, disordered=disordered)
    assert losses(heard, 3, 7).none is (not missing and not disordered)


def test_one_loss_among_many() -> None:
    """One slot that one of 200 did not hear is found."""
    crowd = [list(range(1, 51)) for _ in range(200)]
    assert all_losses(crowd, 1, 50).none
    crowd[137].remove(25)
    assert all_losses(crowd, 1, 50) == Losses(missing=1, disordered=0)


def watched(*, skipping: bool) -> tuple[Heard, int, int]:
    """What a crowd heard of 10 blocks of a real chain, the 6th of them perhaps left out, and their slots."""
    bob = person("bob")

    async def run() -> tuple[Heard, int, int]:
        options = ChainOptions(rpc_port=0, pubsub_port=0, geyser_port=0, slot_ms=0, genesis_time=GENESIS_TIME)
        async with Running(options) as running:
            chain = running.chain
            crowd = Crowd(
                pubsub_port=running.pubsub_port,
                geyser_port=running.geyser_port,
                sockets=SOCKETS,
                accounts=(str(bob.pubkey()),),
            )
            async with Watch(crowd) as watch:
                settled = asyncio.create_task(watch.settled())
                while not settled.done():
                    chain.produce()
                    await asyncio.sleep(0.01)
                first = chain.tip.slot + 1
                for number in range(10):
                    if number == 5:
                        chain.submit(pay(chain, chain.faucet, bob.pubkey(), SOL))
                        chain.skip(skipping)
                    chain.produce()
                return await watch.until(chain.tip.slot), first, chain.tip.slot

    return run_scene(asyncio.wait_for(run(), WAIT_S))


def test_everybody_hears_every_slot() -> None:
    """WebSockets and the gRPC stream hear of each slot in order, and some of an account."""
    heard, first, last = watched(skipping=False)
    assert last == first + 9
    assert all_losses(heard.sockets, first, last).none
    assert losses(heard.stream, first, last).none
    assert (len(heard.sockets), heard.accounts, len(heard.apart) >= 10) == (SOCKETS, 2, True)


def test_a_dropped_slot_is_noticed() -> None:
    """A slot of which nobody was told is missing for each of them."""
    heard, first, last = watched(skipping=True)
    assert last == first + 10
    assert all_losses(heard.sockets, first, last) == Losses(missing=SOCKETS, disordered=0)
    assert losses(heard.stream, first, last) == Losses(missing=1, disordered=0)
