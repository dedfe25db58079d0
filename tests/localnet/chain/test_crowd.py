"""Who stays when there are too many connections."""

from __future__ import annotations

import resource

import pytest

from localnet.chain.crowd import CONNECTIONS_MAX, Crowd, connections_max, relieve


class Member:
    """A connection that remembers whether it was hung up on."""

    def __init__(self) -> None:
        self.is_gone = False

    def evict(self) -> None:
        """Hang up."""
        self.is_gone = True


def gone(members: list[Member]) -> list[bool]:
    """Who was hung up on."""
    return [one.is_gone for one in members]


@pytest.fixture
def members() -> list[Member]:
    """Four that come in turn."""
    return [Member() for _ in range(4)]


def test_the_longest_silent_stranger_goes(members: list[Member]) -> None:
    """Who asked something lately stays, whenever it came."""
    crowd = Crowd(3)
    for one in members[:3]:
        crowd.join(one)
    crowd.asked(members[0])
    crowd.join(members[3])
    assert gone(members) == [False, True, False, False]
    assert len(crowd) == 3


def test_settled_connections_stay(members: list[Member]) -> None:
    """Where all have settled, the newcomer goes; who asks after it settled stays settled; leaving makes room."""
    crowd = Crowd(3)
    for one in members[:3]:
        crowd.join(one)
        crowd.settle(one)
        crowd.asked(one)
    crowd.join(members[3])
    assert gone(members) == [False, False, False, True]
    crowd.leave(members[0])
    newcomer = Member()
    crowd.join(newcomer)
    assert not newcomer.is_gone


def test_who_left_does_not_come_back(members: list[Member]) -> None:
    """A late sign of a connection that is gone takes no place."""
    crowd = Crowd(3)
    crowd.join(members[0])
    crowd.leave(members[0])
    crowd.asked(members[0])
    crowd.settle(members[0])
    assert len(crowd) == 0


def test_all_may_be_sent_away(members: list[Member]) -> None:
    """The end of a listener is the end of all its connections."""
    crowd = Crowd(9)
    for one in members:
        crowd.join(one)
    crowd.settle(members[2])
    crowd.disperse()
    assert gone(members) == [True] * 4


def test_open_files_bound_the_connections() -> None:
    """All listeners together stay below the limit of open files, which is raised where it may be."""
    most = connections_max()
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert 1 <= most <= CONNECTIONS_MAX
    assert soft == resource.RLIM_INFINITY or most * 4 <= soft


class Queue:
    """What waits for somebody."""

    def __init__(self, queued_bytes: int) -> None:
        self.queued_bytes = queued_bytes

    def give_up(self) -> None:
        """Forget it."""
        self.queued_bytes = -1


@pytest.mark.parametrize(
    ("queued", "left"),
    [
        ([10, 20, 30], [10, 20, 30]),
        ([10, 51, 30], [10, -1, 30]),
        ([60, 50, 55], [-1, 50, -1]),
        ([99, 0, 0], [-1, 0, 0]),
        ([], []),
    ],
)
def test_the_longest_queues_are_given_up(queued: list[int], left: list[int]) -> None:
    """While all together are longer than 60 bytes, and no longer; a short one stays."""
    queues = [Queue(size) for size in queued]
    relieve(queues, 60)
    assert [one.queued_bytes for one in queues] == left
