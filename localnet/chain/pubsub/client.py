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
from localnet.chain.rpc.envelope import decode, parse_error, reply_to, values_of
from localnet.chain.rpc.network import FEATURE_SET
from localnet.chain.rpc.params import Params
from localnet.chain.rpc.serde import u64
from localnet.chain.rpc.types import read_types

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
        request = decode(message)
        if request is None:
            self.send(msgspec.json.encode(parse_error()))
        elif isinstance(request, dict):
            reply = reply_to(request, self._call)
            if reply is not None:
                self.send(msgspec.json.encode(reply))
        else:
            replies = [reply for one in request if (reply := reply_to(one, self._call)) is not None]
            if replies:
                self.send(msgspec.json.encode(replies))
        while self._new:  # a notification before the reply that names its subscription would be lost on the client
            self._subscriptions.begin(self._new.pop())

    def _call(self, method: str, params: Any) -> Any:
        if method == "getVersion":
            values_of(params, 0, 0)
            return {"feature-set": FEATURE_SET, "solana-core": API_VERSION}
        if method.endswith("Unsubscribe") and method.removesuffix("Unsubscribe") in {*KINDS, "vote"}:
            return self._unsubscribe(method, values_of(params, 1, 1))
        if method == "voteSubscribe":
            values_of(params, 0, 0)
        if method not in COUNTS:
            raise RpcError(-32601, "Method not found")
        values = values_of(params, *COUNTS[method])
        if len(self._mine) >= self._subscriptions_max:
            raise refused()
        id_ = self._subscriptions.add(method, Params(read_types(method, values)), self.send)
        self._mine.add(id_)
        self._new.append(id_)
        return id_

    def _unsubscribe(self, method: str, values: list[Any]) -> bool:
        id_ = u64(values[0])
        if method == "voteUnsubscribe":
            raise RpcError(-32601, "Method not found")
        if id_ not in self._mine:
            raise invalid_params("Invalid subscription id.")
        self._mine.discard(id_)
        if not self._subscriptions.remove(id_):  # over by itself: its signature was told
            raise invalid_params("Invalid subscription id.")
        return True
