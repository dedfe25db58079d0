"""The WebSocket side of PubSub: frames in, notifications out; what a connection can hold is bounded.

A client that reads too slowly is told so (1013) and hung up on; so is, when all queues together are too long, the one
whose queue is the longest."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from localnet.chain.crowd import CONNECTIONS_MAX, Crowd, relieve
from localnet.chain.node import Chain
from localnet.chain.pubsub.client import QUEUE_BYTES_MAX, Client
from localnet.chain.pubsub.subscriptions import Subscriptions

# As a validator's.
MESSAGE_BYTES_MAX = 4_096
QUEUED_BYTES_MAX = 256 * 1024 * 1024
# What the socket may hold beside the queue: one message, and pongs.
WRITE_BYTES_MAX = QUEUE_BYTES_MAX + 1024 * 1024
TOO_SLOW = 1013
# How long a client may take to say goodbye.
LINGER_S = 2.0
STOP_S = 0.5
HANDSHAKE_S_MAX = 10.0
# After how many silent seconds the system asks a peer whether it is still there, how often, and how many questions it
# may leave open; not every system lets itself be told. Who is told something meanwhile is found gone by its full queue,
# or when TCP gives up sending it again.
KEEPALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}


class PubSub:
    """All PubSub connections of a chain."""

    def __init__(self, chain: Chain, connections_max: int = CONNECTIONS_MAX) -> None:
        self._subscriptions = Subscriptions(chain)
        self._subscriptions_max = chain.options.subscriptions_per_connection_max
        self._crowd = Crowd(connections_max)
        self._clients: set[Client] = set()
        self._server: Server | None = None
        chain.on_block.append(lambda block: relieve(self._clients, QUEUED_BYTES_MAX))

    async def listen(self, host: str, port: int) -> int:
        """Listen; the port, or OSError when it is taken."""
        crowd = self._crowd

        class Socket(_Socket):
            """A socket of this listener."""

            def __init__(self, *args: Any, **options: Any) -> None:
                super().__init__(*args, **options)
                self.crowd = crowd

        self._server = await serve(
            self._connection,
            host,
            port,
            create_connection=Socket,
            open_timeout=HANDSHAKE_S_MAX,
            close_timeout=LINGER_S,
            # As a validator: it never pings, so that who reads nothing for a while misses nothing.
            ping_interval=None,
            max_size=MESSAGE_BYTES_MAX,
            compression=None,
            server_header=None,
        )
        return next(iter(self._server.sockets)).getsockname()[1]

    async def close(self) -> None:
        """Hang up on everybody, in the end also on those who do not answer."""
        if self._server is None:
            return
        self._server.close()
        waiting = asyncio.create_task(self._server.wait_closed())
        if not (await asyncio.wait([waiting], timeout=STOP_S))[0]:
            self._crowd.disperse()
            await waiting

    async def _connection(self, connection: ServerConnection) -> None:
        client = Client(self._subscriptions, self._subscriptions_max)
        self._clients.add(client)
        tasks = [asyncio.create_task(_write(client, connection)), asyncio.create_task(_watch(client, connection))]
        try:
            async for message in connection:
                client.read(message)
                if client.subscriptions and isinstance(connection, _Socket):
                    self._crowd.settle(connection)
        except ConnectionClosed:
            return
        finally:
            self._clients.discard(client)
            client.leave()
            for task in tasks:
                task.cancel()


class _Socket(ServerConnection):
    """A WebSocket that is a member of its listener's crowd."""

    crowd: Crowd

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client came. The system looks whether its machine is still there, since no ping does."""
        super().connection_made(transport)
        self.crowd.join(self)
        wire: socket.socket = transport.get_extra_info("socket")
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in KEEPALIVE.items():
            if hasattr(socket, name):
                wire.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self.crowd.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes came; who asks for pongs without reading them is hung up on."""
        super().data_received(data)
        if self.transport.get_write_buffer_size() > WRITE_BYTES_MAX:
            self.evict()

    def evict(self) -> None:
        """Hang up at once."""
        self.transport.abort()


async def _write(client: Client, connection: ServerConnection) -> None:
    """Send what is queued until the connection ends."""
    try:
        while not client.too_slow.is_set():
            await connection.send(await client.next(), text=True)
    except ConnectionClosed:
        return


async def _watch(client: Client, connection: ServerConnection) -> None:
    """Hang up on a client that is given up on, whether it listens or not."""
    await client.too_slow.wait()
    asyncio.get_running_loop().call_later(LINGER_S, connection.transport.abort)
    await connection.close(TOO_SLOW, "too slow")
