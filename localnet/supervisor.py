"""Keeps child processes: starts them, restarts one that died unasked, stops them all.

A child restarted five times within a minute is given up at its next end, with its last lines. It knows nothing of
what the children do; the world names them. Each child has a log and, for those who look on, a file with its process id.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NoReturn, Protocol

from localnet.errors import ChildFailed, NotReady
from localnet.spawn import last_lines, spawn

RESTART_AFTER_S: Final = 0.2
RESTARTS_MAX: Final = 5
RESTARTS_WINDOW_S: Final = 60.0
STOP_S: Final = 4.0
_POLL_S: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a child is: its name, its command line and the settings it gets beside our own environment."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)


class Process(Protocol):
    """What the supervisor asks of what it keeps alive."""

    def poll(self) -> int | None:
        """The exit code once it has ended, by which it is reaped."""

    @property
    def pid(self) -> int:
        """Its process id."""
        ...


@dataclass(slots=True, kw_only=True)
class _Kept:
    process: Process
    again: Callable[[], Process]
    ends: deque[float] = field(default_factory=lambda: deque(maxlen=RESTARTS_MAX))


class Supervisor:
    """The children of one world, in the order in which they were started."""

    def __init__(self, *, directory: Path, cwd: Path, say: Callable[[str], None]) -> None:
        self._directory = directory
        self._cwd = cwd
        self._say = say
        self._kept: dict[str, _Kept] = {}
        self._stopping = False

    def log(self, name: str) -> Path:
        """The file that both outputs of a child go to."""
        return self._directory / f"{name}.log"

    def start(self, command: Command) -> None:
        """Start a child that is to be kept alive."""
        self.keep(command.name, self._spawn(command), again=lambda: self._spawn(command))

    def keep(self, name: str, process: Process, *, again: Callable[[], Process]) -> None:
        """Keep alive what somebody else started and stops; `again` starts it anew. Looked after in order of arrival."""
        self._kept[name] = _Kept(process=process, again=again)
        self._note(name, process)

    async def watch(self) -> NoReturn:
        """Restart whoever ends unasked. Raises ChildFailed when one does not stay up."""
        while True:
            for name, kept in list(self._kept.items()):
                code = kept.process.poll()
                if code is not None and not self._stopping:
                    await self._restart(name, kept, code)
            await asyncio.sleep(_POLL_S)

    async def until(self, name: str, ready: Callable[[], Awaitable[bool]], *, within_s: float) -> None:
        """Wait until `ready` answers yes. Raises ChildFailed if the child ends first, NotReady when time is up."""
        deadline = time.monotonic() + within_s
        while not await ready():
            if (code := self._kept[name].process.poll()) is not None:
                raise ChildFailed(self._last_words(name, code))
            if time.monotonic() > deadline:
                raise NotReady(f"{name} was not ready within {within_s:.0f} s:\n{last_lines(self.log(name))}")
            await asyncio.sleep(_POLL_S)

    async def stop(self) -> None:
        """SIGTERM to our children, the last started first, SIGKILL to the group of who stays; all are gone after it."""
        self._stopping = True
        children = [
            kept.process for kept in reversed(self._kept.values()) if isinstance(kept.process, subprocess.Popen)
        ]
        for process in children:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for _ in range(int(STOP_S / _POLL_S)):
            if all(process.poll() is not None for process in children):
                break
            await asyncio.sleep(_POLL_S)
        for process in children:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    async def _restart(self, name: str, kept: _Kept, code: int) -> None:
        now = time.monotonic()
        if len(kept.ends) == RESTARTS_MAX and now - kept.ends[0] < RESTARTS_WINDOW_S:
            raise ChildFailed(self._last_words(name, code))
        kept.ends.append(now)
        self._say(f"{name} ended ({_how(code)}), starting it again")
        await asyncio.sleep(RESTART_AFTER_S)
        if not self._stopping:
            kept.process = kept.again()
            self._note(name, kept.process)

    def _spawn(self, command: Command) -> subprocess.Popen[bytes]:
        env = {**os.environ, "PYTHONUNBUFFERED": "1", **command.env}
        return spawn(command.argv, log=self.log(command.name), env=env, cwd=self._cwd)

    def _note(self, name: str, process: Process) -> None:
        """Leave the process id where those who look on, or kill, find it; whole at every moment."""
        fresh = self._directory / f"{name}.pid.new"
        fresh.write_text(str(process.pid))
        fresh.rename(self._directory / f"{name}.pid")

    def _last_words(self, name: str, code: int) -> str:
        return f"{name} ended ({_how(code)}) and does not stay up; its last lines:\n{last_lines(self.log(name))}"


def _how(code: int) -> str:
    """How a process ended, in words: Popen's negative codes are signals."""
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit {code}"
