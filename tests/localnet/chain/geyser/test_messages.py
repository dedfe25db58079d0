"""Our own .proto reads what a real Yellowstone server sent."""

from __future__ import annotations

import importlib.util
from collections import Counter
from typing import Any

import based58
import pytest

from localnet.chain.geyser import generate, messages
from tests.localnet.chain.geyser.recorded import WHOLE_SLOT, by_slot, frames, updates


def known_part(frame: bytes) -> bytes:
    """A message written again without the fields that its class does not know, at any depth."""
    update = messages.SubscribeUpdate.FromString(frame)
    update.DiscardUnknownFields()
    return update.SerializeToString()


def test_descriptor_is_fresh() -> None:
    """The committed descriptor is what the compiler makes of the .proto files."""
    if importlib.util.find_spec("grpc_tools") is None:
        pytest.skip("grpcio-tools is not installed")
    assert generate.main(["--check"]) == 0


def test_no_field_is_unknown() -> None:
    """Every recorded message has only fields of ours: without any other it is the same bytes."""
    assert [frame for frame in frames() if known_part(frame) != frame] == []
    planted = bytes([0x1A, 2, 0x78, 1])
    assert known_part(planted) != planted


def test_kinds_are_as_recorded() -> None:
    """39,840 entries, 295 slot statuses, 50 block metas and one ping; all but the ping name the filter and a time."""
    found = updates()
    kinds = Counter(one.WhichOneof("update_oneof") for one in found)
    assert kinds == {"entry": 39_840, "slot": 295, "block_meta": 50, "ping": 1}
    assert {tuple(one.filters) for one in found if one.WhichOneof("update_oneof") != "ping"} == {("coordinator",)}
    assert all(one.HasField("created_at") for one in found if one.WhichOneof("update_oneof") != "ping")


def test_order_within_a_slot_is_as_recorded() -> None:
    """Between the first and the last slot each is shred and bank, entries, completed, entries, meta, commitments."""
    slots = by_slot(updates())
    assert min(slots) == 398_202_741
    whole = {slot: text for slot, text in slots.items() if 398_202_773 <= slot <= 398_202_820}
    assert len(whole) == 48
    assert [slot for slot, text in whole.items() if not WHOLE_SLOT.fullmatch(text)] == []


def test_a_meta_ends_its_entries() -> None:
    """A block's meta counts the entries and executed transactions before it; its hash is the last entry's."""
    entries: dict[int, list[Any]] = {}
    for one in updates():
        if one.WhichOneof("update_oneof") == "entry":
            entries.setdefault(one.entry.slot, []).append(one.entry)
        elif one.WhichOneof("update_oneof") == "block_meta" and one.block_meta.slot >= 398_202_773:
            seen = sorted(entries[one.block_meta.slot], key=lambda entry: entry.index)
            assert [entry.index for entry in seen] == list(range(one.block_meta.entries_count))
            assert sum(entry.executed_transaction_count for entry in seen) == one.block_meta.executed_transaction_count
            assert based58.b58encode(seen[-1].hash).decode() == one.block_meta.blockhash
            assert one.block_meta.parent_slot == one.block_meta.slot - 1
