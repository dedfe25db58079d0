"""Runs the proof: snapshots of the chain, then the mirror up to their slots, then the comparison. Used by __main__."""

import asyncio
import time
from collections.abc import Sequence

import msgspec

from idl.codec import decode_account
from idl.errors import DecodeError
from idl.program import CREATOR_ID, MARKET_ID
from indexer.errors import StoreUnavailable, WrongGenesis
from indexer.fold import CONFIG, CONFIG_KIND, MARKET_KIND, POOL_KIND
from indexer.prove import compare
from indexer.prove.accounts import KEYS_PER_CALL_MAX, Snapshot, ask, markets, pools, snapshot
from indexer.prove.compare import State, Verdict
from indexer.prove.report import Line, Report, report
from indexer.sources.rpc import Call, Endpoint
from indexer.store import reads
from indexer.store.reads import Count
from indexer.store.session import Connection

MIRROR_WAIT_S = 40.0
POLL_S = 0.1
OWN_KEYS, POOL_KEYS = 5, 3
LAST_KIND = "Closed"

_text = msgspec.json.Decoder(str)


async def prove(url: str, endpoints: Sequence[Endpoint]) -> Report:
    """Compare everything. Raises WrongGenesis, SourceUnavailable, StoreUnavailable where the mirror stays behind."""
    async with reads.reading(url) as connection:
        await _same_chain(connection, endpoints)
        orphans = await reads.orphans(connection)
        kinds = await reads.kinds(connection)
        keys = {subject: await _keys(connection, subject, kind, orphans) for subject, kind in kinds.items()}
    seen = {subject: [await snapshot(endpoints, part) for part in parts] for subject, parts in keys.items()}
    slot_markets, there = await markets(endpoints)
    slot_pools, there_pools = await pools(endpoints)
    there |= (await snapshot(endpoints, [CONFIG])).accounts.keys()
    last = max([slot_markets, slot_pools, *(shot.slot for shots in seen.values() for shot in shots)])
    await _until_final(url, last)
    async with reads.reading(url) as connection:
        orphans = await reads.orphans(connection)
        counted = await reads.counts(connection, {subject: shots[0].slot for subject, shots in seen.items()})
        known = set(await reads.subjects(connection))
        judged = [await _judge(connection, count, seen[count.subject], orphans) for count in counted]
    lines = [line for line, _ in judged] + [_unknown(subject, MARKET_KIND) for subject in sorted(there - known)]
    lines += [_unknown(subject, POOL_KIND) for subject in sorted(there_pools - known)]
    return report(last, lines, gifts=sum(gifts for _, gifts in judged))


async def _same_chain(connection: Connection, endpoints: Sequence[Endpoint]) -> None:
    """Refuse to compare a mirror with another chain."""
    head = await reads.status(connection)
    genesis = await ask(endpoints, Call("getGenesisHash"), _text)
    if genesis != head.genesis:
        raise WrongGenesis(f"the database belongs to genesis {head.genesis}, the endpoint to {genesis}")


async def _keys(connection: Connection, subject: str, kind: str, orphans: frozenset[str]) -> list[list[str]]:
    """The addresses that tell a subject's state, in calls that each begin with its own account."""
    if kind == CONFIG_KIND:
        own, others = [subject], compare.rule_keys(await reads.rows_of_config(connection))
    elif kind == POOL_KIND:
        keys = compare.pool_keys(await reads.rows_of_pool(connection, subject)) or [subject]
        own, others = keys[:POOL_KEYS], keys[POOL_KEYS:]
    else:
        keys = compare.market_keys(await reads.rows_of_market(connection, subject), orphans) or [subject]
        own, others = keys[:OWN_KEYS], keys[OWN_KEYS:]
    step = KEYS_PER_CALL_MAX - len(own)
    return [own + others[at : at + step] for at in range(0, max(1, len(others)), step)]


async def _until_final(url: str, slot: int) -> None:
    """Wait until the mirror's watermark reaches a slot that is final on the chain."""
    deadline_s = time.monotonic() + MIRROR_WAIT_S
    while True:
        async with reads.reading(url) as connection:
            final = (await reads.status(connection)).final_slot
        if final >= slot:
            return
        if time.monotonic() > deadline_s:
            raise StoreUnavailable(f"the mirror is final at slot {final}, the chain at {slot}: is `follow` running?")
        await asyncio.sleep(POLL_S)


async def _judge(
    connection: Connection, count: Count, shots: Sequence[Snapshot], orphans: frozenset[str]
) -> tuple[Line, int]:
    """One subject's line, and the atoms in its vaults that no event put there."""
    seq = _seq(count.subject, shots[0])
    wrong = _completeness(count, seq)
    compared = gifts = 0
    for shot in shots:
        at_seq = _seq(count.subject, shot)
        state = await _state(connection, count, count.max_seq if at_seq is None else at_seq)
        verdict = _compare(count.kind, state, shot, orphans)
        wrong += verdict.different
        compared, gifts = compared + verdict.compared, max(gifts, verdict.gifts)
    line = Line(
        count.subject, count.kind, count.events, count.max_seq, seq, compared, tuple(wrong),
        degraded=count.degraded_from_seq is not None,
    )  # fmt: skip
    return line, gifts


def _completeness(count: Count, seq: int | None) -> list[str]:
    """count(events) = max(seq) = the account's; of a closed subject the last event says so."""
    wrong = []
    if count.events != count.max_seq:
        wrong.append(f"{count.events} events, but seq reaches {count.max_seq}")
    if seq is None and count.last_kind != LAST_KIND:
        wrong.append(f"the account is gone, but the last event is {count.last_kind}")
    if seq is not None and seq != count.max_seq:
        wrong.append(f"seq is {seq} on the chain, {count.max_seq} in the mirror")
    return wrong


async def _state(connection: Connection, count: Count, seq: int) -> State:
    """The subject's rows at a seq: those of the tables where they are there, else folded anew from its events."""
    if count.last_seq != seq:
        program = CREATOR_ID if count.kind == POOL_KIND else MARKET_ID
        return compare.refold(await reads.events_of(connection, count.subject, to_seq=seq), program)
    if count.kind == CONFIG_KIND:
        return State(seq, tuple(await reads.rows_of_config(connection)), {})
    of_kind = reads.rows_of_pool if count.kind == POOL_KIND else reads.rows_of_market
    rows = await of_kind(connection, count.subject)
    return State(seq, tuple(rows), await reads.held(connection, count.subject))


def _compare(kind: str, state: State, shot: Snapshot, orphans: frozenset[str]) -> Verdict:
    """The accounts of a snapshot against the rows."""
    if kind == CONFIG_KIND:
        return compare.config(state.rows, shot)
    return compare.pool(state, shot) if kind == POOL_KIND else compare.market(state, shot, orphans)


def _seq(subject: str, shot: Snapshot) -> int | None:
    """The seq in a subject's account; None where the account is gone, -1 where it cannot be read."""
    found = shot.accounts.get(subject)
    if found is None:
        return None
    try:
        return getattr(decode_account(found.data), "seq", -1)
    except DecodeError:
        return -1


def _unknown(subject: str, kind: str) -> Line:
    """A market or a pool of the chain, or its config, that no event of the mirror speaks of."""
    kind = CONFIG_KIND if subject == CONFIG else kind
    return Line(subject, kind, 0, 0, -1, 0, ("on the chain, not in the mirror",))
