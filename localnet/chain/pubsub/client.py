"""One PubSub connection: its requests answered, its subscriptions, and a bounded queue of what it has not read yet."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

import msgspec

from localnet.chain.errors import RpcError, invalid_params
from localnet.chain.pubsub.requests import COUNTS, KINDS
from localnet.chain.pubsub.subscriptions import Subscriptions, refused
from localnet.chain.rpc.endpoint import API_VERSION
from localnet.chain.rpc.network import FEATURE_SET
from localnet.chain.rpc.params import Params, check_count, u64

QUEUE_MESSAGES_MAX = 10_000
QUEUE_BYTES_MAX = 16 * 1024 * 1024


class Client:
    """One connection; `server` moves its messages."""

    def __init__(self, subscriptions: Subscriptions, subscriptions_max: int) -> None:
        self._subscriptions = subscriptions
        self._subscriptions_max = subscriptions_max
        self._queue: deque[bytes] = deque()
        self._arrived = asyncio.Event()
        self._mine: set[int] = set()
        self._new: list[int] = []
        self.queued_bytes = 0
        self.too_slow = asyncio.Event()

    @property
    def subscriptions(self) -> int:
        """How many it has."""
        return len(self._mine)

    def send(self, message: bytes) -> None:
        """Queue a message; a client that lets its queue fill up is given up on."""
        if self.too_slow.is_set():
            return
        self._queue.append(message)
        self.queued_bytes += len(message)
        self._arrived.set()
        if len(self._queue) > QUEUE_MESSAGES_MAX or self.queued_bytes > QUEUE_BYTES_MAX:
            self.give_up()

    async def next(self) -> bytes:
        """The message that is to be sent next, once there is one."""
        while not self._queue:
            self._arrived.clear()
            await self._arrived.wait()
        message = self._queue.popleft()
        self.queued_bytes -= len(message)
        return message

    def give_up(self) -> None:
        """Too slow: what waits is forgotten, nothing more is queued."""
        self.too_slow.set()
        self._queue.clear()
        self.queued_bytes = 0

    def leave(self) -> None:
        """Drop all subscriptions of this connection."""
        for id_ in self._mine:
            self._subscriptions.remove(id_)
        self._mine.clear()

    def read(self, message: str | bytes) -> None:
        """Answer one message: a request or a batch."""
        try:
            request = msgspec.json.decode(message)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            request = None
        if isinstance(request, list) and all(isinstance(one, dict) for one in request):
            replies = [self._reply(one) for one in request]
            if replies:
                self.send(msgspec.json.encode(replies))
        elif isinstance(request, dict):
            self.send(msgspec.json.encode(self._reply(request)))
        else:
            self.send(msgspec.json.encode(_error(-32700, "Parse error", None)))
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
        if len(self._mine) >= self._subscriptions_max:
            raise refused()
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
