"""A real Yellowstone stream, recorded: its messages, and the order of kinds within a slot as letters."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from localnet.chain.geyser.messages import SubscribeUpdate

SAMPLE = Path(__file__).parents[5] / "shared" / "data" / "yellowstone-sample.bin.gz"
LETTERS = {0: "P", 1: "C", 2: "F", 3: "s", 4: "c", 5: "b"}
# First shred and bank in any order, entries around the completion, the block's meta around processed, then the rest.
WHOLE_SLOT = re.compile(r"(sb|bs)e+ce+(mP|Pm)(C(F)?)?")


def frames() -> Iterator[bytes]:
    """The bytes of each recorded message; skips the test where the recording is not."""
    if not SAMPLE.exists():
        pytest.skip(f"no recording at {SAMPLE}")
    data = gzip.decompress(SAMPLE.read_bytes())
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 4 + size]
        at += 4 + size


@cache
def updates() -> tuple[Any, ...]:
    """The recorded messages, decoded."""
    return tuple(SubscribeUpdate.FromString(one) for one in frames())


def by_slot(messages: Iterable[Any]) -> dict[int, str]:
    """What came of each slot, in order: s first shred, b bank, e entry, c completed, m meta, P C F the commitments."""
    found: dict[int, str] = {}
    for one in messages:
        kind = one.WhichOneof("update_oneof")
        if kind in ("ping", "pong"):
            continue
        body = getattr(one, kind)
        letter = LETTERS[body.status] if kind == "slot" else {"entry": "e", "block_meta": "m"}[kind]
        found[body.slot] = found.get(body.slot, "") + letter
    return found
