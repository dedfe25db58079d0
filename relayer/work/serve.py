"""Rounds for ever: wake on a new intent, look again while something is due, wait out what is Transient."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from relayer.errors import Transient
from relayer.work.loop import Work

FAILURE_PAUSE_S = 0.2
FAILURE_PAUSE_S_MAX = 2.0

_log = structlog.get_logger()


class Pulse:
    """When the last round ended well; readiness reads it."""

    def __init__(self) -> None:
        self.at = time.monotonic()
        self.failure = ""

    @property
    def silent_s(self) -> float:
        """Seconds since the last good round."""
        return time.monotonic() - self.at


async def serve(work: Work, *, wait: Callable[[], Awaitable[None]], pulse: Pulse, stop: asyncio.Event) -> None:
    """One round after the other until stop is set; a busy round is followed at once, a quiet one by a wait."""
    pause = FAILURE_PAUSE_S
    while not stop.is_set():
        try:
            busy = await work.round()
        except Transient as error:
            pulse.failure = str(error)
            _log.warning("round_failed", error=str(error))
            await asyncio.sleep(pause)
            pause = min(pause * 2, FAILURE_PAUSE_S_MAX)
            continue
        pulse.at, pulse.failure, pause = time.monotonic(), "", FAILURE_PAUSE_S
        if not busy:
            await wait()
