"""Deliveries over real sockets, to receivers that fail."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from localnet.chain.hooks.model import Registration
from localnet.chain.hooks.sign import signature
from localnet.chain.model import ChainOptions
from localnet.chain.serve import Running
from tests.localnet.chain.one_loop import run as run_scene
from tests.localnet.chain.people import GENESIS_TIME, SOL, fund, pay, person

WAIT_S = 20.0
Answer = Callable[[int], int | None]


class Receiver:
    """An HTTP server that answers its n-th request with a status, or never (None)."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.heads: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.times: list[float] = []
        self.url = ""
        self.heard = asyncio.Event()

    async def __aenter__(self) -> Receiver:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/hook"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:-2]
            fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head)}
            body = await reader.readexactly(int(fields["content-length"]))
            self.times.append(time.monotonic())
            self.heads.append(fields)
            self.bodies.append(body)
            self.heard.set()
            status = self._answer(len(self.bodies))
            if status is None:
                await reader.read()
                return
            writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
            await writer.drain()
        finally:
            writer.close()


def play(answer: Answer, scene: Callable[[Running, Receiver], Awaitable[None]], **options: Any) -> None:
    """Run a scene with a chain and a receiver."""

    async def run() -> None:
        free: dict[str, Any] = {"rpc_port": 0, "pubsub_port": 0, "slot_ms": 0, "genesis_time": GENESIS_TIME}
        async with Receiver(answer) as receiver, Running(ChainOptions(**free | options)) as running:
            fund(running.chain, person("alice"))
            running.chain.produce()
            await asyncio.wait_for(scene(running, receiver), WAIT_S)

    run_scene(run())


def move(running: Running, amount: int = SOL) -> None:
    """One transfer, confirmed."""
    running.chain.submit(pay(running.chain, person("alice"), person("bob").pubkey(), amount))
    running.chain.produce(2)


async def settled(running: Running, count: int = 1) -> list[str]:
    """The states of so many deliveries, once none of them waits."""
    while True:
        states = [one.state for one in running.chain.hooks.records]
        if len(states) >= count and not {"waiting", "held"} & set(states):
            return states
        await asyncio.sleep(0.005)


def test_delivery_carries_its_proofs() -> None:
    """A real POST has the body, the registered Authorization and a signature that holds."""

    async def scene(running: Running, receiver: Receiver) -> None:
        running.chain.hooks.add(Registration(url=receiver.url, authorization="Bearer 1", token="t"))
        move(running)
        assert await settled(running) == ["delivered"]
        (head,), (body,) = receiver.heads, receiver.bodies
        assert head["authorization"] == "Bearer 1"
        assert head["x-qn-signature"] == signature("t", head["x-qn-nonce"], head["x-qn-timestamp"], body)
        assert body.startswith(b'[{"blockTime":')

    play(lambda _: 200, scene)


def test_three_retries_then_lost() -> None:
    """Four attempts, no sooner than the gap apart, each recorded; the same body, another nonce."""

    async def scene(running: Running, receiver: Receiver) -> None:
        running.chain.hooks.add(Registration(url=receiver.url, token="t"))
        move(running)
        assert await settled(running) == ["lost"]
        await asyncio.sleep(0.2)
        assert len(receiver.bodies) == 4
        assert len(set(receiver.bodies)) == 1
        assert len({head["x-qn-nonce"] for head in receiver.heads}) == 4
        pauses = [b - a for a, b in zip(receiver.times, receiver.times[1:], strict=False)]
        assert min(pauses) >= 0.045
        (record,) = running.chain.hooks.records
        assert [one.status for one in record.attempts] == [500, 404, 500, 404]

    play(lambda count: 500 if count % 2 else 404, scene, hook_gap_ms=50)


def test_a_late_answer_is_a_failure_and_a_retry_arrives() -> None:
    """An answer after 1 s is none, whatever comes later; another attempt can arrive."""

    async def scene(running: Running, receiver: Receiver) -> None:
        running.chain.hooks.add(Registration(url=receiver.url))
        asked = time.monotonic()
        move(running)
        assert await settled(running) == ["delivered"]
        (record,) = running.chain.hooks.records
        first, *_, last = [(one.status, one.error) for one in record.attempts]
        assert (first, last) == ((None, "timeout"), (204, None))
        assert receiver.times[1] - asked >= 1

    play(lambda count: None if count == 1 else 204, scene, hook_gap_ms=10)


def test_403_is_final() -> None:
    """A receiver that forbids is not asked again."""

    async def scene(running: Running, receiver: Receiver) -> None:
        running.chain.hooks.add(Registration(url=receiver.url))
        move(running)
        assert await settled(running) == ["lost"]
        await asyncio.sleep(0.1)
        assert len(receiver.bodies) == 1

    play(lambda _: 403, scene, hook_gap_ms=10)


def test_nobody_there_is_lost_and_the_chain_goes_on() -> None:
    """A dead receiver costs its own deliveries only: another webhook hears all, and blocks come."""

    async def scene(running: Running, receiver: Receiver) -> None:
        dead = running.chain.hooks.add(Registration(url="http://127.0.0.1:1/"))
        alive = running.chain.hooks.add(Registration(url=receiver.url))
        for amount in range(5):
            move(running, SOL + amount)
        await settled(running, 10)
        states = {(one.webhook, one.state) for one in running.chain.hooks.records}
        assert states == {(dead.id, "lost"), (alive.id, "delivered")}
        assert len(receiver.bodies) == 5

    play(lambda _: 200, scene, hook_gap_ms=10)


def test_who_never_answers_holds_up_nobody() -> None:
    """While a silent receiver has more deliveries than may be on their way at once, another hears of all."""
    count = 80

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def scene(running: Running, receiver: Receiver) -> None:
        async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            deaf = running.chain.hooks.add(Registration(url=f"http://127.0.0.1:{port}/"))
            running.chain.hooks.add(Registration(url=receiver.url))
            for amount in range(count):
                move(running, SOL // 100 + amount)
            while len(receiver.bodies) < count:
                receiver.heard.clear()
                await receiver.heard.wait()
            assert {one.state for one in running.chain.hooks.records if one.webhook == deaf.id} == {"waiting"}

    play(lambda _: 200, scene, hook_budget_ms=60_000)


def test_of_an_answer_only_so_much_is_read() -> None:
    """A receiver that says yes and then talks without end has its delivery at once, whatever encoding it claims."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 99999999999\r\n\r\n")
        with suppress(ConnectionError):
            while not writer.is_closing():
                writer.write(bytes(65_536))
                await writer.drain()
        writer.close()

    async def scene(running: Running, receiver: Receiver) -> None:
        async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            running.chain.hooks.add(Registration(url=f"http://127.0.0.1:{port}/"))
            move(running)
            assert await settled(running) == ["delivered"]

    play(lambda _: 200, scene, hook_budget_ms=15_000, hook_gap_ms=10)


def test_a_host_that_is_no_name_is_lost() -> None:
    """What looks like a name and cannot be one is an attempt that failed, and no other delivery hears of it."""

    async def scene(running: Running, receiver: Receiver) -> None:
        wrong = running.chain.hooks.add(Registration(url="http://xn--/"))
        right = running.chain.hooks.add(Registration(url=receiver.url))
        move(running)
        await settled(running, 2)
        assert {one.webhook: one.state for one in running.chain.hooks.records} == {
            wrong.id: "lost",
            right.id: "delivered",
        }

    play(lambda _: 200, scene, hook_gap_ms=10)


def test_stopping_waits_for_no_receiver() -> None:
    """A chain that stops while a receiver hangs stops at once."""

    async def scene(running: Running, receiver: Receiver) -> None:
        running.chain.hooks.add(Registration(url=receiver.url))
        move(running)
        await receiver.heard.wait()

    started = time.monotonic()
    play(lambda _: None, scene, hook_budget_ms=15_000)
    assert time.monotonic() - started < 10
