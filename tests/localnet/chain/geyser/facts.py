"""What can be said of a Yellowstone stream of slots, entries and block metas, whoever sends it: kinds, fields, order.

`python -m tests.localnet.chain.geyser.facts` writes the facts of the recorded real stream to recorded.json.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

import based58

from localnet.chain.geyser import messages
from tests.localnet.chain.geyser.recorded import updates

RECORDED = Path(__file__).parent / "recorded.json"
# The slots of the recording that began and ended within it.
WHOLE = range(398_202_773, 398_202_821)
STATUSES = {
    messages.PROCESSED: "processed",
    messages.CONFIRMED: "confirmed",
    messages.FINALIZED: "finalized",
    messages.FIRST_SHRED_RECEIVED: "first shred",
    messages.COMPLETED: "completed",
    messages.CREATED_BANK: "bank",
    messages.DEAD: "dead",
}
Places = dict[str, int]


def facts(stream: Sequence[Any], whole: Iterable[int]) -> dict[str, Any]:
    """All that is compared; `whole` are the slots that were heard from their beginning."""
    slots = {slot: places(stream, slot) for slot in whole}
    return {
        "kinds": sorted({label(one) for one in stream}),
        "fields": fields(stream),
        "before": sorted(always(slots.values())),
        "before in the next slot": sorted(across(slots)),
        "holds": holds(stream, sorted(slots)),
    }


def label(update: Any) -> str:
    """The kind of a message, and of a slot's status which."""
    kind = update.WhichOneof("update_oneof")
    return STATUSES[update.slot.status] if kind == "slot" else kind


def fields(stream: Iterable[Any]) -> dict[str, dict[str, str]]:
    """Of each kind the fields that are filled, nested ones too: always or sometimes."""
    counts: dict[str, dict[str, int]] = {}
    totals: dict[str, int] = {}
    for one in stream:
        kind = label(one)
        totals[kind] = totals.get(kind, 0) + 1
        found = counts.setdefault(kind, {})
        for path in set(paths(one)):
            found[path] = found.get(path, 0) + 1
    return {
        kind: {path: "always" if found[path] == totals[kind] else "sometimes" for path in sorted(found)}
        for kind, found in sorted(counts.items())
    }


def paths(message: Any, above: str = "") -> Iterator[str]:
    """The names of all filled fields of a message."""
    for field, value in message.ListFields():
        path = f"{above}{field.name}"
        if field.message_type is None:
            yield path
            continue
        inner = list(value) if field.is_repeated else [value]
        yield path
        for one in inner:
            yield from paths(one, f"{path}.")


def places(stream: Sequence[Any], slot: int) -> Places:
    """Where in the stream each kind of message about a slot stands, of its entries the first and the last."""
    found: Places = {}
    for at, one in enumerate(stream):
        kind = one.WhichOneof("update_oneof")
        if kind == "ping" or getattr(one, kind).slot != slot:
            continue
        if kind == "entry":
            found.setdefault("first entry", at)
            found["last entry"] = at
        else:
            found[label(one)] = at
    return found


def always(slots: Iterable[Places]) -> set[tuple[str, str]]:
    """The pairs of kinds whose first comes before the second in every slot that has both."""
    known = list(slots)
    names = sorted({name for one in known for name in one})
    both = {pair: [one for one in known if pair[0] in one and pair[1] in one] for pair in permutations(names, 2)}
    return {(a, b) for (a, b), found in both.items() if found and all(one[a] < one[b] for one in found)}


def across(slots: dict[int, Places]) -> set[tuple[str, str]]:
    """The same between the kinds of a slot and those of the slot after it."""
    pairs = [(slots[slot], slots[slot + 1]) for slot in slots if slot + 1 in slots]
    merged = [
        {**{f"this {a}": at for a, at in one.items()}, **{f"next {b}": at for b, at in then.items()}}
        for one, then in pairs
    ]
    return {(a, b) for a, b in always(merged) if a.split()[0] != b.split()[0]}


def holds(stream: Sequence[Any], whole: Sequence[int]) -> dict[str, bool]:
    """What entries and metas say of each other."""
    entries = {
        slot: [one.entry for one in stream if one.HasField("entry") and one.entry.slot == slot] for slot in whole
    }
    metas = {one.block_meta.slot: one.block_meta for one in stream if one.HasField("block_meta")}
    executed = {slot: sum(one.executed_transaction_count for one in found) for slot, found in entries.items()}
    pairs = [(metas[a], metas[b]) for a, b in pairwise(whole) if metas[b].parent_slot == a]
    return {
        "entries are numbered from 0": all(
            [one.index for one in found] == list(range(len(found))) for found in entries.values()
        ),
        "a meta counts its entries": all(metas[slot].entries_count == len(found) for slot, found in entries.items()),
        "a meta counts its transactions": all(
            metas[slot].executed_transaction_count == executed[slot] for slot in whole
        ),
        "the last entry's hash is the block's": all(
            metas[slot].blockhash == based58.b58encode(entries[slot][-1].hash).decode() for slot in whole
        ),
        "a block names its parent's hash": bool(pairs) and all(b.parent_blockhash == a.blockhash for a, b in pairs),
        "heights are counted": all(b.block_height.block_height == a.block_height.block_height + 1 for a, b in pairs),
        "time never goes back": all(b.block_time.timestamp >= a.block_time.timestamp for a, b in pairs),
        "all but pings name their filter": all(
            bool(one.filters) != (one.WhichOneof("update_oneof") == "ping") for one in stream
        ),
        "rewards are fees": {one.reward_type for slot in whole for one in metas[slot].rewards.rewards} == {1},
    }


if __name__ == "__main__":
    RECORDED.write_text(json.dumps(facts(updates(), WHOLE), indent=1) + "\n")
