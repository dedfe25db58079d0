"""Faults of the gRPC service: streams that are cut, a window that shrinks, slots that die."""

from __future__ import annotations

import grpc

from localnet.chain.faults.script import parse
from localnet.chain.geyser import messages
from localnet.chain.geyser.server import Geyser
from localnet.chain.node import Chain
from tests.localnet.chain.geyser.listener import Listener, ended, opened, play, settle

request = messages.SubscribeRequest


def test_cut_ends_open_streams_only(chain: Chain) -> None:
    """Every open stream ends with UNAVAILABLE at its line's slot; a new one hears what follows."""

    async def scene(listener: Listener, geyser: Geyser) -> None:
        chain.director.take(parse("at slot 3 grpc cut"))
        streams = [await opened(listener, blocks_meta={"m": {}}) for _ in range(2)]
        chain.produce(2)
        assert [one.block_meta.slot for one in await settle(streams[0])] == [1, 2]
        chain.produce()
        assert [await ended(one) for one in streams] == [grpc.StatusCode.UNAVAILABLE] * 2
        again = await opened(listener, blocks_meta={"m": {}})
        chain.produce()
        assert [one.block_meta.slot for one in await settle(again)] == [4]

    play(chain, scene)


def test_forgotten_slots_are_out_of_range(chain: Chain) -> None:
    """Only the newest slots can be replayed after it, and the service says from where."""

    async def scene(listener: Listener, geyser: Geyser) -> None:
        chain.produce(20)
        chain.director.take(parse("grpc forget 5"))
        assert (await listener.call("SubscribeReplayInfo")).first_available == 16
        late, timely = listener.subscribe(), listener.subscribe()
        await late.write(request(blocks_meta={"m": {}}, from_slot=15))
        assert await ended(late) is grpc.StatusCode.OUT_OF_RANGE
        await timely.write(request(blocks_meta={"m": {}}, from_slot=16))
        assert [one.block_meta.slot for one in await settle(timely)] == [16, 17, 18, 19, 20]
        chain.produce(3)
        assert (await listener.call("SubscribeReplayInfo")).first_available == 16

    play(chain, scene)


def test_dead_slot_has_its_status(chain: Chain) -> None:
    """Who asked for all statuses hears a slot begin and die, with why; the next block skips it."""

    async def scene(listener: Listener, geyser: Geyser) -> None:
        stream = await opened(listener, slots={"s": {"interslot_updates": True}})
        chain.produce()
        await settle(stream)
        chain.director.take(parse("dead 1"))
        chain.produce()
        told = [one.slot for one in await settle(stream)]
        died = [(one.status, one.dead_error != "") for one in told if one.slot == 2]
        assert died == [
            (messages.FIRST_SHRED_RECEIVED, False),
            (messages.CREATED_BANK, False),
            (messages.DEAD, True),
        ]
        assert [one.parent for one in told if (one.slot, one.status) == (3, messages.PROCESSED)] == [1]

    play(chain, scene)
