"""Nodes as processes of their own, gone when the interview is over: the embedded chain and a real validator.

solana-test-validator 4.2.2 cannot start with `--rpc-pubsub-enable-block-subscription`: its reader of arguments demands
`enable_rpc_transaction_history` beside it, an argument that only agave-validator has, and panics. So a copy of it is
started in which that one name stands for an argument that it has; nothing else of it is changed.
"""

from __future__ import annotations

import contextlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from localnet.database import ROOT
from localnet.spawn import spawn
from tests.localnet.chain.interview.node import HttpNode

PROGRAM = "solana-test-validator"
_SUBSCRIPTION = b"rpc-pubsub-enable-block-subscription"
_DEMANDED, _INSTEAD = b"enable_rpc_transaction_history", b"transaction_account_lock_limit"
# 8 ticks make a slot of a few hundredths of a second; the slots before the first one that is made are skipped.
_OPTIONS = f"--reset --quiet --bind-address 127.0.0.1 --ticks-per-slot 8 --{_SUBSCRIPTION.decode()}".split()
_INSTEAD_OPTION = ("--transaction-account-lock-limit", "128")
WARP_SLOT = 60
SLOT_MS = 100
STARTS_MAX = 3
START_S = 120.0
STOP_S = 20.0
_PORTS = 48
_LOOK_S = 0.1


@contextlib.contextmanager
def embedded(folder: Path) -> Iterator[HttpNode]:
    """`python -m localnet chain` with a skipped slot."""
    log = folder / "embedded.log"
    first = _free_ports()
    ports = ("--rpc-port", str(first), "--pubsub-port", str(first + 1), "--slot-ms", str(SLOT_MS))
    with _process([sys.executable, "-m", "localnet", "chain", *ports], log) as process:
        _until(lambda: log.read_text().endswith("\n"), process, log)
        rpc, pubsub = re.findall(r"(?:http|ws)://\S+", log.read_text())[:2]
        node = HttpNode(rpc, pubsub)
        node.skipped_slot = node.call("localnet_fault", {"kind": "skip", "slots": 3})["result"]["slot"] + 2
        with contextlib.closing(node):
            yield node


@contextlib.contextmanager
def validator(folder: Path, *more: str) -> Iterator[HttpNode]:
    """A solana-test-validator of PATH with block subscriptions, making slots; `more` are arguments of its own."""
    program = shutil.which(PROGRAM)
    assert program is not None, f"no {PROGRAM} on PATH"
    mended = with_block_subscriptions(Path(program), folder)
    for attempt in range(1, STARTS_MAX + 1):
        first = _free_ports()
        log = folder / f"validator-{attempt}.log"
        with _process([*mended, *_arguments(folder / f"ledger-{attempt}", first), *more], log) as process:
            urls = f"http://127.0.0.1:{first}", f"ws://127.0.0.1:{first + 1}"
            # Its PubSub queues 100 notifications of all subscriptions; a connection behind by more is "lagged" and cut.
            node = HttpNode(*urls, WARP_SLOT // 2, loses_the_thread=True)
            try:
                _until(lambda node=node: node.is_past(WARP_SLOT), process, log)
            except ChildProcessError:  # somebody took one of its ports meanwhile
                if attempt == STARTS_MAX:
                    raise
                continue
            with contextlib.closing(node):
                yield node
            return


def with_block_subscriptions(program: Path, folder: Path) -> list[str]:
    """The program, or its copy in which the argument that it lacks is one that it has, with that argument."""
    binary = program.read_bytes()
    if binary.count(_SUBSCRIPTION + _DEMANDED) != 1:
        return [str(program)]
    copy = folder / PROGRAM
    copy.write_bytes(binary.replace(_SUBSCRIPTION + _DEMANDED, _SUBSCRIPTION + _INSTEAD))
    copy.chmod(0o755)
    return [str(copy), *_INSTEAD_OPTION]


def _arguments(ledger: Path, first: int) -> list[str]:
    """RPC and PubSub take the first two ports, the faucet and gossip the next, whatever else is needed the rest."""
    ports = {"--rpc-port": first, "--faucet-port": first + 2, "--gossip-port": first + 3}
    named = [word for name, port in ports.items() for word in (name, str(port))]
    rest = ("--dynamic-port-range", f"{first + 4}-{first + _PORTS}", "--warp-slot", str(WARP_SLOT))
    return [*_OPTIONS, "--limit-ledger-size", "1000000", "--ledger", str(ledger), *named, *rest]


def _free_ports() -> int:
    """The first of so many ports in a row that nobody uses, below those that systems give to clients."""
    while True:
        first = random.SystemRandom().randrange(10_000, 30_000)
        if all(_is_free(port, kind) for port in range(first, first + _PORTS) for kind in _KINDS):
            return first


_KINDS = (socket.SOCK_STREAM, socket.SOCK_DGRAM)


def _is_free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


@contextlib.contextmanager
def _process(argv: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = spawn(argv, log=log, cwd=ROOT)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until `ready()`; ChildProcessError with the log when the process ends before."""
    deadline = time.monotonic() + START_S
    while not ready():
        if process.poll() is not None:
            raise ChildProcessError(f"ended with {process.returncode}:\n{log.read_text()}")
        assert time.monotonic() < deadline, f"not ready within {START_S:.0f} s:\n{log.read_text()}"
        time.sleep(_LOOK_S)
