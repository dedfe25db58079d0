"""How often one address may ask, and how many streams it may hold: moving windows of the `limits` library."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import Storage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.storage import storage_from_string

from .errors import RateLimited, TooManySockets


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What is left of an address' minute, for the RateLimit headers."""

    limit: int
    remaining: int
    reset_s: int

    def headers(self) -> list[tuple[bytes, bytes]]:
        return [
            (b"ratelimit-limit", str(self.limit).encode()),
            (b"ratelimit-remaining", str(self.remaining).encode()),
            (b"ratelimit-reset", str(self.reset_s).encode()),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitPolicy:
    """The numbers: requests and streams an address may have, market creations a wallet may ask for."""

    ip_per_minute: int
    ip_per_hour: int
    create_per_minute: int
    sockets_per_ip: int
    sockets_new_per_minute: int


class Limiter:
    """Moving windows in memory, or in the store that `url` names, shared by several nodes."""

    def __init__(self, policy: LimitPolicy, url: str) -> None:
        storage = storage_from_string(url)
        if not isinstance(storage, Storage):
            raise TypeError(f"{url} is not an async limits store")
        self._windows = MovingWindowRateLimiter(storage)
        self._policy = policy
        self._minute = RateLimitItemPerMinute(policy.ip_per_minute)
        self._hour = RateLimitItemPerHour(policy.ip_per_hour)
        self._create = RateLimitItemPerMinute(policy.create_per_minute)
        self._sockets = RateLimitItemPerMinute(policy.sockets_new_per_minute)
        self._open: Counter[str] = Counter()

    async def admit(self, ip: str) -> Window:
        """Count one request of an address; raises RateLimited."""
        if not await self._windows.hit(self._hour, "ip", ip) or not await self._windows.hit(self._minute, "ip", ip):
            raise RateLimited
        return await self._window(self._minute, "ip", ip)

    async def admit_creation(self, wallet: str) -> None:
        """Count one built create_market of a wallet; raises RateLimited."""
        if not await self._windows.hit(self._create, "create", wallet):
            raise RateLimited("This wallet builds markets too fast.")

    async def open_socket(self, ip: str) -> None:
        """Take one stream place of an address; raises TooManySockets. `close_socket` gives it back."""
        if self._open[ip] >= self._policy.sockets_per_ip or not await self._windows.hit(self._sockets, "socket", ip):
            raise TooManySockets
        self._open[ip] += 1

    def close_socket(self, ip: str) -> None:
        self._open[ip] -= 1
        if self._open[ip] <= 0:
            del self._open[ip]

    async def _window(self, item: RateLimitItem, *names: str) -> Window:
        stats = await self._windows.get_window_stats(item, *names)
        return Window(
            limit=item.amount, remaining=stats.remaining, reset_s=max(0, round(stats.reset_time - time.time()))
        )
