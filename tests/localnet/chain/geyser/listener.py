"""A client of the Geyser service over a real socket, and a scene around a chain that serves it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc

from localnet.chain.geyser import messages
from localnet.chain.geyser.server import Geyser
from localnet.chain.node import Chain
from tests.localnet.chain.one_loop import run as run_scene

WAIT_S = 60.0


class Listener:
    """One connection."""

    def __init__(self, port: int, token: str | None = None, *, own: bool = False) -> None:
        """`own`: a connection that no other listener of this process shares."""
        self.port = port
        options = [("grpc.use_local_subchannel_pool", 1)] if own else []
        self._channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=options)
        self._metadata = (("x-token", token),) if token else ()

    async def call(self, name: str, **fields: Any) -> Any:
        """A unary call's answer; grpc.aio.AioRpcError when it is refused."""
        asked, answered = messages.methods()[name]
        path = f"/{messages.SERVICE}/{name}"
        call = self._channel.unary_unary(
            path, request_serializer=asked.SerializeToString, response_deserializer=answered.FromString
        )
        return await call(asked(**fields), metadata=self._metadata)

    def subscribe(self) -> Any:
        """An open stream: `write` requests, `read` updates."""
        stream = self._channel.stream_stream(
            f"/{messages.SERVICE}/Subscribe",
            request_serializer=messages.SubscribeRequest.SerializeToString,
            response_deserializer=messages.SubscribeUpdate.FromString,
        )
        return stream(metadata=self._metadata)

    async def close(self) -> None:
        """Hang up."""
        await self._channel.close()


def play(chain: Chain, scene: Callable[[Listener, Geyser], Awaitable[None]], **options: Any) -> None:
    """Run a scene with a connection to a service of the chain."""
    token = options.pop("token", None)

    async def run() -> None:
        geyser = Geyser(chain, **options)
        listener = Listener(await geyser.listen("127.0.0.1", 0), token)
        try:
            await asyncio.wait_for(scene(listener, geyser), WAIT_S)
        finally:
            await listener.close()
            await geyser.close()

    run_scene(run())


async def opened(listener: Listener, **fields: Any) -> Any:
    """A stream whose filters are in force: a ping of the client was answered after them."""
    stream = listener.subscribe()
    await stream.write(messages.SubscribeRequest(**fields))
    await settle(stream)
    return stream


async def settle(stream: Any) -> list[Any]:
    """Everything that came until a ping of ours is answered, the server's pings apart."""
    await stream.write(messages.SubscribeRequest(ping={"id": 7}))
    return [one async for one in until(stream, "pong")]


async def until(stream: Any, last: str) -> AsyncIterator[Any]:
    """Updates up to the first of a kind, without it and without pings."""
    while True:
        update = await stream.read()
        kind = update.WhichOneof("update_oneof")
        if kind == last:
            return
        if kind != "ping":
            yield update


async def ended(stream: Any) -> grpc.StatusCode:
    """The status of a stream that the server ends, after all that it still sends."""
    try:
        while await stream.read() is not grpc.aio.EOF:
            pass
    except grpc.aio.AioRpcError as error:
        return error.code()
    return await stream.code()
