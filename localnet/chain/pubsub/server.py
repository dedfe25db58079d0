"""The WebSocket side of PubSub: requests in, notifications out, each connection with a bounded queue."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from localnet.chain.errors import RpcError, invalid_params
from localnet.chain.node import Chain
from localnet.chain.pubsub.requests import COUNTS, KINDS
from localnet.chain.pubsub.subscriptions import Subscriptions
from localnet.chain.rpc.endpoint import API_VERSION
from localnet.chain.rpc.network import FEATURE_SET
from localnet.chain.rpc.params import Params, check_count, u64

QUEUE_MESSAGES_MAX = 10_000
MESSAGE_BYTES_MAX = 64 * 1024
TOO_SLOW = 1013


class PubSub:
    """All PubSub connections of a chain."""

    def __init__(self, chain: Chain) -> None:
        self._subscriptions = Subscriptions(chain)
        self._server: Server | None = None

    async def listen(self, host: str, port: int) -> int:
        """Listen; the port, or OSError when it is taken."""
        self._server = await serve(
            self._connection, host, port, max_size=MESSAGE_BYTES_MAX, compression=None, server_header=None
        )
        return next(iter(self._server.sockets)).getsockname()[1]

    async def close(self) -> None:
        """Hang up on everybody."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _connection(self, socket: ServerConnection) -> None:
        client = _Client(self._subscriptions)
        writer = asyncio.create_task(client.write(socket))
        try:
            async for message in socket:
                client.read(message)
        except ConnectionClosed:
            return
        finally:
            client.leave()
            writer.cancel()


class _Client:
    """One connection: its queue and its subscriptions."""

    def __init__(self, subscriptions: Subscriptions) -> None:
        self._subscriptions = subscriptions
        self._queue: asyncio.Queue[Any] = asyncio.Queue(QUEUE_MESSAGES_MAX)
        self._mine: set[int] = set()
        self._new: list[int] = []
        self._too_slow = asyncio.Event()

    def send(self, message: Any) -> None:
        """Queue a message; a client that lets its queue fill up is hung up on."""
        try:
            self._queue.put_nowait(message)
        except asyncio.QueueFull:
            self._too_slow.set()

    async def write(self, socket: ServerConnection) -> None:
        """Send what is queued until the connection ends."""
        try:
            while not self._too_slow.is_set():
                await socket.send(msgspec.json.encode(await self._queue.get()).decode())
            await socket.close(TOO_SLOW, "too slow")
        except ConnectionClosed:
            self._too_slow.set()

    def leave(self) -> None:
        """Drop all subscriptions of this connection."""
        for id_ in self._mine:
            self._subscriptions.remove(id_)

    def read(self, message: str | bytes) -> None:
        """Answer one message: a request or a batch."""
        try:
            request = msgspec.json.decode(message)
        except msgspec.DecodeError:
            request = None
        if isinstance(request, list) and all(isinstance(one, dict) for one in request):
            replies = [self._reply(one) for one in request]
            if replies:
                self.send(replies)
        elif isinstance(request, dict):
            self.send(self._reply(request))
        else:
            self.send(_error(-32700, "Parse error", None))
        while self._new:  # a notification before the reply that names its subscription would be lost on the client
            self._subscriptions.begin(self._new.pop())

    def _reply(self, request: dict[str, Any]) -> dict[str, Any]:
        id_ = request.get("id")
        try:
            return {"jsonrpc": "2.0", "result": self._call(request.get("method"), request.get("params")), "id": id_}
        except RpcError as error:
            return _error(error.code, error.message, id_, error.data)

    def _call(self, method: Any, params: Any) -> Any:
        if not isinstance(method, str) or not (params is None or isinstance(params, list)):
            raise RpcError(-32600, "Invalid request")
        values = params or []
        if method == "getVersion":
            check_count(values, 0, 0)
            return {"feature-set": FEATURE_SET, "solana-core": API_VERSION}
        if method.endswith("Unsubscribe") and method.removesuffix("Unsubscribe") in KINDS:
            return self._unsubscribe(values)
        if not method.endswith("Subscribe") or method.removesuffix("Subscribe") not in KINDS:
            raise RpcError(-32601, "Method not found")
        check_count(values, *COUNTS[method])
        id_ = self._subscriptions.add(method, Params(values), self.send)
        self._mine.add(id_)
        self._new.append(id_)
        return id_

    def _unsubscribe(self, values: list[Any]) -> bool:
        check_count(values, 1, 1)
        if u64(values[0]) not in self._mine:
            raise invalid_params("Invalid subscription id.")
        self._mine.discard(values[0])
        return self._subscriptions.remove(values[0])


def _error(code: int, message: str, id_: Any, data: Any = None) -> dict[str, Any]:
    error = {"code": code, "message": message} | ({} if data is None else {"data": data})
    return {"jsonrpc": "2.0", "error": error, "id": id_}
