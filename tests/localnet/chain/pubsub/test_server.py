"""The WebSocket listener's places: strangers go first, subscribers stay."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import websockets

from localnet.chain.pubsub.server import PubSub
from tests.localnet.chain.people import make_chain

WAIT_S = 60.0
KEEPALIVE_TIMER = "02"


def test_a_full_house_keeps_its_subscribers() -> None:
    """Of too many connections those go that never subscribed; a subscriber hears every slot meanwhile."""

    async def run() -> None:
        chain = make_chain()
        pubsub = PubSub(chain, connections_max=4)
        port = await pubsub.listen("127.0.0.1", 0)
        async with websockets.connect(f"ws://127.0.0.1:{port}") as socket:
            await socket.send('{"jsonrpc":"2.0","id":1,"method":"slotSubscribe"}')
            await socket.recv()
            lines = []
            for slot in range(1, 13):
                lines.append(await asyncio.open_connection("127.0.0.1", port))
                lines[-1][1].write(b"GET / HTTP/1.1\r\n")
                chain.produce()
                assert json.loads(await socket.recv())["params"]["result"]["slot"] == slot
            for reader, _ in lines[:-4]:
                assert await _is_over(reader)
            for _, writer in lines:
                writer.close()
        await pubsub.close()

    asyncio.run(asyncio.wait_for(run(), WAIT_S))


def test_the_system_asks_whether_a_peer_is_there() -> None:
    """Nobody is pinged, so a machine that vanished is found out by TCP: the system's keepalive timer runs."""

    async def run() -> None:
        pubsub = PubSub(make_chain())
        port = await pubsub.listen("127.0.0.1", 0)
        async with websockets.connect(f"ws://127.0.0.1:{port}") as socket:
            assert _timer(port, socket.local_address[1]) == KEEPALIVE_TIMER
        await pubsub.close()

    asyncio.run(asyncio.wait_for(run(), WAIT_S))


def _timer(local: int, remote: int) -> str:
    """The kind of timer that runs on an IPv4 connection (Linux, Documentation/networking/proc_net_tcp)."""
    for row in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, here, there, _, _, timer, *_ = row.split()
        if [int(end.split(":")[1], 16) for end in (here, there)] == [local, remote]:
            return timer.split(":")[0]
    raise LookupError(f"no connection of {remote} to {local}")


async def _is_over(reader: asyncio.StreamReader) -> bool:
    try:
        return await reader.read() == b""
    except ConnectionError:
        return True
