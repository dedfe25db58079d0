"""The connections of one listener: so many at most, so that half-open ones never use up what others need.

When a newcomer finds no place, the stranger that has waited longest goes: who never asked anything, or asked longest
ago. A settled connection is never hung up on for a newcomer. Used by the HTTP and the WebSocket listener; `relieve` by
those who queue what is not read yet.
"""

from __future__ import annotations

import resource
from collections.abc import Iterable
from typing import Protocol

CONNECTIONS_MAX = 4_096
# Descriptors for what is not a connection: listeners, files, gRPC, webhooks.
_FILES_SPARE = 256
_FILES_WANTED = 16_384
_LISTENERS = 4


class Member(Protocol):
    """A connection as its crowd sees it."""

    def evict(self) -> None:
        """Hang up at once, whatever the peer does."""
        ...


class Holder(Protocol):
    """Whoever has bytes waiting for them."""

    @property
    def queued_bytes(self) -> int:
        """How many wait."""
        ...

    def give_up(self) -> None:
        """Forget what waits, and hang up."""
        ...


def relieve(holders: Iterable[Holder], bytes_max: int) -> None:
    """Give up on those for whom the most waits, while for all together it is too much."""
    by_size = sorted(((one.queued_bytes, number, one) for number, one in enumerate(holders)), reverse=True)
    queued = sum(size for size, _, _ in by_size)
    for size, _, one in by_size:
        if queued <= bytes_max:
            return
        queued -= size
        one.give_up()


class Crowd:
    """The connections of a listener."""

    def __init__(self, connections_max: int = CONNECTIONS_MAX) -> None:
        self._max = connections_max
        # Both in the order in which they came or last asked.
        self._strangers: dict[Member, None] = {}
        self._settled: dict[Member, None] = {}

    def __len__(self) -> int:
        return len(self._strangers) + len(self._settled)

    def join(self, member: Member) -> None:
        """A connection came; one that cannot stay, perhaps this one, is hung up on."""
        self._strangers[member] = None
        if len(self) > self._max:
            oldest = next(iter(self._strangers))
            self.leave(oldest)
            oldest.evict()

    def asked(self, member: Member) -> None:
        """A stranger asked something: of all strangers it is the last to go."""
        if self._strangers.pop(member, self) is None:
            self._strangers[member] = None

    def settle(self, member: Member) -> None:
        """A connection may stay however long it is silent."""
        if self._strangers.pop(member, self) is None:
            self._settled[member] = None

    def leave(self, member: Member) -> None:
        """A connection is gone."""
        self._strangers.pop(member, None)
        self._settled.pop(member, None)

    def disperse(self) -> None:
        """Hang up on everybody."""
        for member in [*self._strangers, *self._settled]:
            member.evict()


def connections_max() -> int:
    """How many connections a listener may have: CONNECTIONS_MAX, or fewer where the system allows fewer open files.

    Raises the soft limit of open files as far as it may go.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES_WANTED if hard == resource.RLIM_INFINITY else min(_FILES_WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    if soft == resource.RLIM_INFINITY:
        return CONNECTIONS_MAX
    return max(min(CONNECTIONS_MAX, (soft - _FILES_SPARE) // _LISTENERS), 1)
