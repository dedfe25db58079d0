"""A world in a process of its own, as `make up` starts it, and hands on it: its steps, its processes, its end."""

from __future__ import annotations

import contextlib
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from localnet.database import ROOT

CLOSING = re.compile(r"^story ok: (\d+) markets, (\d+) transactions, (\d+) events, 0 missing, 0 unpaid$")
CHILDREN = ("postgres", "chain", "indexer", "work", "keep", "api")
STORY_S = 400.0
_ALIVE_S = 60.0


class World:
    """One `python -m localnet up`, its output read line by line."""

    def __init__(self, directory: Path, *arguments: str) -> None:
        self.directory = directory
        self.lines: list[str] = []
        self._killed: list[int] = []
        self._fresh: queue.Queue[str | None] = queue.Queue()
        ports = ["--rpc-port", "0", "--api-port", "0", "--private-port", "0"]
        ports += [] if "--validator" in arguments else ["--geyser-port", "0"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "localnet", "up", "--keep", str(directory), *ports, *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def steps(self) -> int:
        """How many steps the story has shown."""
        return sum(1 for line in self.lines if re.match(r"^\s*\d+ ", line))

    @property
    def text(self) -> str:
        """All that the terminal showed."""
        return "\n".join(self.lines)

    def until_step(self, number: int, within_s: float = STORY_S) -> bool:
        """Wait until that many steps were shown; False when the world ended before."""
        deadline = time.monotonic() + within_s
        while self.steps < number:
            if self._next(deadline) is None:
                return False
        return True

    def until_line(self, text: str, within_s: float = STORY_S) -> bool:
        """Wait until a line contains `text`; False when the world ended before."""
        deadline = time.monotonic() + within_s
        while not any(text in line for line in self.lines):
            if self._next(deadline) is None:
                return False
        return True

    def url(self, name: str) -> str:
        """An address that the terminal showed: pages, API, RPC, PubSub or Geyser."""
        found = re.search(rf"^\s*{name}\s+(\S+)$", self.text, re.M)
        assert found is not None, self.text
        return found[1]

    def pid(self, child: str) -> int:
        """Process id of a child, as the supervisor notes it."""
        return int((self.directory / f"{child}.pid").read_text())

    def kill(self, child: str) -> int:
        """SIGKILL a child, once it lives again after an earlier kill, and answer its process id."""
        deadline = time.monotonic() + _ALIVE_S
        while (pid := self.pid(child)) in self._killed:
            assert time.monotonic() < deadline, f"{child} was not started again"
            time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)
        self._killed.append(pid)
        return pid

    def end(self, within_s: float = STORY_S) -> int:
        """Wait for the end and answer the exit code."""
        deadline = time.monotonic() + within_s
        while self._next(deadline) is not None:
            pass
        return self.process.wait(10)

    def report(self) -> dict[str, object]:
        """The end state by the story's own names."""
        return msgspec.json.decode((self.directory / "report.json").read_bytes(), type=dict[str, object])

    def survivors(self) -> list[str]:
        """Children that still run."""
        return [name for name in CHILDREN if (self.directory / f"{name}.pid").exists() and alive(self.pid(name))]

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._fresh.put(line.rstrip("\n"))
        self._fresh.put(None)

    def _next(self, deadline: float) -> str | None:
        try:
            line = self._fresh.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise AssertionError(f"nothing for too long after:\n{self.text}") from None
        if line is None:
            self._fresh.put(None)
            return None
        self.lines.append(line)
        return line


@contextlib.contextmanager
def world(directory: Path, *arguments: str) -> Iterator[World]:
    """A world that is gone when the test is over, whatever it did."""
    one = World(directory, *arguments)
    try:
        yield one
    finally:
        if one.process.poll() is None:
            one.process.send_signal(signal.SIGINT)
            try:
                one.process.wait(20)
            except subprocess.TimeoutExpired:
                one.process.kill()
                one.process.wait()
        if one.process.stdout is not None:
            one._reader.join(5)
            one.process.stdout.close()


def alive(pid: int) -> bool:
    """Whether a process of that id runs; a zombie does not."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"
