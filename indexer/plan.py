"""What to do next, from the head and from what was seen. Pure: reads no clock, asks nobody. Called by follow.

A block continues the head only if its parent's slot and hash are the head's. Anything else is a hole (a block between
is fetched), a fork (its ancestors are fetched down to one that is ours) or a lie, which is why a fork needs witnesses.
A lower tip is no fork: it takes a conflicting hash at a slot that is known.
"""

from itertools import pairwise

from msgspec.structs import replace

from indexer.model import (
    Apply,
    Block,
    Fetch,
    Finalize,
    Halt,
    Head,
    Limits,
    Mark,
    Purpose,
    Rollback,
    Seen,
    Step,
    Wait,
)  # fmt: skip


def plan(head: Head, seen: Seen, limits: Limits) -> Step:
    """The next step."""
    if seen.finalized_mark is not None:
        return _finality(head, seen.finalized_mark)
    if seen.page:
        return _judge(head, seen, limits)
    candidate = _to_finalize(head, seen)
    if candidate is not None:
        return Fetch(candidate.slot, candidate.slot, Purpose.FINALITY, final=True)
    first = max(head.sealed.slot, seen.read_to) + 1
    if first > seen.tip:
        return Wait("the next block")
    if first == seen.stop:
        return Wait("late_block", first)
    last = min(seen.tip, first + limits.slots_per_page_max - 1)
    # What is final needs no undo rows, so a page never straddles the watermark; nothing above it may lie below it.
    if head.final == head.sealed and first <= seen.finalized:
        return Fetch(first, min(last, seen.finalized), Purpose.PAGE, final=True)
    return Fetch(first, last, Purpose.PAGE)


def _to_finalize(head: Head, seen: Seen) -> Mark | None:
    """The newest sealed block that may be final and was not asked about since the last look."""
    for mark in reversed(head.recent[1:]):
        if mark.slot <= seen.finalized:
            return mark if mark.slot != seen.asked else None
    return None


def _finality(head: Head, mark: Mark) -> Step:
    """The finalized chain's block at a slot of ours: the same one moves the watermark, another takes ours back."""
    for older, ours in pairwise(head.recent):
        if ours.slot == mark.slot:
            return Finalize(ours) if ours.blockhash == mark.blockhash else Rollback(older)
    if mark.slot == head.final.slot and mark.blockhash != head.final.blockhash:
        return Halt(mark.slot, f"final {head.final.blockhash}, now finalized {mark.blockhash}")
    return Wait("a look at what is sealed")


def _judge(head: Head, seen: Seen, limits: Limits) -> Step:
    """What the page's first block means for the head."""
    first = seen.page[0]
    if _continues(head, first):
        return Apply(_chained(seen.page), seen.page_final)
    if first.parent_slot > head.sealed.slot:
        return _parent(first, seen, "missing_block")
    ours = _at(head, first.parent_slot)
    if first.parent_slot > head.final.slot and (ours is None or ours.blockhash != first.parent_hash):
        return _parent(first, seen, "fork_without_ancestor")
    # The fork's root is known now: either a block of ours, or one that contradicts what is final.
    if not seen.page_final and seen.witnesses < limits.witnesses_min:
        return _witness(first, seen)
    if ours is not None and ours.blockhash == first.parent_hash:
        return Rollback(ours)
    return Halt(
        first.parent_slot, f"slot {first.slot} grows from {first.parent_slot}, which final {head.final.slot} excludes"
    )


def _continues(head: Head, block: Block) -> bool:
    """Whether a block's parent is the head, or a lost block that an operator accepted."""
    if block.parent_slot == head.sealed.slot:
        return block.parent_hash == head.sealed.blockhash
    return block.parent_slot > head.sealed.slot and block.parent_slot in head.accepted


def _chained(page: tuple[Block, ...]) -> tuple[Block, ...]:
    """The longest beginning of the page in which each block is the next one's parent."""
    for n, (parent, child) in enumerate(pairwise(page), start=1):
        if (child.parent_slot, child.parent_hash) != (parent.slot, parent.blockhash):
            return page[:n]
    return page


def _parent(first: Block, seen: Seen, lost: str) -> Step:
    """The block that a page's first one proves: between it and the head, or below the head on a fork."""
    if first.parent_slot in seen.missing:
        return Wait(lost, first.parent_slot)
    slot = first.parent_slot
    return Fetch(slot, slot, Purpose.ANCESTOR, final=seen.page_final, expect=first.parent_hash)


def _witness(first: Block, seen: Seen) -> Step:
    """Ask the other endpoints once; if they do not agree, look again later."""
    if seen.witnesses >= 0:
        return Wait("fork_without_witness", first.slot)
    return Fetch(first.slot, first.slot, Purpose.WITNESS)


def _at(head: Head, slot: int) -> Mark | None:
    """Our sealed block at a slot, as far back as the final one."""
    for mark in reversed(head.recent):
        if mark.slot == slot:
            return mark
    return None


def after(seen: Seen, step: Step) -> Seen:
    """What is still true of what was seen, once a step was done: a page's rest, and nothing judged twice."""
    match step:
        case Apply(blocks):
            rest = seen.page[len(blocks) :]
            return replace(seen, page=rest, witnesses=-1, missing=frozenset())
        case Rollback():
            return replace(seen, witnesses=-1, finalized_mark=None, asked=-1, read_to=-1)
        case Finalize():
            return replace(seen, finalized_mark=None, asked=-1)
        case _:
            return seen
