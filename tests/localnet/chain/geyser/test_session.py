"""One subscriber's queue: bounded in updates and in bytes, and its stream ends also when nothing of it is read."""

from __future__ import annotations

import asyncio
import struct
from typing import Any

import grpc
import pytest

from localnet.chain.geyser import messages
from localnet.chain.geyser.feed import Feed
from localnet.chain.geyser.server import Geyser
from localnet.chain.geyser.session import End, Session
from localnet.chain.node import Chain
from tests.localnet.chain.geyser.listener import Listener, ended, opened
from tests.localnet.chain.hostile.victim import until
from tests.localnet.chain.hostile.wires import PREFACE, call_headers, grpc_message, http2, line
from tests.localnet.chain.one_loop import run as run_scene

WAIT_S = 60.0
DATA, HEADERS, SETTINGS, END_HEADERS = 0, 1, 4, 4
SLOTS = messages.SubscribeRequest(slots={"s": {"interslot_updates": True}})


@pytest.mark.parametrize("bounds", [{"queue_updates_max": 20}, {"queue_bytes_max": 1_000}])
def test_a_full_queue_is_forgotten(chain: Chain, bounds: dict[str, int]) -> None:
    """Beyond either bound what waits is dropped, the stream ends with INTERNAL, and nothing more is taken."""

    async def run() -> None:
        session = Session(Feed(chain), **bounds)
        session.ask(SLOTS)
        chain.produce(50)
        session.ask(messages.SubscribeRequest(ping={"id": 1}))
        session.ping()
        sent = [one async for one in session.updates()]
        assert sent == [End(code=grpc.StatusCode.INTERNAL, details="lagged to send an update")]
        assert (session.queued_bytes, session.has_lagged.is_set()) == (0, True)

    run_scene(run())


def test_who_reads_in_time_has_all(chain: Chain) -> None:
    """A queue that is emptied in between never fills, however much passes through it."""

    async def run() -> None:
        session = Session(Feed(chain), queue_updates_max=20, queue_bytes_max=1_000)
        session.ask(SLOTS)
        updates = session.updates()
        slots = []
        for _ in range(100):
            chain.produce()
            while session.queued_bytes:
                data = await anext(updates)
                assert isinstance(data, bytes)
                slots.append(messages.SubscribeUpdate.FromString(data).slot.slot)
        assert set(slots) >= set(range(chain.tip.slot - 99, chain.tip.slot + 1))

    run_scene(run())


def test_a_closed_window_does_not_keep_a_stream(chain: Chain) -> None:
    """Who opens no window for data and reads nothing is gone soon after it lagged, and others are served on."""

    async def run() -> None:
        geyser = Geyser(chain, queue_updates_max=50)
        port = await geyser.listen("127.0.0.1", 0)
        good = await opened(Listener(port), blocks_meta={"m": {}})
        async with line(port) as (_, writer):
            no_window = http2(SETTINGS, 0, 0, struct.pack(">HI", 4, 0))
            begun = http2(HEADERS, END_HEADERS, 1, call_headers(b"/geyser.Geyser/Subscribe"))
            writer.write(PREFACE + no_window + begun + http2(DATA, 0, 1, grpc_message(SLOTS.SerializeToString())))
            await until(lambda: geyser.subscribers == 2, "no stream")
            while geyser.subscribers > 1:
                chain.produce()
                assert (await _meta(good)).slot == chain.tip.slot
                await asyncio.sleep(0.02)
        await geyser.close()
        assert await ended(good) is grpc.StatusCode.UNAVAILABLE

    run_scene(asyncio.wait_for(run(), WAIT_S))


async def _meta(stream: Any) -> Any:
    """The next block's meta, pings apart."""
    while True:
        update = await stream.read()
        if update.HasField("block_meta"):
            return update.block_meta
