"""The HTTP listener's bounds: time for a request, places for connections, turns."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from solders.account import Account

from localnet.chain.model import ChainOptions
from localnet.chain.rpc.http import TURN_S, Limits, listen
from localnet.chain.serve import Running
from localnet.chain.wire import SYSTEM
from tests.localnet.chain.one_loop import run as run_scene
from tests.localnet.chain.people import GENESIS_TIME, SOL, person

WAIT_S = 60.0
CALL = b'{"jsonrpc":"2.0","id":1,"method":"getSlot"}'
HEAD = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
WHOLE = HEAD + b"content-length: %d\r\n\r\n" % len(CALL) + CALL
Scene = Callable[[Running], Awaitable[None]]


def play(scene: Scene, **options: Any) -> None:
    """Run a scene on a chain of free ports."""

    async def run() -> None:
        free: dict[str, Any] = {"rpc_port": 0, "pubsub_port": 0, "slot_ms": 0, "genesis_time": GENESIS_TIME}
        async with asyncio.timeout(WAIT_S), Running(ChainOptions(**free | options)) as running:
            await scene(running)

    run_scene(run())


async def said(reader: asyncio.StreamReader) -> bytes:
    """One answer whose body is a line."""
    await reader.readuntil(b"\r\n\r\n")
    return await reader.readline()


def test_slow_request_times_out() -> None:
    """A request that comes byte by byte has its time as a whole: 408; one that never begins too."""

    async def scene(running: Running) -> None:
        async def drip() -> bytes:
            reader, writer = await asyncio.open_connection("127.0.0.1", running.rpc_port)
            answer = asyncio.create_task(reader.read())
            for byte in HEAD * 100:
                if answer.done():
                    break
                writer.write(bytes([byte]))
                await asyncio.sleep(0.05)
            writer.close()
            return await answer

        reader, silent = await asyncio.open_connection("127.0.0.1", running.rpc_port)
        assert (await drip()).startswith(b"HTTP/1.1 408 Request Timeout\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 408 ")
        silent.close()

    play(scene, request_s_max=0.5)


def test_a_defect_ends_the_connection() -> None:
    """An answer that fails amid its turns, as none should, leaves no client waiting, and the loop is told of it."""

    def answer(body: bytes) -> Iterator[bytes]:
        yield b"["
        time.sleep(2 * TURN_S)
        yield b"1"
        raise LookupError("a defect")

    async def run() -> None:
        told: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context.get("exception")))
        limits = Limits(body_bytes_max=1000, request_s_max=WAIT_S, connections_max=2)
        server = await listen("127.0.0.1", 0, answer, lambda: b"ok", limits)
        async with asyncio.timeout(WAIT_S), server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(WHOLE)
            assert await hung_up(reader)
            writer.close()
        assert [str(one) for one in told] == ["a defect"]

    asyncio.run(run())


async def hung_up(reader: asyncio.StreamReader) -> bool:
    """Whether the other side went without a word."""
    try:
        return await reader.read() == b""
    except ConnectionError:
        return True


def test_idle_connection_stays() -> None:
    """Between two requests there is more time than for a request: the connection of a client is not taken."""

    async def scene(running: Running) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", running.rpc_port)
        for _ in range(2):
            writer.write(WHOLE)
            assert b'"result":0' in await said(reader)
            await asyncio.sleep(1.5)
        writer.close()

    play(scene, request_s_max=1.0)


def test_a_full_house_keeps_those_who_ask() -> None:
    """Of too many connections the silent ones go, and who asks is served on."""

    async def scene(running: Running) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", running.rpc_port)
        silent = []
        for _ in range(12):
            writer.write(WHOLE)
            assert b'"result":0' in await said(reader)
            silent.append(await asyncio.open_connection("127.0.0.1", running.rpc_port))
        for one, _ in silent[:-3]:
            assert await one.read() == b""
        for _, one in [*silent, (reader, writer)]:
            one.close()

    play(scene, connections_max=4)


@asynccontextmanager
async def shared() -> AsyncIterator[None]:
    """Whatever is done in here leaves turns to others: no turn takes half of all the work (CPU time, this process)."""
    turns: list[float] = []

    async def beat() -> None:
        while True:
            began = time.process_time()
            await asyncio.sleep(0)
            turns.append(time.process_time() - began)

    beating = asyncio.create_task(beat())
    await asyncio.sleep(0)
    yield
    beating.cancel()
    assert max(turns) < sum(turns) / 2


def test_pipelines_are_answered_in_turns() -> None:
    """Who sends thousands of requests at once has all answers in order, and others have their turn in between."""
    count = 4_000

    async def scene(running: Running) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", running.rpc_port, limit=64 * 1024 * 1024)
        bodies = [CALL.replace(b'"id":1', b'"id":%d' % number) for number in range(count)]
        many = b"".join(HEAD + b"content-length: %d\r\n\r\n" % len(body) + body for body in bodies)
        async with shared():
            writer.write(many)
            writer.write_eof()
            answers = await reader.read()
        found = [int(answer.partition(b"}")[0]) for answer in answers.split(b'"id":')[1:]]
        assert found == list(range(count))
        writer.close()

    play(scene)


def test_long_batches_are_answered_in_turns() -> None:
    """While a batch of much work is answered others have their turn, also when its sender has closed its half."""
    ask = b'{"jsonrpc":"2.0","id":%d,"method":"getProgramAccounts","params":["11111111111111111111111111111111"]}'
    body = b"[" + b",".join(ask % number for number in range(400)) + b"]"

    async def scene(running: Running) -> None:
        for number in range(100):
            running.chain.bank.runtime.write(person(f"p{number}").pubkey(), Account(SOL, b"", SYSTEM))
        reader, writer = await asyncio.open_connection("127.0.0.1", running.rpc_port, limit=64 * 1024 * 1024)
        async with shared():
            writer.write(HEAD + b"content-length: %d\r\n\r\n" % len(body) + body)
            writer.write_eof()
            whole = await reader.read()
        answer = msgspec.json.decode(whole.partition(b"\r\n\r\n")[2])
        assert [reply["id"] for reply in answer] == list(range(400))
        writer.close()

    play(scene)


def test_nobody_holds_the_end_up() -> None:
    """A chain stops at once with half-open and silent connections on every port."""

    async def scene() -> None:
        running = Running(ChainOptions(rpc_port=0, pubsub_port=0, geyser_port=0, slot_ms=0, genesis_time=GENESIS_TIME))
        async with running:
            lines = []
            for port in (running.rpc_port, running.pubsub_port, running.geyser_port):
                for part in (b"", b"GET / HTTP/1.1\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.write(part)
                    lines.append(writer)
            began = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - began < 8.0
        for writer in lines:
            writer.close()

    run_scene(asyncio.wait_for(scene(), WAIT_S))
