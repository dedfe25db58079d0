"""What the endpoints' answers prove: absent is not skipped, later is not missing, a lower tip is no fork."""

import asyncio

import pytest

from indexer.errors import SourceUnavailable, WrongGenesis
from indexer.model import Fetch, Purpose, Seen
from indexer.sources.blocks import Blocks
from tests.indexer.fakes import FakeChain, Node, View, source
from tests.indexer.mirrors import anchor

CHAIN = FakeChain(5)
TIP = CHAIN.line(CHAIN.root, 5)
FINAL = TIP.line()[2]
ALL = Fetch(1, 5, Purpose.PAGE)
THIRD = Fetch(3, 3, Purpose.ANCESTOR)


def view(tip: Node = TIP, final: Node = FINAL) -> View:
    """An honest endpoint."""
    return View(tip=tip, final=final)


def read(fetch: Fetch, *views: View) -> Seen:
    """What the source reads of these endpoints."""

    async def work() -> Seen:
        blocks = source(*views)
        await blocks.look()
        return await blocks.read(fetch)

    return asyncio.run(work())


def slots(seen: Seen) -> list[int]:
    """The slots of a page."""
    return [block.slot for block in seen.page]


def test_a_page() -> None:
    """An honest endpoint gives its blocks in order, each with its parent."""
    seen = read(ALL, view())
    assert slots(seen) == [1, 2, 3, 4, 5]
    assert [block.parent_slot for block in seen.page] == [0, 1, 2, 3, 4]
    assert (seen.read_to, seen.stop, seen.missing) == (5, None, frozenset())


def test_finalized_page_ends_where_finality_does() -> None:
    """At commitment finalized nothing above the watermark is listed."""
    assert slots(read(Fetch(1, 5, Purpose.PAGE, final=True), view())) == [1, 2]


@pytest.mark.parametrize("code", [-32007, -32009, -32001])
def test_absent_here_may_be_there(code: int) -> None:
    """An endpoint that has not got a block says nothing about the chain: another one gives it."""
    broken = view()
    broken.errors = {3: code}
    assert slots(read(ALL, broken, view())) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("code", [-32007, -32009, -32001])
def test_absent_everywhere_is_missing_not_skipped(code: int) -> None:
    """A listed block that nobody gives is missing; those after it come, so that plan sees the hole."""
    broken = view()
    broken.errors = {3: code}
    seen = read(ALL, broken)
    assert (slots(seen), seen.missing) == ([1, 2, 4, 5], frozenset({3}))


@pytest.mark.parametrize("code", [-32004, -32014, -32015])
def test_later_and_refused_end_the_page(code: int) -> None:
    """Not yet, or not as asked, is neither a skip nor missing: the page ends before it."""
    broken = view()
    broken.errors = {3: code}
    seen = read(ALL, broken)
    assert (slots(seen), seen.read_to, seen.stop, seen.missing) == ([1, 2], 2, 3, frozenset())


@pytest.mark.parametrize("code", [-32004, -32015])
def test_one_that_says_later_keeps_a_slot_from_being_missing(code: int) -> None:
    """Absent at one and later at the other is later."""
    absent, later = view(), view()
    absent.errors, later.errors = {3: -32009}, {3: code}
    seen = read(ALL, absent, later)
    assert (seen.stop, seen.missing) == (3, frozenset())


def test_too_many_requests_is_passing() -> None:
    """429 moves to another endpoint, and with none left it is passing, never a skip."""
    limited = view()

    async def work() -> tuple[Seen, bool]:
        blocks = source(limited, view())
        await blocks.look()
        limited.status = 429
        first = await blocks.read(ALL)
        alone = source(one := view())
        await alone.look()
        one.status = 429
        with pytest.raises(SourceUnavailable):
            await alone.read(ALL)
        return first, True

    seen, _ = asyncio.run(work())
    assert slots(seen) == [1, 2, 3, 4, 5]


def test_unhealthy_node_is_passing() -> None:
    """An error that says nothing of the slot counts against the endpoint alone."""
    sick = view()
    sick.errors = {3: -32005}
    assert slots(read(ALL, sick, view())) == [1, 2, 3, 4, 5]
    with pytest.raises(SourceUnavailable):
        read(ALL, sick)


def test_unlisted_is_not_skipped() -> None:
    """A listing that leaves a slot out changes nothing: the block can still be asked for by its child's link."""
    lying = view()
    lying.unlisted = {3}
    assert slots(read(ALL, lying)) == [1, 2, 4, 5]
    assert slots(read(THIRD, lying)) == [3]


def test_another_block_than_expected_is_not_taken() -> None:
    """A block asked for by hash is that block or missing."""
    other = CHAIN.grow(TIP.line()[2])
    lying = view()
    lying.replaced = {3: other}
    wanted = Fetch(3, 3, Purpose.ANCESTOR, expect=TIP.line()[3].blockhash)
    assert read(wanted, lying).missing == {3}
    assert [block.blockhash for block in read(wanted, lying, view()).page] == [TIP.line()[3].blockhash]


def test_the_newest_tip_counts() -> None:
    """A lagging endpoint lowers nothing, and is asked last for what it has not."""

    async def work() -> tuple[Seen, Seen]:
        blocks = source(view(tip=FINAL, final=CHAIN.root), view())
        return await blocks.look(), await blocks.read(ALL)

    looked, page = asyncio.run(work())
    assert (looked.tip, looked.finalized) == (5, 2)
    assert slots(page) == [1, 2, 3, 4, 5]


def test_an_endpoint_away_is_done_without() -> None:
    """One that does not answer is left out; when none answers that is said."""
    away = view()
    away.away = True
    assert slots(read(ALL, away, view())) == [1, 2, 3, 4, 5]
    with pytest.raises(SourceUnavailable):
        read(ALL, away)


def test_wrong_genesis_is_fatal() -> None:
    """An endpoint of another chain is not read, pinned or not."""
    other = view()
    other.genesis = "another"
    with pytest.raises(WrongGenesis, match="endpoint-1 belongs to genesis another"):
        asyncio.run(source(view(), other).look())
    with pytest.raises(WrongGenesis):
        asyncio.run(source(view(), genesis="pinned").genesis())


def test_witnesses_are_counted_by_hash() -> None:
    """Only endpoints that have this very block bear witness."""
    lying, away = view(), view()
    lying.replaced = {3: CHAIN.grow(TIP.line()[2])}
    away.errors = {3: -32009}

    async def work(blocks: Blocks) -> int:
        await blocks.look()
        return await blocks.witnesses(anchor(TIP.line()[3]))

    assert asyncio.run(work(source(view(), lying, away, view()))) == 2


def test_finalized_hash() -> None:
    """The finalized block of a slot, or None where it is not final anywhere."""

    async def work() -> tuple[object, object]:
        blocks = source(view())
        await blocks.look()
        return await blocks.finalized(2), await blocks.finalized(4)

    assert asyncio.run(work()) == (anchor(FINAL), None)


@pytest.mark.parametrize(("slot", "wanted"), [(0, 0), (1, 1), (None, 2)])
def test_first_block(slot: int | None, wanted: int) -> None:
    """The anchor is the first block from a slot on, or the newest finalized."""
    assert asyncio.run(source(view()).first_block(slot)).slot == wanted
