"""Several endpoints as one chain: reads go to one and fail over to the next, publishing goes to all.

Implements model.Chain; decides nothing and stores nothing. Called by work and keepers through ports.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import httpx
import structlog
from solders.pubkey import Pubkey

from relayer.chain.endpoint import Endpoint
from relayer.errors import RpcAway, Transient
from relayer.metrics import Metrics
from relayer.model import Blockhash, Heights, Level, Seen, Simulated, Snapshot, Witness

RPC_TIMEOUT_S = 10.0
CONNECT_TIMEOUT_S = 2.0

_log = structlog.get_logger()
_T = TypeVar("_T")


class RpcChain:
    """model.Chain over several endpoints: reads fail over, publishing reaches all."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        self._endpoints = tuple(endpoints)
        self._first = 0

    @property
    def witnesses(self) -> tuple[Witness, ...]:
        """The endpoints, one by one."""
        return self._endpoints

    async def look(self, signatures: Sequence[str]) -> tuple[Heights, tuple[Seen | None, ...]]:
        """Heights, then statuses, from one endpoint."""
        return await self._read(lambda e: e.look(signatures))

    async def accounts(self, addresses: Sequence[Pubkey], *, level: Level, min_slot: int) -> Snapshot:
        """Accounts at a commitment, not older than min_slot."""
        return await self._read(lambda e: e.accounts(addresses, level=level, min_slot=min_slot))

    async def owners(self, addresses: Sequence[Pubkey]) -> tuple[Pubkey | None, ...]:
        """The program that owns each account."""
        return await self._read(lambda e: e.owners(addresses))

    async def simulate(self, wires: Sequence[bytes]) -> tuple[Simulated | None, ...]:
        """Simulate each wire."""
        return await self._read(lambda e: e.simulate(wires))

    async def fee_samples(self, addresses: Sequence[str]) -> tuple[int, ...]:
        """Recent priority fees of blocks that wrote these accounts."""
        return await self._read(lambda e: e.fee_samples(addresses))

    async def blockhash(self) -> Blockhash:
        """A blockhash at confirmed."""
        return await self._read(lambda e: e.blockhash())

    async def balances(self, addresses: Sequence[str]) -> tuple[int, ...]:
        """Lamports at confirmed."""
        return await self._read(lambda e: e.balances(addresses))

    async def publish(self, wires: Sequence[bytes]) -> None:
        """Send to every endpoint at once; failures are logged, for a send result is no fact."""
        results = await asyncio.gather(*(e.publish(wires) for e in self._endpoints), return_exceptions=True)
        for endpoint, result in zip(self._endpoints, results, strict=True):
            if isinstance(result, Transient):
                _log.warning("publish_unanswered", endpoint=endpoint.name, error=str(result))
            elif isinstance(result, BaseException):
                raise result

    async def _read(self, ask: Callable[[Endpoint], Awaitable[_T]]) -> _T:
        """Ask the endpoint that last answered, then the others; the last failure is raised."""
        last: Transient = RpcAway("no endpoint")
        for step in range(len(self._endpoints)):
            index = (self._first + step) % len(self._endpoints)
            try:
                answer = await ask(self._endpoints[index])
            except Transient as error:
                last = error
                continue
            self._first = index
            return answer
        raise last


def connect(urls: Sequence[str], metrics: Metrics) -> tuple[httpx.AsyncClient, RpcChain, tuple[Endpoint, ...]]:
    """A client, the chain and its endpoints; the caller closes the client."""
    limits = httpx.Limits(max_connections=16, max_keepalive_connections=16)
    client = httpx.AsyncClient(timeout=httpx.Timeout(RPC_TIMEOUT_S, connect=CONNECT_TIMEOUT_S), limits=limits)
    endpoints = tuple(Endpoint(url, client, metrics) for url in urls)
    return client, RpcChain(endpoints), endpoints
