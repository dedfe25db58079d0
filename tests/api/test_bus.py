"""The bus of a process: a stop that comes together with news still stops."""

from __future__ import annotations

import asyncio

import pytest

from api.bus import PostgresBus

WAIT_S = 30.0


@pytest.mark.parametrize("turns", range(6))
def test_a_stop_beside_news_is_not_lost(turns: int) -> None:
    """Whoever waits for the bus is stopped, however few turns of the loop lie between news and stop."""

    async def follow(bus: PostgresBus) -> None:
        while True:
            await bus.wait(WAIT_S)

    async def scene() -> bool:
        bus = PostgresBus("")
        following = asyncio.create_task(follow(bus))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        bus._news.set()
        for _ in range(turns):
            await asyncio.sleep(0)
        following.cancel()
        await asyncio.wait([following], timeout=1)
        has_stopped = following.done()
        following.cancel()
        return has_stopped

    assert asyncio.run(scene())
