"""Answers kept in memory for as long as the feed has not moved, and never longer than a second."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass

AGE_MAX_S = 1.0
ENTRIES_MAX = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One encoded answer: the feed seq it was read at, its entity tag, when (monotonic seconds)."""

    seq: int
    tag: bytes
    body: bytes
    at: float


class Cache:
    """Least recently used first out; an entry of an older feed seq is never given."""

    def __init__(self, entries_max: int = ENTRIES_MAX, age_max_s: float = AGE_MAX_S) -> None:
        self._entries: OrderedDict[bytes, Entry] = OrderedDict()
        self._entries_max = entries_max
        self._age_max_s = age_max_s

    def get(self, key: bytes, feed_seq: int) -> Entry | None:
        """The entry, if the feed still stands where it was read."""
        entry = self._entries.get(key)
        if entry is None or entry.seq != feed_seq or time.monotonic() - entry.at > self._age_max_s:
            return None
        self._entries.move_to_end(key)
        return entry

    def put(self, key: bytes, entry: Entry) -> None:
        self._entries[key] = entry
        self._entries.move_to_end(key)
        if len(self._entries) > self._entries_max:
            self._entries.popitem(last=False)
