"""Rounds for ever: wake on a new intent, look again while something is due, wait out what is Transient."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from relayer.errors import Transient
from relayer.work.loop import Work

FAILURE_PAUSE_S = 0.2
FAILURE_PAUSE_S_MAX = 2.0
QUIET_S_MAX = 0.5

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


async def serve(
    work: Work, *, wait: Callable[[float], Awaitable[None]], quiet_s: float, pulse: Pulse, stop: asyncio.Event
) -> None:
    """One round after the other until stop is set; a busy round is followed at once, quiet ones by longer waits."""
    pause, rest = FAILURE_PAUSE_S, quiet_s
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
        if busy:
            rest = quiet_s
            continue
        await wait(rest)
        rest = min(rest * 2, max(QUIET_S_MAX, quiet_s))
