"""What happens to a chain whose whole life is compared: a storm of faults, seeded transactions, and many questions."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx
from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.transaction import VersionedTransaction

from localnet.chain.tokens import TOKEN
from localnet.chain.wire import SYSTEM
from tests.localnet.chain.again.ears import Door, Socket, Stream
from tests.localnet.chain.people import SOL, making_token, moving, person

ROOT = Path(__file__).parents[4]
STEPS = 60
LIFE_S = 240.0
# What a chain said, by the way it said it.
Heard = dict[str, list[bytes]]
PEOPLE = ("alice", "bob", "carol", "dave", "erin")
SCRIPT = """
stall
every 5..9 slots chance 70% fork 1..4
at slot 12 fork 2 shorter
at slot 20 fork 2..3 losing
at slot 50 fork 33 beyond final
every 7 slots chance 50% skip 1..3
every 11 slots dead 1..2
at slot 9 stall 2..4
at slot 15 resume
at slot 15 stall
every 6 slots chance 60% drop send
every 7 slots chance 60% duplicate send by 2 blocks
every 8 slots chance 60% delay send 1..2 by 3 blocks
every 13 slots lose reply
every 9 slots error -32005 getSlot times 1..2 on main
every 12 slots http 503 on fault
at slot 18 limit 3..5 per 2 slots on fault
every 10 slots lag 1..6
every 17 slots lie blockhash times 2
at slot 30 truncate 10..20
every 5 slots chance 50% hook lose
every 16 slots hook duplicate
every 14 slots hook reorder 2..3
every 15 slots hook delay 1..2 by 2 blocks
at slot 25 grpc cut
at slot 40 grpc forget 5..10
at slot 41 grpc cut
at slot 55 clear
at slot 58 forget
"""


class Life:
    """One chain, from its first request to its last."""

    def __init__(self, seed: int, ports: list[int], door: Door) -> None:
        self._rpc, self._fault, pubsub, geyser = ports
        self._random = random.Random(seed)
        self._client = httpx.AsyncClient(timeout=LIFE_S, trust_env=False)
        self._answers: list[bytes] = []
        self._stream, self._socket, self._door = Stream(geyser), Socket(pubsub), door
        self._people = [person(name) for name in PEOPLE]
        self._blockhash = str(Hash.default())
        self._sent: list[str] = []

    async def live(self) -> Heard:
        """Everything, in order."""
        await self._begin()
        for step in range(STEPS):
            await self._step(step)
        await self._tell_all()
        await self._stream.close()
        await self._socket.close()
        await self._client.aclose()
        heard = {
            "answers": self._answers,
            "notifications": self._socket.heard,
            "messages": self._stream.heard,
            "webhooks": self._door.kept,
        }
        here = self._door.url.encode()
        return {name: [line.replace(here, b"URL") for line in lines] for name, lines in heard.items()}

    async def _ask(self, method: str, *params: Any, fault: bool = False) -> Any:
        """The result of a call, None when there is none; the answer is kept as it came."""
        body = {"jsonrpc": "2.0", "id": len(self._answers), "method": method, "params": params}
        try:
            reply = await self._client.post(f"http://127.0.0.1:{self._fault if fault else self._rpc}", json=body)
        except httpx.RemoteProtocolError:
            self._answers.append(b"no answer")
            return None
        self._answers.append(b"%d %b" % (reply.status_code, reply.content))
        return json.loads(reply.content).get("result") if reply.status_code == 200 else None

    async def _begin(self) -> None:
        hook = {"webhookURL": self._door.url, "authHeader": "secret"}
        await self._ask("localnet_addWebhook", hook)
        await self._ask("localnet_addWebhook", {**hook, "webhookType": "enhanced", "authHeader": "enhanced"})
        await self._ask("localnet_addWebhook", {"webhookURL": self._door.url, "securityToken": "key"})
        await self._stream.open()
        await self._socket.open()
        for method in ("slotSubscribe", "rootSubscribe", "slotsUpdatesSubscribe"):
            await self._socket.ask(method)
        await self._socket.ask("logsSubscribe", "all", {"commitment": "processed"})
        await self._socket.ask("programSubscribe", str(SYSTEM), {"encoding": "base64", "commitment": "confirmed"})
        await self._socket.ask("accountSubscribe", str(self._people[1].pubkey()), {"commitment": "processed"})
        shown = {"commitment": "confirmed", "maxSupportedTransactionVersion": 1, "showRewards": True}
        await self._socket.ask("blockSubscribe", "all", shown)
        for one in self._people[:3]:
            await self._ask("requestAirdrop", str(one.pubkey()), 100 * SOL)
        await self._produce()

    async def _step(self, step: int) -> None:
        latest = await self._ask("getLatestBlockhash", {"commitment": "processed"})
        if latest is not None:
            self._blockhash = latest["value"]["blockhash"]
        for _ in range(self._random.randint(0, 3)):
            await self._send(step)
        if self._random.random() < 0.1:
            await self._ask("localnet_advanceClock", {"to": 1_790_000_000 + step * self._random.randint(1, 100)})
        for fault in (False, True):
            await self._ask("getSlot", {"commitment": "processed"}, fault=fault)
            await self._ask("getSignatureStatuses", self._sent[-5:], fault=fault)
            await self._ask(
                "getBlock", self._random.randint(1, step + 2), {"maxSupportedTransactionVersion": 1}, fault=fault
            )
        await self._produce(self._random.randint(1, 2))

    async def _send(self, step: int) -> None:
        payer, other = self._random.sample(self._people, 2)
        mint = Keypair.from_seed(self._random.randbytes(32))
        calls: list[list[Instruction]] = [
            [moving(payer.pubkey(), other.pubkey(), self._random.randint(1, SOL))],
            [moving(payer.pubkey(), other.pubkey(), 1000 * SOL)],
            making_token(payer, mint),
        ]
        chosen = self._random.choice([0, 0, 0, 1, 2])
        message = MessageV0.try_compile(payer.pubkey(), calls[chosen], [], Hash.from_string(self._blockhash))
        signed = VersionedTransaction(message, [payer, mint] if chosen == 2 else [payer])
        options = {
            "encoding": "base64",
            "preflightCommitment": "processed",
            "skipPreflight": self._random.random() < 0.5,
        }
        await self._ask("sendTransaction", base64.b64encode(bytes(signed)).decode(), options)
        self._sent.append(str(signed.signatures[0]))
        await self._socket.ask("signatureSubscribe", self._sent[-1], {"enableReceivedNotification": True})

    async def _produce(self, count: int = 1) -> None:
        """Make blocks, and hear all that this means."""
        made = await self._ask("localnet_produceBlocks", {"count": count})
        await self._stream.settle(made["slot"])
        await self._socket.ask("getVersion")
        while True:
            url, body = f"http://127.0.0.1:{self._rpc}", b'{"jsonrpc":"2.0","id":1,"method":"localnet_getDeliveries"}'
            reply = await self._client.post(url, content=body, headers={"content-type": "application/json"})
            if not any(one["state"] == "waiting" for one in reply.json()["result"]):
                return self._door.settle()
            await asyncio.sleep(0.02)

    async def _tell_all(self) -> None:
        """The whole chain as it is in the end."""
        await self._ask("localnet_fault", "forget")
        await self._ask("localnet_fault", {"kind": "clear"})
        await self._produce(40)
        for slot in await self._ask("getBlocks", 0):
            for encoding in ("json", "jsonParsed", "base64"):
                shown = {"encoding": encoding, "maxSupportedTransactionVersion": 1}
                await self._ask("getBlock", slot, shown)
        for program in (SYSTEM, TOKEN):
            await self._ask("getProgramAccounts", str(program), {"encoding": "base64", "withContext": True})
        for one in self._people:
            await self._ask("getSignaturesForAddress", str(one.pubkey()))
        for method in ("getSupply", "getLargestAccounts", "getEpochInfo", "getGenesisHash", "getVoteAccounts"):
            await self._ask(method)
        for method in ("getIdentity", "getBlockProduction", "getRecentPerformanceSamples", "localnet_getDeliveries"):
            await self._ask(method)
        await self._ask("localnet_getWebhooks")


async def live(seed: int, hash_seed: str) -> Heard:
    """A chain's whole life in a process whose hashes of strings are of that seed."""
    with tempfile.TemporaryDirectory() as place:
        script = Path(place) / "faults.txt"
        script.write_text(SCRIPT)
        argv = [sys.executable, "-m", "tests.localnet.chain.again.child", str(seed), str(script)]
        process = await asyncio.create_subprocess_exec(
            *argv, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": hash_seed}, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        try:
            async with asyncio.timeout(LIFE_S), Door() as door:
                ports = [int(word) for word in (await process.stdout.readline()).split()]
                return await Life(seed, ports, door).live()
        finally:
            process.terminate()
            await process.wait()
