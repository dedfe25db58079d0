"""The chain under test: a process of its own, as the command starts it, and one HTTP connection to ask it."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import msgspec
from solders.hash import Hash

READY = re.compile(r"RPC \S+:(\d+)\s+PubSub \S+:(\d+)\s+Geyser \S+:(\d+)")
ASK_S_MAX = 60.0
PAUSE_S = 0.02


class Chain:
    """The process; a context manager that ends it."""

    def __init__(self, *options: str) -> None:
        self.started = time.monotonic()
        argv = [sys.executable, "-u", "-m", "localnet", "chain"]
        argv += ["--rpc-port", "0", "--pubsub-port", "0", "--geyser-port", "0", *options]
        self._process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        ports = READY.match(self._process.stdout.readline())
        assert ports is not None, "the chain did not start"
        self.rpc_port, self.pubsub_port, self.geyser_port = (int(one) for one in ports.groups())
        self._http = http.client.HTTPConnection("127.0.0.1", self.rpc_port, timeout=ASK_S_MAX)

    def __enter__(self) -> Chain:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()
        self._process.terminate()
        self._process.communicate()

    def ask(self, method: str, *params: object) -> object:
        """The result of one call."""
        body = msgspec.json.encode({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        self._http.request("POST", "/", body=body, headers={"content-type": "application/json"})
        reply = msgspec.json.decode(self._http.getresponse().read())
        assert "result" in reply, reply
        return reply["result"]

    def slot(self) -> int:
        """The newest slot."""
        return msgspec.convert(self.ask("getSlot", {"commitment": "processed"}), int)

    def landed(self) -> int:
        """How many transactions there are, up to the newest block."""
        return msgspec.convert(self.ask("getTransactionCount", {"commitment": "processed"}), int)

    def wait_landed(self, count: int, within_s: float) -> bool:
        """Whether there are so many transactions, waiting at most so long since the last one came."""
        known, since = self.landed(), time.monotonic()
        while known < count and time.monotonic() - since < within_s:
            time.sleep(PAUSE_S)
            newest = self.landed()
            if newest != known:
                known, since = newest, time.monotonic()
        return known >= count

    def blockhash(self) -> Hash:
        """The newest blockhash."""
        latest = self.ask("getLatestBlockhash", {"commitment": "processed"})
        assert isinstance(latest, dict)
        return Hash.from_string(latest["value"]["blockhash"])

    def memory_mb(self) -> float:
        """Resident memory."""
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def cpu_s(self) -> float:
        """Processor time used so far, in the kernel's too: what a loaded machine does not lengthen."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
