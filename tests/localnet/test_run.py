"""How a world is told to stop: by each signal, once, whatever the impatience."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator

import pytest

from localnet.run import _stop_at_signals

_ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Signals do what they do by default, also where the tests were started to ignore some; afterwards as before."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in _ENDS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", _ENDS)
def test_stops_once(number: signal.Signals) -> None:
    """Ctrl-C, SIGTERM and a closed terminal end the task; the same again does not cut its cleaning up off."""
    cleaned: list[str] = []

    async def world() -> None:
        _stop_at_signals()
        os.kill(os.getpid(), number)
        try:
            await asyncio.Event().wait()
        finally:
            os.kill(os.getpid(), number)
            await asyncio.sleep(0.05)
            cleaned.append("all")

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(world())
    assert cleaned == ["all"]


def test_nohup_is_respected() -> None:
    """Who was started to ignore the end of the terminal goes on."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    async def world() -> str:
        _stop_at_signals()
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(0.05)
        return "goes on"

    assert asyncio.run(world()) == "goes on"
