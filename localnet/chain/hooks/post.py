"""One POST of a delivery over HTTP, and what came of it. Loaded by `deliver` with the first delivery, not before."""

from __future__ import annotations

import asyncio

import httpx

from localnet.chain.hooks.model import Attempt


class Poster:
    """A client that gives each POST the same time, whatever the receiver does with it."""

    def __init__(self, budget_s: float) -> None:
        self._budget_s = budget_s
        self._client = httpx.AsyncClient(trust_env=False, timeout=budget_s)

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> Attempt:
        """One POST; whatever goes wrong with it is what the attempt was."""
        try:
            async with asyncio.timeout(self._budget_s):
                reply = await self._client.post(url, content=body, headers=headers)
        except (TimeoutError, httpx.TimeoutException):
            return Attempt(status=None, error="timeout")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Attempt(status=None, error=type(error).__name__)
        return Attempt(status=reply.status_code)

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()
