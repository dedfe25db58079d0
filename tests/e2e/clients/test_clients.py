"""Each of Solana's own clients plays stake, resolve and claim on the embedded chain: `make test-clients`.

A chain of its own for each, so that none lives on what another left; what the client says is checked against the chain.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import pytest

from localnet import ports
from localnet.database import ROOT
from localnet.spawn import spawn
from localnet.story.chain import Chain
from tests.e2e.clients.end import End, Said
from tests.e2e.clients.scene import Money, Scene, Source, Wish, set_up

pytestmark = [pytest.mark.e2e, pytest.mark.clients]
HERE: Final = Path(__file__).parent
ANCHORPY: Final = ROOT / ".venv-anchorpy" / "bin" / "python"
SLOT_MS: Final = 100
PLAY_S: Final = 180.0
READY_S: Final = 60.0
STOP_S: Final = 30.0
LOOK_S: Final = 0.05
BY_WORD: Final = ["Staked", "OutcomeProposed", "StateChanged", "StateChanged", "PaidOut", "BondClaimed"]
BY_PRICE: Final = ["Staked", "PriceResolved", "StateChanged", "PaidOut"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client: the file of its program, and the market it plays in."""

    file: str
    money: Money = "sol"
    source: Source

    @property
    def command(self) -> list[str]:
        """How its program is started; skips, or with REQUIRE_CLIENTS=1 fails, where the client is not installed."""
        if self.file.endswith(".js"):
            return [_installed(shutil.which("node"), HERE / "node_modules"), str(HERE / self.file)]
        if self.file == "anchorpy_client.py":
            return [_installed(str(ANCHORPY), ANCHORPY), str(HERE / self.file)]
        return [sys.executable, "-m", f"{__package__}.{Path(self.file).stem}"]


CLIENTS: Final = (
    Client(file="solana_py.py", source="word"),
    Client(file="solders_httpx.py", source="price"),
    Client(file="kit.js", source="price"),
    Client(file="web3.js", source="word", money="usd"),
    Client(file="anchor.js", source="word"),
    Client(file="anchorpy_client.py", source="price"),
)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.file)
def test_client_plays(client: Client, tmp_path: Path) -> None:
    """The client stakes, resolves and claims; everybody has what they must have, and it decoded every event."""
    command = client.command
    with chain_of_its_own(tmp_path / "chain.log") as (rpc_url, pubsub_url):
        wish = Wish(name=client.file, money=client.money, source=client.source)
        scene = asyncio.run(set_up(rpc_url, pubsub_url, wish))
        path = tmp_path / "scene.json"
        path.write_bytes(msgspec.json.encode(scene))
        said = _play([*command, str(path)])
        assert said.events == (BY_WORD if client.source == "word" else BY_PRICE)
        asyncio.run(_verify(rpc_url, scene, said))


@contextlib.contextmanager
def chain_of_its_own(log: Path) -> Iterator[tuple[str, str]]:
    """URLs of JSON-RPC and PubSub of a fresh embedded chain, in a process that is gone at the end, also at ours."""
    rpc = ports.choose(rpc=0, api=0, private=0).rpc
    argv = ["-u", "-m", "localnet", "chain", "--rpc-port", str(rpc), "--slot-ms", str(SLOT_MS), "--seed", "1"]
    one = spawn([sys.executable, *argv], log=log, cwd=ROOT, last_signal=signal.SIGTERM)
    try:
        end = time.monotonic() + READY_S
        while "RPC " not in (said := log.read_text()):
            assert one.poll() is None, said
            assert time.monotonic() < end, f"no chain within {READY_S:.0f} s"
            time.sleep(LOOK_S)
        yield f"http://127.0.0.1:{rpc}", f"ws://127.0.0.1:{rpc + 1}"
    finally:
        one.terminate()
        one.wait(STOP_S)


def _play(command: list[str]) -> Said:
    """What a client's program said at its end; fails with all that it wrote where it failed or did not end."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PLAY_S)
    except subprocess.TimeoutExpired as error:
        raise AssertionError(f"not done after {PLAY_S:.0f} s:\n{error.stdout}\n{error.stderr}") from error
    assert done.returncode == 0, f"ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return msgspec.json.decode(done.stdout.strip().splitlines()[-1], type=Said)


async def _verify(rpc_url: str, scene: Scene, said: Said) -> None:
    chain = Chain(rpc_url, pause_s=SLOT_MS / 1000)
    try:
        await End(chain, scene, said).verify()
    finally:
        await chain.close()


def _installed(program: str | None, where: Path) -> str:
    if program is not None and where.exists():
        return program
    missing = f"`make test-clients` installs it: {'node' if program is None else where.relative_to(ROOT)} is not there"
    if os.environ.get("REQUIRE_CLIENTS") == "1":
        pytest.fail(missing)
    pytest.skip(missing)
