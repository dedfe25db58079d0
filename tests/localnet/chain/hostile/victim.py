"""A chain in a process of its own, what it holds of the system, and the one who must not be harmed."""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import websockets
from solders.hash import Hash
from solders.keypair import Keypair
from solders.message import Message
from solders.transaction import Transaction

from localnet.chain.crowd import connections_max
from localnet.chain.geyser import messages
from tests.localnet.chain.geyser.listener import Listener
from tests.localnet.chain.one_loop import run as run_scene
from tests.localnet.chain.people import SOL, moving, person

ROOT = Path(__file__).parents[4]
SLOT_MS = 100
# Generous: a machine four times slower and busy must pass; a chain that waits for a hostile client does not.
START_S = 120.0
SCENE_S = 120.0
ANSWER_S_MAX = 20.0
GROWN_BYTES_MAX = 200 * 1024 * 1024
CLEAN_S = 60.0
# What gRPC may open for itself; every attack opens many more.
FILES_MORE_MAX = 4


class Victim:
    """`python -m localnet chain` with all its ports."""

    def __init__(self, *options: str) -> None:
        connections_max()  # attackers need open files too
        argv = ["-m", "localnet", "chain", "--rpc-port", "0", "--pubsub-port", "0", "--geyser-port", "0"]
        self.process = subprocess.Popen(
            [sys.executable, *argv, "--slot-ms", str(SLOT_MS), *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        words = self.process.stdout.readline().split()
        assert words, self.process.communicate(timeout=START_S)
        self.rpc, self.pubsub, self.geyser = (int(word.rpartition(":")[2]) for word in words[1::2])

    @property
    def resident_bytes(self) -> int:
        """How much memory it has."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS:"))

    @property
    def files(self) -> int:
        """How many files and sockets it has open."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def stop(self) -> str:
        """Tell it to stop, and what it said on stderr in its life; AssertionError when it does not stop."""
        self.process.terminate()
        try:
            return self.process.communicate(timeout=CLEAN_S)[1]
        finally:
            self.process.kill()
            self.process.wait()


class Witness:
    """A well-behaved client: hears every slot on both streams, asks for health, sends transactions."""

    def __init__(self, victim: Victim) -> None:
        self.victim = victim
        self.heard: dict[str, list[int]] = {"pubsub": [], "geyser": []}
        self.waited_s: list[float] = []
        self.sent: list[str] = []
        self._client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{victim.rpc}", timeout=SCENE_S, trust_env=False)
        self._payer = Keypair()
        self._rounds = 0
        self._more = asyncio.Condition()

    async def ask(self, method: str, *params: Any) -> Any:
        """One call, timed."""
        began = time.monotonic()
        reply = await self._client.post("/", json={"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        self.waited_s.append(time.monotonic() - began)
        return reply.json()["result"]

    async def run(self) -> None:
        """Live until cancelled."""
        await asyncio.gather(self._hear_pubsub(), self._hear_geyser(), self._ask_on())

    async def rounds(self, more: int = 2) -> None:
        """Return after so many whole rounds of questions more."""
        wanted = self._rounds + more
        async with self._more:
            await self._more.wait_for(lambda: self._rounds >= wanted)

    async def judge(self) -> None:
        """All slots were heard, in order; all was answered in time; all that was sent landed."""
        for name, slots in self.heard.items():
            assert len(slots) > 2, f"{name} heard only {slots}"
            assert slots == list(range(slots[0], slots[0] + len(slots))), f"{name} missed slots"
        assert max(self.waited_s) < ANSWER_S_MAX, f"an answer took {max(self.waited_s):.1f} s"
        until = time.monotonic() + CLEAN_S
        while None in (found := (await self.ask("getSignatureStatuses", self.sent[-200:]))["value"]):
            assert time.monotonic() < until, f"{found.count(None)} transactions never landed"
            await asyncio.sleep(SLOT_MS / 1000)
        await self._client.aclose()

    async def _ask_on(self) -> None:
        await self.ask("requestAirdrop", str(self._payer.pubkey()), 100 * SOL)
        await self._funded()
        while True:
            assert await self.ask("getHealth") == "ok"
            latest = await self.ask("getLatestBlockhash", {"commitment": "processed"})
            blockhash = Hash.from_string(latest["value"]["blockhash"])
            payment = moving(self._payer.pubkey(), person("somebody").pubkey(), SOL // 100 + self._rounds)
            signed = Transaction([self._payer], Message.new_with_blockhash([payment], None, blockhash), blockhash)
            options = {"encoding": "base64", "preflightCommitment": "processed"}
            self.sent.append(await self.ask("sendTransaction", base64.b64encode(bytes(signed)).decode(), options))
            async with self._more:
                self._rounds += 1
                self._more.notify_all()
            await asyncio.sleep(SLOT_MS / 1000)

    async def _funded(self) -> None:
        while True:
            if (await self.ask("getBalance", str(self._payer.pubkey()), {"commitment": "processed"}))["value"]:
                return
            await asyncio.sleep(SLOT_MS / 1000)

    async def _hear_pubsub(self) -> None:
        async with websockets.connect(f"ws://127.0.0.1:{self.victim.pubsub}", ping_timeout=None) as socket:
            await socket.send('{"jsonrpc":"2.0","id":1,"method":"slotSubscribe"}')
            await socket.recv()
            async for message in socket:
                self.heard["pubsub"].append(json.loads(message)["params"]["result"]["slot"])

    async def _hear_geyser(self) -> None:
        listener = Listener(self.victim.geyser)
        stream = listener.subscribe()
        try:
            await stream.write(messages.SubscribeRequest(blocks_meta={"m": {}}))
            async for update in stream:
                if update.WhichOneof("update_oneof") == "block_meta":
                    self.heard["geyser"].append(update.block_meta.slot)
        finally:
            await listener.close()


@asynccontextmanager
async def watched(victim: Victim) -> AsyncIterator[Witness]:
    """A witness around an attack; afterwards it is judged, and what the attack left behind too."""
    witness = Witness(victim)
    life = asyncio.create_task(witness.run())
    try:
        await asyncio.wait([life, asyncio.create_task(witness.rounds())], return_when=asyncio.FIRST_COMPLETED)
        files, resident = victim.files, victim.resident_bytes
        yield witness
        await asyncio.wait([life, asyncio.create_task(witness.rounds())], return_when=asyncio.FIRST_COMPLETED)
        grown = victim.resident_bytes - resident
        assert grown < GROWN_BYTES_MAX, f"{grown // 1024 // 1024} MiB more"
        await until(lambda: victim.files <= files + FILES_MORE_MAX, f"more than {files} files are open")
        if life.done():
            life.result()
    finally:
        life.cancel()
        with suppress(asyncio.CancelledError):
            await life
    await witness.judge()


async def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds; AssertionError when it never does."""
    end = time.monotonic() + CLEAN_S
    while not holds():
        assert time.monotonic() < end, what
        await asyncio.sleep(0.1)


def attack(victim: Victim, scene: Callable[[], Awaitable[None]]) -> None:
    """Run a hostile scene beside a well-behaved client."""

    async def run() -> None:
        async with asyncio.timeout(SCENE_S), watched(victim):
            await scene()

    run_scene(run())
