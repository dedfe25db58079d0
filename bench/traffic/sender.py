"""Loads a chain with signed transfers, as a load tool does: over a few connections that stay open, on each the next
request once the one before is answered. Everything is signed and laid out before the first byte is sent."""

from __future__ import annotations

import asyncio
import base64
import time
from collections import deque
from dataclasses import dataclass
from hashlib import sha256
from multiprocessing.connection import Connection

import msgspec
from solders.hash import Hash
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

WALLETS = tuple(Keypair.from_seed(sha256(f"bench {number}".encode()).digest()) for number in range(32))
CONNECTIONS = 8
LAMPORTS = 1_000
_RESULT, _ERROR, _END = b'"result"', b'"error"', b"\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to send: `count` transfers, the first of them number `first`; no two numbers make the same one."""

    port: int
    blockhash: str
    first: int
    count: int
    batch: int
    skip_preflight: bool
    connections: int = CONNECTIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What came of it; times of the machine's monotonic clock, `refusal` one answer that was none."""

    start: float
    end: float
    accepted: int
    refusal: str


def requests(job: Job) -> list[bytes]:
    """The HTTP requests of a job."""
    blockhash = Hash.from_string(job.blockhash)
    options = {"encoding": "base64", "skipPreflight": job.skip_preflight, "preflightCommitment": "processed"}
    calls = [
        {"jsonrpc": "2.0", "id": number, "method": "sendTransaction", "params": [_transfer(number, blockhash), options]}
        for number in range(job.first, job.first + job.count)
    ]
    if job.batch == 1:
        return [_post(msgspec.json.encode(one)) for one in calls]
    return [_post(msgspec.json.encode(calls[at : at + job.batch])) for at in range(0, job.count, job.batch)]


def _transfer(number: int, blockhash: Hash) -> str:
    payer, to = WALLETS[number % len(WALLETS)], WALLETS[(number + 1) % len(WALLETS)].pubkey()
    move = transfer(TransferParams(from_pubkey=payer.pubkey(), to_pubkey=to, lamports=LAMPORTS + number))
    message = MessageV0.try_compile(payer.pubkey(), [move], [], blockhash)
    return base64.b64encode(bytes(VersionedTransaction(message, [payer]))).decode()


def _post(body: bytes) -> bytes:
    head = "POST / HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: bench\r\naccept: */*\r\n"
    return f"{head}content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


class _Wire(asyncio.Protocol):
    """One connection: the next request once the last is answered."""

    def __init__(self, waiting: deque[bytes], done: asyncio.Future[None]) -> None:
        self._waiting = waiting
        self.done = done
        self._buffer = b""
        self.accepted = 0
        self.refusal = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def next(self) -> None:
        """Send what is next, if there is something."""
        if self._waiting:
            self._transport.write(self._waiting.popleft())
        elif not self.done.done():
            self.done.set_result(None)

    def close(self) -> None:
        """Hang up."""
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(_END)
        if end < 0:
            return
        start = self._buffer.index(b"content-length: ") + 16
        whole = end + len(_END) + int(self._buffer[start : self._buffer.index(b"\r", start)])
        if len(self._buffer) < whole:
            return
        answer, self._buffer = self._buffer[:whole], self._buffer[whole:]
        self.accepted += answer.count(_RESULT)
        if _ERROR in answer or _RESULT not in answer:
            self.refusal = answer.decode()
        self.next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.refusal = f"the connection was lost: {exc}"
            self.done.set_result(None)


async def send(port: int, posts: list[bytes], connections: int = CONNECTIONS) -> Sent:
    """Send requests over so many connections."""
    loop, waiting = asyncio.get_running_loop(), deque(posts)
    wires = [
        (await loop.create_connection(lambda: _Wire(waiting, loop.create_future()), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    start = time.monotonic()
    for wire in wires:
        wire.next()
    await asyncio.gather(*(wire.done for wire in wires))
    end = time.monotonic()
    for wire in wires:
        wire.close()
    refusal = next((wire.refusal for wire in wires if wire.refusal), "")
    return Sent(start=start, end=end, accepted=sum(wire.accepted for wire in wires), refusal=refusal)


def run(pipe: Connection) -> None:
    """A sender's process: takes jobs, says that it is ready, waits for the word, sends, says what came of it."""
    while (job := pipe.recv()) is not None:
        posts = requests(job)
        pipe.send("ready")
        pipe.recv()
        pipe.send(asyncio.run(send(job.port, posts, job.connections)))
