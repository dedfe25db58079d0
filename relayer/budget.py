"""Lamports that may be at risk: what each scope may cost on one day of block time, held before anything is signed.

`fit` is pure; the rest are statements on the caller's transaction, called by store alone. A day is a day of block time.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from relayer.model import Start

Scope = tuple[str, int]

SECONDS_PER_DAY = 86_400


def fit(starts: Sequence[Start], rooms: Mapping[Scope, int]) -> tuple[Start, ...]:
    """Those starts whose worst fee still fits every scope that carries it, in order; a start fits whole or not."""
    left = dict(rooms)
    taken: list[Start] = []
    for start in starts:
        scopes = [(scope, start.day) for scope in start.scopes]
        if all(left.get(scope, 0) >= start.lamports for scope in scopes):
            taken.append(start)
            for scope in scopes:
                left[scope] -= start.lamports
    return tuple(taken)


async def rooms(
    connection: AsyncConnection[TupleRow], starts: Sequence[Start], caps: Mapping[str, int]
) -> dict[Scope, int]:
    """What is left of every scope named, locked in one order; caps by the scope's first word."""
    wanted = sorted({(scope, start.day) for start in starts for scope in start.scopes})
    if not wanted:
        return {}
    names, days = [s for s, _ in wanted], [d for _, d in wanted]
    limits = [caps[s.split(":", 1)[0]] for s in names]
    await connection.execute(
        "INSERT INTO relay.budget (scope, day, cap) SELECT * FROM unnest(%s::text[], %s::bigint[], %s::numeric[])"
        " ON CONFLICT DO NOTHING",
        (names, days, limits),
    )
    found = await connection.execute(
        "SELECT b.scope, b.day, b.cap - b.reserved - b.spent FROM relay.budget b"
        " JOIN unnest(%s::text[], %s::bigint[]) AS w(scope, day) USING (scope, day) ORDER BY 1, 2 FOR UPDATE OF b",
        (names, days),
    )
    return {(scope, day): int(room) for scope, day, room in await found.fetchall()}


async def reserve(connection: AsyncConnection[TupleRow], starts: Iterable[Start]) -> None:
    """Hold the worst fee of every start against each of its scopes."""
    rows = [(s.attempt.id, scope, s.day, s.lamports) for s in starts for scope in s.scopes]
    if not rows:
        return
    ids, names, days, lamports = (list(column) for column in zip(*rows, strict=True))
    await connection.execute(
        "INSERT INTO relay.reservation (attempt_id, scope, day, lamports)"
        " SELECT * FROM unnest(%s::uuid[], %s::text[], %s::bigint[], %s::numeric[])",
        (ids, names, days, lamports),
    )
    totals: Counter[Scope] = Counter()
    for _, scope, day, amount in rows:
        totals[scope, day] += amount
    await _add(connection, totals, "reserved = b.reserved + w.amount")


async def release(connection: AsyncConnection[TupleRow], ended: Sequence[tuple[UUID, bool]]) -> None:
    """End the reservations of attempts: a landed one (True) is charged, an expired one freed."""
    if not ended:
        return
    found = await connection.execute(
        "UPDATE relay.reservation r SET state = CASE WHEN e.landed THEN 'charged' ELSE 'freed' END,"
        " charged = CASE WHEN e.landed THEN r.lamports ELSE 0 END"
        " FROM unnest(%s::uuid[], %s::boolean[]) AS e(id, landed)"
        " WHERE r.attempt_id = e.id AND r.state = 'held' RETURNING r.scope, r.day, r.lamports, r.charged",
        ([i for i, _ in ended], [landed for _, landed in ended]),
    )
    held: Counter[Scope] = Counter()
    spent: Counter[Scope] = Counter()
    for scope, day, lamports, charged in await found.fetchall():
        held[scope, day] += int(lamports)
        spent[scope, day] += int(charged)
    await _add(connection, held, "reserved = b.reserved - w.amount")
    await _add(connection, spent, "spent = b.spent + w.amount")


async def _add(connection: AsyncConnection[TupleRow], totals: Counter[Scope], what: str) -> None:
    ordered = sorted(totals.items())
    if not ordered:
        return
    await connection.execute(
        f"UPDATE relay.budget b SET {what}"  # pyright: ignore[reportArgumentType]
        " FROM unnest(%s::text[], %s::bigint[], %s::numeric[]) AS w(scope, day, amount)"
        " WHERE b.scope = w.scope AND b.day = w.day",
        ([s for (s, _), _ in ordered], [d for (_, d), _ in ordered], [a for _, a in ordered]),
    )
