"""One POST of a delivery over HTTP, and what came of it. Loaded by `deliver` with the first delivery, not before."""

from __future__ import annotations

import asyncio

import httpx

from localnet.chain.hooks.model import Attempt

# Of an answer no more is read; its status says all.
ANSWER_BYTES_MAX = 64 * 1024


class Poster:
    """A client that gives each POST the same time, whatever the receiver does with it."""

    def __init__(self, budget_s: float) -> None:
        self._budget_s = budget_s
        # Whoever waited here for a connection would pay for it with its budget; `deliver` bounds how many are open.
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
        self._client = httpx.AsyncClient(trust_env=False, timeout=budget_s, limits=limits)

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> Attempt:
        """One POST; whatever goes wrong with it is what the attempt was."""
        try:
            async with asyncio.timeout(self._budget_s):
                return Attempt(status=await self._status(url, body, headers))
        except (TimeoutError, httpx.TimeoutException):
            return Attempt(status=None, error="timeout")
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:  # UnicodeError: a host that is no name
            return Attempt(status=None, error=type(error).__name__)

    async def _status(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """The status of the answer; its body is read to its end, or as far as one may go, and is not kept."""
        read = 0
        async with self._client.stream("POST", url, content=body, headers=headers) as reply:
            async for part in reply.aiter_raw():
                read += len(part)
                if read > ANSWER_BYTES_MAX:
                    break
            return reply.status_code

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()
