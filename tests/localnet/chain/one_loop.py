"""One event loop for every scene of a test process that speaks gRPC.

grpc.aio has one poller a process and hands what it finds to the loop that asked for it: an event for a loop that is
closed raises in the poller's callback, and the events after it, of loops that live, are lost.
"""

from __future__ import annotations

import asyncio
import atexit
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
_RUNNER = asyncio.Runner()
atexit.register(_RUNNER.close)


def run(scene: Coroutine[Any, Any, T]) -> T:
    """Run a scene to its end as asyncio.run does, tasks it left cancelled, but on the one loop."""
    try:
        return _RUNNER.run(scene)
    finally:
        _RUNNER.run(_cancel_left())


async def _cancel_left() -> None:
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
