"""Who listens to a chain, and knows when everything so far has been heard: by an answer that comes after it."""

from __future__ import annotations

import json
from typing import Any

import grpc
import websockets

from localnet.chain.geyser import messages
from tests.localnet.chain.hooks.test_deliver import Receiver

EVERYTHING: dict[str, Any] = {
    "accounts": {"a": {}},
    "slots": {"s": {"interslot_updates": True}},
    "transactions": {"t": {}},
    "transactions_status": {"u": {}},
    "blocks": {"b": {"include_accounts": True, "include_entries": True, "include_transactions": True}},
    "blocks_meta": {"m": {}},
    "entry": {"e": {}},
}


class Stream:
    """A gRPC stream of everything; it is opened again when it is cut."""

    def __init__(self, port: int) -> None:
        self._channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}")
        self._call: Any = None
        self.heard: list[bytes] = []

    async def open(self) -> None:
        """Subscribe, and wait until that is in force: a ping of ours was answered."""
        ask = self._channel.stream_stream(
            f"/{messages.SERVICE}/Subscribe", request_serializer=messages.SubscribeRequest.SerializeToString
        )
        self._call = ask()
        await self._call.write(messages.SubscribeRequest(**EVERYTHING))
        await self._call.write(messages.SubscribeRequest(ping={"id": 7}))
        while not (await self._next()).HasField("pong"):
            pass

    async def settle(self, slot: int) -> None:
        """Hear all until this slot is processed, or until the end of the stream and the beginning of the next one."""
        try:
            while True:
                update = await self._next()
                if update.slot.slot == slot and update.slot.status == messages.PROCESSED and update.HasField("slot"):
                    return
        except grpc.aio.AioRpcError as error:
            self.heard.append(f"{error.code()} {error.details()}".encode())
        await self.open()

    async def _next(self) -> Any:
        """The next update, which is kept unless it is a ping, that comes by time."""
        data = await self._call.read()
        update = messages.SubscribeUpdate.FromString(data)
        if not update.HasField("ping"):
            self.heard.append(data)
        return update

    async def close(self) -> None:
        """Hang up."""
        self._call.cancel()
        await self._channel.close()


class Socket:
    """A PubSub connection."""

    def __init__(self, port: int) -> None:
        self._url = f"ws://127.0.0.1:{port}"
        self._asked = 0
        self.heard: list[bytes] = []

    async def open(self) -> None:
        """Connect."""
        self._socket = await websockets.connect(self._url, ping_interval=None, max_size=None, max_queue=None)

    async def ask(self, method: str, *params: Any) -> None:
        """Send a request and hear all until its answer."""
        self._asked += 1
        await self._socket.send(json.dumps({"jsonrpc": "2.0", "id": self._asked, "method": method, "params": params}))
        while True:
            data = str(await self._socket.recv()).encode()
            self.heard.append(data)
            if json.loads(data).get("id") == self._asked:
                return

    async def close(self) -> None:
        """Hang up."""
        await self._socket.close()


class Door(Receiver):
    """A receiver of webhooks."""

    def __init__(self) -> None:
        super().__init__(lambda number: 200)
        self._told = 0
        self.kept: list[bytes] = []

    async def __aenter__(self) -> Door:
        await super().__aenter__()
        return self

    def settle(self) -> None:
        """Take over what came since; deliveries under way at the same time have no order of their own."""
        new = zip(self.heads[self._told :], self.bodies[self._told :], strict=True)
        self.kept += sorted(
            f"{head.get('authorization')} {head.get('x-qn-nonce')} ".encode() + body for head, body in new
        )
        self._told = len(self.bodies)
