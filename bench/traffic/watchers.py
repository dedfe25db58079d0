"""Subscribers that keep count: WebSockets and a gRPC stream on slots, some of them on accounts too."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing.connection import Connection

import grpc
import msgspec
from websockets.asyncio.client import ClientConnection, connect

from localnet.chain.geyser import messages

# Every so manyeth WebSocket listens to an account as well.
ACCOUNTS_EVERY = 4
CONNECT_S_MAX = 60.0
END_S_MAX = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Who listens to what."""

    pubsub_port: int
    geyser_port: int
    sockets: int
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """What one subscriber, or many together, did not hear, or heard at the wrong time."""

    missing: int
    disordered: int

    @property
    def none(self) -> bool:
        """Whether everything was heard, once and in order."""
        return not self.missing and not self.disordered


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """All that was heard: of slots by each subscriber, of accounts by all together, and how far apart (seconds) the
    first and the last WebSocket heard of each slot."""

    sockets: tuple[tuple[int, ...], ...]
    stream: tuple[int, ...]
    accounts: int
    apart: tuple[float, ...]


def losses(heard: Iterable[int], first: int, last: int) -> Losses:
    """What is wrong with the slots one subscriber heard, of which each of [first, last] was to come once, in order."""
    slots = [slot for slot in heard if first <= slot <= last]
    disordered = sum(later <= earlier for earlier, later in pairwise(slots))
    return Losses(missing=len(set(range(first, last + 1)) - set(slots)), disordered=disordered)


def all_losses(subscribers: Iterable[Iterable[int]], first: int, last: int) -> Losses:
    """The same of many together."""
    each = [losses(heard, first, last) for heard in subscribers]
    return Losses(missing=sum(one.missing for one in each), disordered=sum(one.disordered for one in each))


class Watch:
    """Subscriptions of one crowd; an async context manager that hangs up."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._slots: list[list[int]] = [[] for _ in range(crowd.sockets)]
        self._stream: list[int] = []
        self._accounts = 0
        self._times: dict[int, tuple[float, float]] = {}
        self._heard = asyncio.Event()
        self._stack = AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Watch:
        crowd = self._crowd
        for number in range(crowd.sockets):
            url = f"ws://127.0.0.1:{crowd.pubsub_port}"
            socket = await self._stack.enter_async_context(connect(url, open_timeout=CONNECT_S_MAX, compression=None))
            await _subscribe(socket, "slotSubscribe")
            self._tasks.append(asyncio.create_task(self._read(socket, self._slots[number])))
            if crowd.accounts and number % ACCOUNTS_EVERY == 0:
                account = crowd.accounts[number // ACCOUNTS_EVERY % len(crowd.accounts)]
                await _ask(socket, "accountSubscribe", account, {"commitment": "processed", "encoding": "base64"})
        if crowd.geyser_port:
            self._tasks.append(asyncio.create_task(self._follow(crowd.geyser_port)))
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._stack.aclose()

    async def settled(self) -> None:
        """Return once everybody has heard of a slot: from the next one on nobody may miss any."""
        await self._wait(0)

    async def until(self, slot: int, within_s: float = END_S_MAX) -> Heard:
        """What was heard once everybody heard of a slot; or of what was heard after so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._wait(slot)
        apart = tuple(last - first for first, last in self._times.values())
        sockets = tuple(tuple(one) for one in self._slots)
        return Heard(sockets=sockets, stream=tuple(self._stream), accounts=self._accounts, apart=apart)

    async def _wait(self, slot: int) -> None:
        """Return once everybody has heard of this slot, or of a later one."""
        while any(not one or one[-1] < slot for one in self._everybody()):
            self._heard.clear()
            await self._heard.wait()

    def _everybody(self) -> list[list[int]]:
        return [*self._slots, *([self._stream] if self._crowd.geyser_port else [])]

    async def _read(self, socket: ClientConnection, slots: list[int]) -> None:
        async for message in socket:
            told = msgspec.json.decode(message)
            if told.get("method") == "slotNotification":
                slot, now = told["params"]["result"]["slot"], time.monotonic()
                slots.append(slot)
                self._heard.set()
                self._times[slot] = (self._times.get(slot, (now, now))[0], now)
            elif "method" in told:
                self._accounts += 1

    async def _follow(self, port: int) -> None:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            stream = channel.stream_stream(
                f"/{messages.SERVICE}/Subscribe",
                request_serializer=messages.SubscribeRequest.SerializeToString,
                response_deserializer=messages.SubscribeUpdate.FromString,
            )()
            await stream.write(messages.SubscribeRequest(slots={"all": {"filter_by_commitment": True}}))
            async for update in stream:
                if update.WhichOneof("update_oneof") == "slot":
                    self._stream.append(update.slot.slot)
                    self._heard.set()


async def _ask(socket: ClientConnection, method: str, *params: object) -> None:
    await socket.send(msgspec.json.encode({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}), text=True)


async def _subscribe(socket: ClientConnection, method: str) -> None:
    await _ask(socket, method)
    reply = msgspec.json.decode(await socket.recv())
    assert "result" in reply, reply


async def _serve(pipe: Connection, crowd: Crowd) -> None:
    """Watch until told the last slot; the pipe is read in a thread, so that nothing waits for it here."""
    async with Watch(crowd) as watch:
        await watch.settled()
        pipe.send("ready")
        last = await asyncio.to_thread(pipe.recv)
        pipe.send(await watch.until(last))


def run(pipe: Connection, crowd: Crowd) -> None:
    """The watchers' process: says when everybody hears, takes the last slot, says what was heard."""
    asyncio.run(_serve(pipe, crowd))
