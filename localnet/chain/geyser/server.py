"""The gRPC listener: Subscribe and the unary calls of a chain, behind an x-token if one is set."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import grpc
import msgspec
from google.protobuf.message import DecodeError

from localnet.chain.bank import BLOCKHASH_AGE_MAX
from localnet.chain.crowd import CONNECTIONS_MAX, relieve
from localnet.chain.faults.model import Grpc
from localnet.chain.geyser import messages
from localnet.chain.geyser.feed import Feed
from localnet.chain.geyser.session import PING_S, QUEUE_UPDATES_MAX, End, Session, keep_pinging, read_requests
from localnet.chain.model import COMMITMENTS, Block
from localnet.chain.node import Chain
from localnet.chain.rpc.endpoint import API_VERSION

# Yellowstone's default limit on a request.
REQUEST_BYTES_MAX = 4 * 1024 * 1024
STOP_S = 0.5
SUBSCRIPTIONS_MAX = 1_000
STREAMS_PER_CONNECTION_MAX = 256
CALLS_MAX = 4_096
QUEUED_BYTES_MAX = 512 * 1024 * 1024
# How long a subscriber that was cut off for reading too slowly may take to read that.
LINGER_S = 2.0
HANDSHAKE_MS_MAX = 10_000
KEEPALIVE_MS = 20_000
Context = grpc.aio.ServicerContext


class Geyser(grpc.GenericRpcHandler):
    """The service of one chain; `listen` opens it."""

    def __init__(
        self,
        chain: Chain,
        *,
        x_token: str | None = None,
        ping_s: float = PING_S,
        queue_updates_max: int = QUEUE_UPDATES_MAX,
        subscriptions_max: int = SUBSCRIPTIONS_MAX,
        connections_max: int = CONNECTIONS_MAX,
    ) -> None:
        self._chain = chain
        self._feed = Feed(chain)
        self._x_token = x_token
        self._ping_s = ping_s
        self._queue_updates_max = queue_updates_max
        self._subscriptions_max = subscriptions_max
        self._connections_max = connections_max
        self._methods = messages.methods()
        self._sessions: set[Session] = set()
        self._server: grpc.aio.Server | None = None
        chain.on_grpc.append(self._misbehave)
        chain.on_block.append(lambda block: relieve(self._sessions, QUEUED_BYTES_MAX))

    @property
    def subscribers(self) -> int:
        """How many streams are open."""
        return len(self._sessions)

    async def listen(self, host: str, port: int) -> int:
        """Open the port (0 picks a free one) and return it; OSError when it cannot be had."""
        options = [
            ("grpc.so_reuseport", 0),
            ("grpc.max_receive_message_length", REQUEST_BYTES_MAX),
            ("grpc.max_concurrent_streams", STREAMS_PER_CONNECTION_MAX),
            ("grpc.max_allowed_incoming_connections", self._connections_max),
            ("grpc.server_handshake_timeout_ms", HANDSHAKE_MS_MAX),
            ("grpc.keepalive_time_ms", KEEPALIVE_MS),
            ("grpc.keepalive_timeout_ms", KEEPALIVE_MS),
        ]
        self._server = grpc.aio.server(options=options, maximum_concurrent_rpcs=CALLS_MAX)
        self._server.add_generic_rpc_handlers((self,))
        try:
            bound = self._server.add_insecure_port(f"{host}:{port}")
        except RuntimeError as error:
            raise OSError(f"no gRPC on {host}:{port}") from error
        await self._server.start()
        return bound

    async def close(self) -> None:
        """End every stream and stop listening."""
        self.cut(grpc.StatusCode.UNAVAILABLE, "server is shutting down try again later")
        if self._server is not None:
            await self._server.stop(STOP_S)

    def cut(self, code: grpc.StatusCode, details: str) -> None:
        """End every open stream with a status."""
        for session in self._sessions:
            session.end(code, details)

    def _misbehave(self, fault: Grpc) -> None:
        if fault.fate == "cut":
            self.cut(grpc.StatusCode.UNAVAILABLE, "the stream is cut")
        else:
            self._feed.forget(fault.slots)

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any] | None:
        """How a call is answered, None when there is no such method (grpc says UNIMPLEMENTED)."""
        service, _, name = handler_call_details.method.lstrip("/").partition("/")
        if service != messages.SERVICE or name not in self._methods:
            return None
        asked, answered = self._methods[name]
        is_allowed = self._x_token is None or self._x_token == _token(handler_call_details)
        if name == "Subscribe":
            stream = self._subscribe if is_allowed else _refuse_stream
            return grpc.stream_stream_rpc_method_handler(stream, partial(_parsed, asked), bytes)
        answer = partial(self._answer, name) if is_allowed else _refuse
        return grpc.unary_unary_rpc_method_handler(answer, asked.FromString, answered.SerializeToString)

    async def _subscribe(self, requests: AsyncIterator[Any], context: Context) -> AsyncIterator[bytes]:
        if len(self._sessions) >= self._subscriptions_max:
            await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "max subscription limit exceeded")
        session = Session(self._feed, queue_updates_max=self._queue_updates_max)
        self._sessions.add(session)
        tasks = [
            asyncio.create_task(read_requests(session, requests)),
            asyncio.create_task(keep_pinging(session, self._ping_s)),
            asyncio.create_task(_hang_up(session, asyncio.current_task())),
        ]
        try:
            async for one in session.updates():
                if isinstance(one, End):
                    await context.abort(one.code, one.details)
                yield one
        finally:
            self._sessions.discard(session)
            session.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(self, name: str, request: Any, context: Context) -> Any:
        level = getattr(request, "commitment", 0)
        if level not in range(len(COMMITMENTS)):
            await context.abort(grpc.StatusCode.UNKNOWN, f"failed to create CommitmentLevel from {level}")
        return self._methods[name][1](**_ANSWERS[name](self, request, self._chain.at(COMMITMENTS[level])))

    def _ping(self, request: Any, block: Block) -> dict[str, Any]:
        return {"count": request.count}

    def _slot(self, request: Any, block: Block) -> dict[str, Any]:
        return {"slot": block.slot}

    def _height(self, request: Any, block: Block) -> dict[str, Any]:
        return {"block_height": block.height}

    def _latest_blockhash(self, request: Any, block: Block) -> dict[str, Any]:
        last = block.height + BLOCKHASH_AGE_MAX
        return {"slot": block.slot, "blockhash": block.blockhash, "last_valid_block_height": last}

    def _is_valid(self, request: Any, block: Block) -> dict[str, Any]:
        height = self._chain.bank.blockhash_height(request.blockhash)
        is_valid = height is not None and 0 <= block.height - height <= BLOCKHASH_AGE_MAX
        return {"slot": block.slot, "valid": is_valid}

    def _version(self, request: Any, block: Block) -> dict[str, Any]:
        version = {"package": "sealbook-localnet", "proto": "geyser", "solana": API_VERSION}
        return {"version": msgspec.json.encode({"version": version, "extra": {"hostname": None}}).decode()}

    def _replay_info(self, request: Any, block: Block) -> dict[str, Any]:
        return {"first_available": self._feed.first_available}


_ANSWERS: dict[str, Callable[[Geyser, Any, Block], dict[str, Any]]] = {
    "Ping": Geyser._ping,
    "GetSlot": Geyser._slot,
    "GetBlockHeight": Geyser._height,
    "GetLatestBlockhash": Geyser._latest_blockhash,
    "IsBlockhashValid": Geyser._is_valid,
    "GetVersion": Geyser._version,
    "SubscribeReplayInfo": Geyser._replay_info,
}


def _parsed(asked: Any, data: bytes) -> Any:
    """A request on a stream; None when the bytes are none, since a stream must hear that by its status."""
    try:
        return asked.FromString(data)
    except DecodeError:
        return None


async def _hang_up(session: Session, stream: asyncio.Task[Any] | None) -> None:
    """End the stream of a subscriber that lagged also when it does not even read that."""
    await session.has_lagged.wait()
    await asyncio.sleep(LINGER_S)
    if stream is not None:
        stream.cancel()


def _token(details: grpc.HandlerCallDetails) -> str | bytes | None:
    return next((value for key, value in details.invocation_metadata or () if key == "x-token"), None)


async def _refuse(request: Any, context: Context) -> None:
    await context.abort(grpc.StatusCode.UNAUTHENTICATED, "No valid auth token")


async def _refuse_stream(requests: Any, context: Context) -> AsyncIterator[bytes]:
    await context.abort(grpc.StatusCode.UNAUTHENTICATED, "No valid auth token")
    yield b""
