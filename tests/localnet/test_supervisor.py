"""The supervisor: children stay alive, are given up in the end, and none outlives it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from localnet import supervisor as module
from localnet.errors import ChildFailed, NotReady
from localnet.supervisor import Command, Supervisor

_WAIT_S = 20.0
_SLEEPS = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
_STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
]


def running(pid: int) -> bool:
    """Whether a process of that id runs; a zombie does not."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


async def soon(fact: Callable[[], bool]) -> None:
    """Wait until a fact holds."""
    deadline = time.monotonic() + _WAIT_S
    while not fact():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def pid_of(directory: Path, name: str) -> int:
    """The process id that the supervisor left for those who look on."""
    return int((directory / f"{name}.pid").read_text())


def is_up(directory: Path, name: str, times: int = 1) -> Callable[[], bool]:
    """Whether the child has said that it is up so often."""
    return lambda: (directory / f"{name}.log").read_text().count("up\n") >= times


def test_restarts_one_that_dies(tmp_path: Path) -> None:
    """A killed child comes back under another id, and the terminal is told how it ended."""
    said: list[str] = []

    async def scene() -> None:
        keeper = Supervisor(directory=tmp_path, cwd=tmp_path, say=said.append)
        keeper.start(Command(name="child", argv=_SLEEPS))
        watch = asyncio.create_task(keeper.watch())
        await soon(is_up(tmp_path, "child"))
        first = pid_of(tmp_path, "child")
        os.kill(first, signal.SIGKILL)
        await soon(is_up(tmp_path, "child", times=2))
        assert pid_of(tmp_path, "child") != first
        watch.cancel()
        await keeper.stop()
        assert not running(pid_of(tmp_path, "child"))

    asyncio.run(scene())
    assert said == ["child ended (signal SIGKILL), starting it again"]


def test_gives_up_with_last_lines(tmp_path: Path) -> None:
    """A child that ends at once is given up after five restarts, and the error shows what it said."""

    async def scene() -> None:
        keeper = Supervisor(directory=tmp_path, cwd=tmp_path, say=lambda _: None)
        keeper.start(Command(name="child", argv=[sys.executable, "-c", "raise SystemExit('no such luck')"]))
        with pytest.raises(ChildFailed, match=r"child ended \(exit 1\) and does not stay up(.|\n)*no such luck"):
            await asyncio.wait_for(keeper.watch(), _WAIT_S)
        assert (tmp_path / "child.log").read_text().count("no such luck") == module.RESTARTS_MAX + 1

    asyncio.run(scene())


def test_one_that_never_gets_ready(tmp_path: Path) -> None:
    """Waiting for readiness ends with the child's end, or when its time is up."""

    async def never() -> bool:
        return False

    async def scene() -> None:
        keeper = Supervisor(directory=tmp_path, cwd=tmp_path, say=lambda _: None)
        keeper.start(Command(name="short", argv=[sys.executable, "-c", "raise SystemExit('bad setting X')"]))
        with pytest.raises(ChildFailed, match="bad setting X"):
            await keeper.until("short", never, within_s=_WAIT_S)
        keeper.start(Command(name="long", argv=_SLEEPS))
        with pytest.raises(NotReady, match="long was not ready within 0 s"):
            await keeper.until("long", never, within_s=0.1)
        await keeper.stop()

    asyncio.run(scene())


def test_stops_the_stubborn(tmp_path: Path) -> None:
    """A child that ignores SIGTERM is killed with its group after the named time."""

    async def scene() -> None:
        keeper = Supervisor(directory=tmp_path, cwd=tmp_path, say=lambda _: None)
        keeper.start(Command(name="child", argv=_STUBBORN))
        await soon(is_up(tmp_path, "child"))
        await keeper.stop()
        assert not running(pid_of(tmp_path, "child"))

    began = time.monotonic()
    asyncio.run(scene())
    assert time.monotonic() - began >= module.STOP_S


def test_children_die_with_us(tmp_path: Path) -> None:
    """When the supervising process is killed, so are its children."""
    program = (
        "import asyncio, sys, time; from pathlib import Path; from localnet.supervisor import Command, Supervisor\n"
        "here = Path(sys.argv[1]); keeper = Supervisor(directory=here, cwd=here, say=print)\n"
        f"keeper.start(Command(name='child', argv={_SLEEPS!r})); print('started', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"started\n"
        parent.kill()
    asyncio.run(soon(lambda: not running(pid_of(tmp_path, "child"))))
