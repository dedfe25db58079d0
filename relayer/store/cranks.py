"""What `keep` writes and reads of the journal: cranks by their key, what is under way, and its own figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from relayer.model import Crank
from relayer.store.pool import Connection

TENANT = "keeper"
LANES = 3
ROUNDS_MAX = 6
COOLDOWN_S = 2

_STANDING = """
SELECT w.n, count(i.id), coalesce(bool_or(i.state NOT IN ('FAILED_FINAL', 'REJECTED')), false),
    coalesce(max(i.updated_at) > clock_timestamp() - make_interval(secs => %s * 2 ^ count(i.id)), false)
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS w(n, kind, subject, episode)
LEFT JOIN relay.intent i ON i.kind = w.kind AND i.subject = w.subject AND i.episode = w.episode AND i.tenant = %s
GROUP BY w.n"""

_INSERT = """
INSERT INTO relay.intent (tenant, idem_key, fingerprint, kind, subject, episode, payload, state, lanes_max)
SELECT %s, k.key, k.fingerprint, k.kind, k.subject, k.episode, k.payload, 'READY', %s
FROM unnest(%s::text[], %s::bytea[], %s::text[], %s::text[], %s::text[], %s::bytea[])
    AS k(key, fingerprint, kind, subject, episode, payload)
ON CONFLICT DO NOTHING RETURNING id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One crank that is due, with its key's three parts."""

    kind: str
    subject: str
    episode: str
    crank: Crank


async def propose(connection: Connection, proposals: Sequence[Proposal]) -> int:
    """Insert what is new under its key, or in the next round of one that failed; how many were inserted.

    A key that failed ROUNDS_MAX times stays as it is: the caller shows it as stuck.
    """
    if not proposals:
        return 0
    found = await connection.execute(
        _STANDING,
        (
            COOLDOWN_S,
            list(range(len(proposals))),
            [p.kind for p in proposals],
            [p.subject for p in proposals],
            [p.episode for p in proposals],
            TENANT,
        ),
    )
    fresh = [
        (proposals[n], rounds)
        for n, rounds, standing, warm in await found.fetchall()
        if not standing and not (rounds and warm) and rounds < ROUNDS_MAX
    ]
    return await _insert(connection, fresh)


async def _insert(connection: Connection, fresh: Sequence[tuple[Proposal, int]]) -> int:
    if not fresh:
        return 0
    payloads = [msgspec.msgpack.encode(p.crank) for p, _ in fresh]
    inserted = await connection.execute(
        _INSERT,
        (
            TENANT,
            LANES,
            [key(p, rounds) for p, rounds in fresh],
            [sha256(body).digest() for body in payloads],
            [p.kind for p, _ in fresh],
            [p.subject for p, _ in fresh],
            [p.episode for p, _ in fresh],
            payloads,
        ),
    )
    count = len(await inserted.fetchall())
    if count:
        await connection.execute("NOTIFY relay_intent")
    return count


def key(proposal: Proposal, rounds: int) -> str:
    """R1: kind, subject and episode, with the round after failures."""
    return f"{proposal.kind}:{proposal.subject}:{proposal.episode}" + (f"+r{rounds}" if rounds else "")


async def busy(connection: Connection, kinds: Sequence[str]) -> frozenset[tuple[str, str]]:
    """(kind, subject) of open cranks of these kinds."""
    found = await connection.execute(
        "SELECT DISTINCT kind, subject FROM relay.intent WHERE live AND kind = ANY(%s)"
        " AND state IN ('ACCEPTED', 'READY', 'IN_FLIGHT', 'EFFECTIVE')",
        (list(kinds),),
    )
    return frozenset((kind, subject) for kind, subject in await found.fetchall())


async def unpayable(connection: Connection, *, day: int) -> frozenset[str]:
    """Positions that are not tried again before a later day of block time."""
    found = await connection.execute("SELECT position FROM relay.unpayable WHERE retry_day > %s", (day,))
    return frozenset(row[0] for row in await found.fetchall())


async def retried(connection: Connection, *, day: int) -> frozenset[str]:
    """Positions that were skipped on an earlier day and are due again."""
    found = await connection.execute("SELECT position FROM relay.unpayable WHERE retry_day <= %s", (day,))
    return frozenset(row[0] for row in await found.fetchall())


async def pauses(connection: Connection) -> frozenset[tuple[str, str]]:
    """(kind, subject) that operators stopped; an empty subject stops the kind."""
    found = await connection.execute("SELECT kind, subject FROM relay.pause")
    return frozenset((kind, subject) for kind, subject in await found.fetchall())


async def looked(connection: Connection, counts: Sequence[tuple[str, int, int]]) -> None:
    """Record what each keeper found due and how much of it was new."""
    await connection.execute(
        "INSERT INTO relay.keeper (kind, due, proposed) SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[])"
        " ON CONFLICT (kind) DO UPDATE SET due = excluded.due, proposed = relay.keeper.proposed + excluded.proposed,"
        " looked_at = clock_timestamp()",
        ([k for k, _, _ in counts], [d for _, d, _ in counts], [p for _, _, p in counts]),
    )


async def fee_sample(connection: Connection, *, slot: int, p50: int, p90: int) -> None:
    """Keep one sample of priority fees, and an hour of them."""
    await connection.execute(
        "INSERT INTO relay.fee_sample (slot, p50, p90) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", (slot, p50, p90)
    )
    await connection.execute("DELETE FROM relay.fee_sample WHERE at < clock_timestamp() - interval '1 hour'")
