"""A running chain: slots by time (or on demand), JSON-RPC, PubSub and Geyser listeners. `serve` is what a command runs.

The Geyser listener, and with it gRPC, is there only where a port asks for it: what does not listen keeps no window."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import msgspec

from localnet.chain.crowd import connections_max
from localnet.chain.errors import BadOptions, RpcError
from localnet.chain.faults.reach import Reach
from localnet.chain.faults.script import parse
from localnet.chain.hooks.deliver import Deliverer
from localnet.chain.model import Block, ChainOptions
from localnet.chain.node import Chain
from localnet.chain.pubsub.server import PubSub
from localnet.chain.rpc.dispatch import METHODS, pieces
from localnet.chain.rpc.endpoint import Endpoint
from localnet.chain.rpc.http import Limits, listen
from localnet.chain.rpc.network import require_health
from localnet.chain.rpc.render import block_json
from localnet.errors import PortTaken
from localnet.ports import LAST

if TYPE_CHECKING:
    from localnet.chain.geyser.server import Geyser

# After a pause of the whole process the chain does not rush through the slots it missed; it goes on from here.
CATCH_UP_SLOTS_MAX = 20


class Running:
    """A chain with its listeners; an async context manager. Port 0 picks a free one."""

    def __init__(self, options: ChainOptions) -> None:
        self.options = options
        reach = Reach(
            methods=frozenset(METHODS),
            second_endpoint=options.fault_rpc_port is not None,
            grpc=options.geyser_port is not None,
        )
        reach.check_lines(parse(options.fault_script))
        self.chain = Chain(options)
        self.chain.reach = reach
        self.rpc_port = 0
        self.pubsub_port = 0
        self.fault_rpc_port = 0
        self.geyser_port = 0
        self._servers: list[asyncio.Server] = []
        self._connections_max = options.connections_max or connections_max()
        self._pubsub = PubSub(self.chain, self._connections_max)
        self._geyser: Geyser | None = None
        self._deliverer = Deliverer(self.chain.hooks, budget_ms=options.hook_budget_ms, gap_ms=options.hook_gap_ms)
        self._wake = asyncio.Event()
        self._slots: asyncio.Task[None] | None = None
        self._log: BlockLog | None = None

    @property
    def rpc_url(self) -> str:
        """Where JSON-RPC answers."""
        return f"http://{self.options.host}:{self.rpc_port}"

    @property
    def fault_rpc_url(self) -> str:
        """Where the second, misbehaving endpoint answers."""
        return f"http://{self.options.host}:{self.fault_rpc_port}"

    @property
    def pubsub_url(self) -> str:
        """Where PubSub answers."""
        return f"ws://{self.options.host}:{self.pubsub_port}"

    @property
    def geyser_url(self) -> str:
        """Where Geyser streams."""
        return f"http://{self.options.host}:{self.geyser_port}"

    @property
    def addresses(self) -> list[str]:
        """What answers where, for a person."""
        shown = [f"RPC {self.rpc_url}", f"PubSub {self.pubsub_url}"]
        if self.options.fault_rpc_port is not None:
            shown.append(f"Fault RPC {self.fault_rpc_url}")
        if self._geyser is not None:
            shown.append(f"Geyser {self.geyser_url}")
        return shown

    async def __aenter__(self) -> Running:
        try:
            await self._open()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def _open(self) -> None:
        options = self.options
        if options.keep is not None:
            self._log = BlockLog(self.chain, options.keep)
        self.rpc_port = await self._listen_rpc("main", options.rpc_port)
        if options.fault_rpc_port is not None:
            self.fault_rpc_port = await self._listen_rpc("fault", options.fault_rpc_port)
        self.pubsub_port = await _bind(options.pubsub_port, partial(self._pubsub.listen, options.host))
        if options.geyser_port is not None:
            self.geyser_port = await self._listen_geyser(options.geyser_port)
        await self._deliverer.__aenter__()
        self._slots = asyncio.create_task(self._by_time() if options.slot_ms else self._on_demand())

    async def _close(self) -> None:
        if self._slots is not None:
            self._slots.cancel()
            await asyncio.wait([self._slots])
            await self._deliverer.__aexit__(None, None, None)
        for server in self._servers:
            server.close()
        await self._pubsub.close()
        if self._geyser is not None:
            await self._geyser.close()
        if self._log is not None:
            self._log.close()

    async def until(self, stop: asyncio.Event) -> None:
        """Return once told to stop; raise what stopped the slots, if something did."""
        stopping = asyncio.create_task(stop.wait())
        assert self._slots is not None
        await asyncio.wait([stopping, self._slots], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if self._slots.done():
            self._slots.result()

    async def _listen_rpc(self, name: str, port: int) -> int:
        endpoint = Endpoint(self.chain, name)

        async def start(port: int) -> int:
            server = await listen(
                self.options.host,
                port,
                partial(pieces, endpoint),
                partial(_health, endpoint),
                Limits(
                    body_bytes_max=self.options.body_bytes_max,
                    request_s_max=self.options.request_s_max,
                    connections_max=self._connections_max,
                ),
            )
            self._servers.append(server)
            return server.sockets[0].getsockname()[1]

        return await _bind(port, start)

    async def _listen_geyser(self, port: int) -> int:
        from localnet.chain.geyser.server import Geyser

        self._geyser = Geyser(self.chain, x_token=self.options.geyser_token, connections_max=self._connections_max)
        return await _bind(port, partial(self._geyser.listen, self.options.host))

    async def _by_time(self) -> None:
        """One slot each slot_ms, on a fixed schedule."""
        loop = asyncio.get_running_loop()
        slot_s = self.options.slot_ms / 1000
        due = loop.time() + slot_s
        while True:
            await asyncio.sleep(max(due - loop.time(), 0))
            self.chain.tick()
            due += slot_s
            if loop.time() - due > CATCH_UP_SLOTS_MAX * slot_s:
                due = loop.time() + slot_s

    async def _on_demand(self) -> None:
        """A block whenever transactions wait."""
        self.chain.on_pending.append(self._wake.set)
        while True:
            await self._wake.wait()
            self._wake.clear()
            await asyncio.sleep(0)
            if self.chain.pending and not self.chain.is_stalled:
                self.chain.produce()


class BlockLog:
    """Every block as a line of JSON in `blocks.jsonl`, for looking at; a fork shows as slots that come again."""

    def __init__(self, chain: Chain, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = (folder / "blocks.jsonl").open("ab")
        except OSError as error:
            raise BadOptions(f"--keep {folder}: {error.strerror or error}") from error
        self._identity = str(chain.bank.identity)
        chain.on_block.append(self._write)

    def close(self) -> None:
        """Write what is buffered."""
        self._file.close()

    def _write(self, block: Block) -> None:
        line = block_json(block, self._identity, "json", "full", rewards=True, version_max=1)
        self._file.write(msgspec.json.encode({"slot": block.slot, **line}) + b"\n")


async def serve(options: ChainOptions, ready: Callable[[Running], None] | None = None) -> None:
    """Run a chain until SIGINT or SIGTERM; `ready` is told once every port answers."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with Running(options) as running:
        if ready is not None:
            ready(running)
        await running.until(stop)


async def _bind(port: int, start: Callable[[int], Awaitable[int]]) -> int:
    try:
        return await start(port)
    except OSError as error:
        raise PortTaken(f"port {port} cannot be used: {error.strerror or error}") from error
    except OverflowError as error:
        raise PortTaken(f"there is no port {port}: the last one is {LAST}") from error


def _health(endpoint: Endpoint) -> bytes:
    try:
        require_health(endpoint)
    except RpcError:
        return b"behind"
    return b"ok"
