"""What the plan decides, one row a situation: (head, seen) in, a step out."""

import pytest

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
from indexer.plan import after, plan

LIMITS = Limits(slots_per_page_max=8, witnesses_min=2)


def block(slot: int, parent: int, *, name: str = "a", parent_name: str = "a") -> Block:
    """A block whose hash is its slot and a letter for its fork."""
    return Block(slot, f"{slot}{name}", parent, f"{parent}{parent_name}", slot, None, 0, (), "one")


def head(*slots: int, accepted: tuple[int, ...] = ()) -> Head:
    """A head with these sealed blocks of fork a; the first is final."""
    return Head("g", 0, tuple(Mark(slot, f"{slot}a", slot) for slot in slots), 1, 0, b"", frozenset(accepted))


FORK = block(13, 11, name="b")
ORPHAN = block(13, 12, name="b", parent_name="b")
DEEP = block(13, 9, name="b", parent_name="b")
AT_FINAL = block(13, 10, name="b", parent_name="b")

TABLE: dict[str, tuple[Head, Seen, Step]] = {
    "at the tip it waits": (head(10), Seen(tip=10, finalized=10), Wait("the next block")),
    "a lower tip is no fork": (head(10, 12), Seen(tip=9, finalized=8), Wait("the next block")),
    "new blocks are read": (head(10, 12), Seen(tip=14, finalized=10), Fetch(13, 14, Purpose.PAGE)),
    "a distant tip is read by pages": (head(10, 12), Seen(tip=99, finalized=10), Fetch(13, 20, Purpose.PAGE)),
    "what is final is read as such": (head(10), Seen(tip=99, finalized=50), Fetch(11, 18, Purpose.PAGE, final=True)),
    "a final page ends at the watermark": (
        head(10), Seen(tip=99, finalized=13), Fetch(11, 13, Purpose.PAGE, final=True),
    ),
    "a slot that is late is waited for": (
        head(10, 12), Seen(tip=20, finalized=10, read_to=14, stop=15), Wait("late_block", 15),
    ),
    "a finalized slot of ours is asked about": (
        head(10, 11, 12), Seen(tip=13, finalized=11), Fetch(11, 11, Purpose.FINALITY, final=True),
    ),
    "it is asked about once": (
        head(10, 11, 12), Seen(tip=13, finalized=11, asked=11), Fetch(13, 13, Purpose.PAGE),
    ),
    "the same hash moves the watermark": (
        head(10, 11, 12), Seen(tip=13, finalized=11, finalized_mark=Mark(11, "11a")), Finalize(Mark(11, "11a", 11)),
    ),
    "another finalized hash takes ours back": (
        head(10, 11, 12), Seen(tip=13, finalized=11, finalized_mark=Mark(11, "11b")), Rollback(Mark(10, "10a", 10)),
    ),
    "another hash at the final slot halts": (
        head(10, 11), Seen(tip=13, finalized=10, finalized_mark=Mark(10, "10b")),
        Halt(10, "final 10a, now finalized 10b"),
    ),
    "a child is sealed": (head(10, 12), Seen(tip=14, page=(block(14, 12),)), Apply((block(14, 12),), False)),
    "a chain is sealed as far as it holds": (
        head(10, 12), Seen(tip=16, page=(block(13, 12), block(14, 13), block(16, 15))),
        Apply((block(13, 12), block(14, 13)), False),
    ),
    "a skipped slot is proven by the child's link": (
        head(10, 12), Seen(tip=20, page=(block(20, 12),)), Apply((block(20, 12),), False),
    ),
    "a hole is fetched by the hash that its child names": (
        head(10, 12), Seen(tip=16, page=(block(16, 15),)), Fetch(15, 15, Purpose.ANCESTOR, expect="15a"),
    ),
    "a hole that nobody fills is waited for": (
        head(10, 12), Seen(tip=16, page=(block(16, 15),), missing=frozenset({15})), Wait("missing_block", 15),
    ),
    "an accepted loss is passed over": (
        head(10, 12, accepted=(15,)), Seen(tip=16, page=(block(16, 15),)), Apply((block(16, 15),), False),
    ),
    "a fork needs witnesses": (head(10, 11, 12), Seen(tip=13, page=(FORK,)), Fetch(13, 13, Purpose.WITNESS)),
    "one endpoint is not enough": (
        head(10, 11, 12), Seen(tip=13, page=(FORK,), witnesses=1), Wait("fork_without_witness", 13),
    ),
    "two endpoints are": (head(10, 11, 12), Seen(tip=13, page=(FORK,), witnesses=2), Rollback(Mark(11, "11a", 11))),
    "a finalized block needs none": (
        head(10, 11, 12), Seen(tip=13, page=(FORK,), page_final=True), Rollback(Mark(11, "11a", 11)),
    ),
    "a fork's unknown parent is fetched": (
        head(10, 11, 12), Seen(tip=13, page=(ORPHAN,)), Fetch(12, 12, Purpose.ANCESTOR, expect="12b"),
    ),
    "a fork whose ancestor nobody has is waited for": (
        head(10, 11, 12), Seen(tip=13, page=(ORPHAN,), missing=frozenset({12})), Wait("fork_without_ancestor", 12),
    ),
    "one endpoint cannot halt us": (
        head(10, 11, 12), Seen(tip=13, page=(DEEP,), witnesses=1), Wait("fork_without_witness", 13),
    ),
    "a witnessed fork below what is final halts": (
        head(10, 11, 12), Seen(tip=13, page=(DEEP,), witnesses=2),
        Halt(9, "slot 13 grows from 9, which final 10 excludes"),
    ),
    "a witnessed fork of the final slot itself halts": (
        head(10, 11, 12), Seen(tip=13, page=(AT_FINAL,), witnesses=2),
        Halt(10, "slot 13 grows from 10, which final 10 excludes"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_plan(name: str) -> None:
    """Each situation has its one step."""
    known, seen, wanted = TABLE[name]
    assert plan(known, seen, LIMITS) == wanted


def test_after_apply_keeps_the_rest() -> None:
    """Blocks that did not link yet are judged again after those that did."""
    page = (block(13, 12), block(16, 15))
    seen = after(Seen(tip=16, page=page, missing=frozenset({15}), witnesses=1), Apply(page[:1], False))
    assert (seen.page, seen.missing, seen.witnesses) == (page[1:], frozenset(), -1)


def test_after_rollback_reads_anew() -> None:
    """A rollback forgets what was asked of the old head and keeps the page that caused it."""
    seen = after(Seen(tip=13, page=(FORK,), witnesses=2, read_to=13, asked=11), Rollback(Mark(11, "11a")))
    assert (seen.page, seen.read_to, seen.asked) == ((FORK,), -1, -1)
