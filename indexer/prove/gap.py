"""Judges whether a lost block held any event of ours, so that an operator may accept the loss. Used by __main__.

It holds none if every subject goes on without a gap: the events after the lost block continue the mirror's, and a
subject without any has the mirror's seq in its account on the chain.
"""

from collections.abc import Sequence

from idl.codec import decode_account
from idl.errors import DecodeError
from indexer.decode import decode
from indexer.errors import Refused
from indexer.fold import CONFIG
from indexer.fold.work import base58
from indexer.model import Fetch, Purpose
from indexer.prove.accounts import markets, pools, snapshot
from indexer.sources.blocks import Blocks
from indexer.sources.rpc import Endpoint
from indexer.store import reads

BLOCKS_READ_MAX = 5_000
SLOTS_PER_READ = 64


async def accept_gap(url: str, endpoints: Sequence[Endpoint], slot: int) -> str:
    """Accept the loss of a slot's block and say why. Raises Refused with the subject that speaks against it."""
    async with reads.reading(url) as connection:
        head = await reads.status(connection)
        last = await reads.last_seqs(connection)
        if slot not in {incident.slot for incident in await reads.incidents(connection, "missing_block")}:
            raise Refused(f"no open incident says that slot {slot} is missing")
    source = Blocks(list(endpoints), genesis=head.genesis)
    await source.genesis()
    seen = await source.look()
    end = min(seen.finalized, slot + BLOCKS_READ_MAX)
    reached = await _go_on(source, dict(last), slot + 1, end)
    silent = [subject for subject, seq in reached.items() if seq == last.get(subject)]
    async with reads.reading(url) as connection:
        closed = await reads.closed(connection)
    await _agree(endpoints, silent, last, closed, end)
    await _none_unknown(endpoints, reached)
    reason = f"accepted: {len(reached)} subjects go on without a gap up to slot {end}"
    async with reads.reading(url) as connection:
        await reads.accept(connection, slot, reason)
    return f"slot {slot} {reason}"


async def _go_on(source: Blocks, last: dict[str, int], first: int, end: int) -> dict[str, int]:
    """The seqs after the blocks of a range. Raises Refused at the first gap."""
    while first <= end:
        read = await source.read(Fetch(first, min(end, first + SLOTS_PER_READ - 1), Purpose.PAGE, final=True))
        for block in read.page:
            for fact in decode(block).facts:
                if fact.header is None:
                    continue
                subject, expected = base58(fact.header.subject), last.get(base58(fact.header.subject), 0) + 1
                if fact.header.seq != expected:
                    raise Refused(f"{subject} goes on at {fact.header.seq} in slot {block.slot}, not {expected}")
                last[subject] = expected
        first = min(read.read_to, end) + 1
        if read.stop is not None:
            raise Refused(f"slot {read.stop} cannot be read yet")
    return last


async def _agree(
    endpoints: Sequence[Endpoint], silent: list[str], last: dict[str, int], closed: frozenset[str], end: int
) -> None:
    """Subjects without a later event must have our seq on the chain, or be gone with Closed as their last event."""
    for subject in silent:
        shot = await snapshot(endpoints, [subject])
        found = shot.accounts.get(subject)
        try:
            seq = None if found is None else getattr(decode_account(found.data), "seq", None)
        except DecodeError as error:
            raise Refused(f"subject {subject} cannot be read: {error}") from error
        if found is None and subject in closed:
            continue
        if seq != last[subject]:
            raise Refused(f"{subject} has seq {seq} on the chain at slot {shot.slot}, {last[subject]} up to {end}")


async def _none_unknown(endpoints: Sequence[Endpoint], reached: dict[str, int]) -> None:
    """A market, a pool or the config that is on the chain and that no event speaks of was made in the lost block."""
    _, there = await markets(endpoints)
    _, there_pools = await pools(endpoints)
    shot = await snapshot(endpoints, [CONFIG])
    for subject in sorted((there | there_pools | shot.accounts.keys()) - reached.keys()):
        raise Refused(f"{subject} is on the chain, and no event of the mirror speaks of it")
