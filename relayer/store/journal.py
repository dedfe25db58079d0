"""The loop's journal on PostgreSQL: leases with SKIP LOCKED, fences, attempts before bytes, and what was seen after.

Implements model.Journal. Each method is one transaction; a row whose fence moved is left alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from relayer import budget, mirror
from relayer.model import (
    LIVE_ATTEMPTS,
    Attempt,
    AttemptState,
    Begun,
    Change,
    Claim,
    Intent,
    IntentState,
    Mark,
    Start,
)
from relayer.store.pool import Connection, Database

LEASE_S = 5

_INTENT = (
    "i.id, i.tenant, i.idem_key, i.fingerprint, i.kind, i.subject, i.episode, i.wallet, i.nonce, i.payload, i.state,"
    " i.reason, i.not_before_slot, i.lanes_max, i.fence, i.tries, i.signature"
)
_ATTEMPT = (
    "id, intent_id, n, lane, signature, message_hash, wire, version, blockhash, blockhash_slot, lvbh, payer, fee_max,"
    " cu_limit, state, sends, last_sent_height, landed_slot, err, err_name"
)

_CLAIM = f"""
WITH picked AS (
    SELECT i.id FROM relay.intent i
    WHERE i.live AND i.lease_until <= clock_timestamp() AND i.not_before_slot <= %(slot)s
      AND NOT (i.state IN ('ACCEPTED', 'READY') AND EXISTS (
          SELECT FROM relay.pause p WHERE p.kind = i.kind AND p.subject IN ('', i.subject)))
    ORDER BY i.lease_until LIMIT %(limit)s FOR UPDATE OF i SKIP LOCKED)
UPDATE relay.intent i SET fence = i.fence + 1, created_slot = coalesce(i.created_slot, %(slot)s),
    lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
FROM picked WHERE i.id = picked.id
RETURNING {_INTENT}"""

_RECORD = """
UPDATE relay.intent i SET state = c.state, reason = c.reason, signature = coalesce(c.signature, i.signature),
    not_before_slot = coalesce(c.not_before, i.not_before_slot), tries = i.tries + c.tried, live = c.live,
    settled_slot = coalesce(c.settled_slot, i.settled_slot), updated_at = clock_timestamp(),
    lease_until = clock_timestamp() + make_interval(secs => c.after_ms / 1000.0)
FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::int[], %s::boolean[],
            %s::bigint[], %s::bigint[])
    AS c(id, fence, state, reason, signature, not_before, tried, live, settled_slot, after_ms)
WHERE i.id = c.id AND i.fence = c.fence
RETURNING i.id"""

_MARK = f"""
UPDATE relay.attempt a SET state = m.state, landed_slot = m.landed_slot, err = m.err, err_name = m.err_name,
    sends = a.sends + (m.sent_height IS NOT NULL)::int,
    last_sent_height = coalesce(m.sent_height, a.last_sent_height),
    fee = coalesce(a.fee, CASE WHEN m.state LIKE 'FINAL%%' THEN {mirror.FEE_OF.format("a.signature")} END)
FROM unnest(%s::uuid[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::bigint[])
    AS m(id, state, landed_slot, err, err_name, sent_height)
WHERE a.id = m.id"""

_INSERT = """
INSERT INTO relay.attempt (id, intent_id, n, lane, fence, signature, message_hash, wire, version, blockhash,
    blockhash_slot, lvbh, payer, genesis, fee_max, cu_limit, state)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::bytea[],
    %s::bytea[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::numeric[],
    %s::bigint[], %s::text[])
ON CONFLICT DO NOTHING RETURNING id"""


class PgJournal:
    """model.Journal on one database; caps are lamports a day by the first word of a scope."""

    def __init__(self, database: Database, *, genesis: str, caps: Mapping[str, int]) -> None:
        self._database = database
        self._genesis = genesis
        self._caps = caps

    async def claim(self, *, slot: int, limit: int) -> tuple[Claim, ...]:
        """Lease up to limit due intents; paused kinds keep what is not signed yet."""
        async with self._database.transaction() as connection:
            found = await connection.execute(_CLAIM, {"slot": slot, "limit": limit, "lease": LEASE_S})
            intents = [_intent(row) for row in await found.fetchall()]
            if not intents:
                return ()
            rows = await connection.execute(
                f"SELECT {_ATTEMPT} FROM relay.attempt WHERE intent_id = ANY(%s) ORDER BY intent_id, n",
                ([i.id for i in intents],),
            )
            attempts: dict[UUID, list[Attempt]] = {}
            for row in await rows.fetchall():
                attempt = _attempt(row)
                attempts.setdefault(attempt.intent_id, []).append(attempt)
            return tuple(Claim(intent=i, attempts=tuple(attempts.get(i.id, ()))) for i in intents)

    async def begin(self, starts: Sequence[Start]) -> Begun:
        """R2: fence check, budgets, attempts and state in one transaction, before a byte leaves."""
        async with self._database.transaction() as connection:
            held = await _fenced(connection, starts)
            mine = [s for s in starts if s.intent_id in held]
            fits = budget.fit(mine, await budget.rooms(connection, mine, self._caps))
            taken = await self._insert(connection, fits)
            begun = [s for s in fits if s.attempt.id in taken]
            await budget.reserve(connection, begun)
            await connection.execute(
                "UPDATE relay.intent SET state = 'IN_FLIGHT', reason = NULL, updated_at = clock_timestamp(),"
                " lease_until = clock_timestamp() + make_interval(secs => %s)"
                " WHERE id = ANY(%s) AND state IN ('ACCEPTED', 'READY', 'IN_FLIGHT')",
                (LEASE_S, [s.intent_id for s in begun]),
            )
        broke = {s.attempt.id for s in mine} - {s.attempt.id for s in fits}
        return Begun(taken=frozenset(taken), broke=frozenset(broke))

    async def release(self, claims: Sequence[Claim], *, after_ms: int) -> None:
        """Give leases back with nothing written."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "UPDATE relay.intent i SET lease_until = clock_timestamp() + make_interval(secs => %s)"
                " FROM unnest(%s::uuid[], %s::bigint[]) AS c(id, fence) WHERE i.id = c.id AND i.fence = c.fence",
                (after_ms / 1000, [c.intent.id for c in claims], [c.intent.fence for c in claims]),
            )

    async def record(self, changes: Sequence[Change]) -> None:
        """States, marks, proofs, charges and the lease's end, in one transaction."""
        if not changes:
            return
        async with self._database.transaction() as connection:
            kept = await _write(connection, changes)
            mine = [c for c in changes if c.intent_id in kept]
            marks = [m for c in mine for m in c.marks]
            await _mark(connection, marks)
            await _unpayable(connection, mine)
            if any(c.state in (IntentState.EFFECTIVE, IntentState.SETTLED) for c in mine):
                await connection.execute("NOTIFY relay_effect")

    async def _insert(self, connection: Connection, starts: Sequence[Start]) -> set[UUID]:
        if not starts:
            return set()
        rows = [
            (
                *(a.id, a.intent_id, a.n, a.lane, s.fence, a.signature, a.message_hash, a.wire, a.version),
                *(a.blockhash, a.blockhash_slot, a.lvbh, a.payer, self._genesis, a.fee_max, a.cu_limit, a.state.value),
            )
            for s in starts
            for a in (s.attempt,)
        ]
        found = await connection.execute(_INSERT, _columns(rows))
        return {row[0] for row in await found.fetchall()}


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


async def _fenced(connection: Connection, starts: Sequence[Start]) -> set[UUID]:
    """The intents whose fence is still ours, locked."""
    found = await connection.execute(
        "SELECT i.id FROM relay.intent i JOIN unnest(%s::uuid[], %s::bigint[]) AS s(id, fence)"
        " ON s.id = i.id AND s.fence = i.fence WHERE i.live ORDER BY i.id FOR UPDATE OF i",
        ([s.intent_id for s in starts], [s.fence for s in starts]),
    )
    return {row[0] for row in await found.fetchall()}


async def _write(connection: Connection, changes: Sequence[Change]) -> set[UUID]:
    rows = [
        (
            *(c.intent_id, c.fence, c.state.value, c.reason, c.signature, c.not_before_slot, int(c.tried), c.live),
            *(c.settled_slot, c.look_after_ms),
        )
        for c in changes
    ]
    found = await connection.execute(_RECORD, _columns(rows))
    return {row[0] for row in await found.fetchall()}


async def _mark(connection: Connection, marks: Sequence[Mark]) -> None:
    if not marks:
        return
    rows = [(m.attempt_id, m.state.value, m.landed_slot, m.err, m.err_name, m.sent_height) for m in marks]
    await connection.execute(_MARK, _columns(rows))
    proofs = [
        (m.attempt_id, n, p.endpoint, p.height, p.slot, p.effect_read, p.statuses_slot, p.history_floor)
        for m in marks
        for n, p in enumerate(m.proofs)
    ]
    if proofs:
        await connection.execute(
            "INSERT INTO relay.proof (attempt_id, n, endpoint, height, slot, effect_read, statuses_slot, history_floor)"
            " SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::boolean[],"
            " %s::bigint[], %s::bigint[]) ON CONFLICT DO NOTHING",
            _columns(proofs),
        )
    ended = [(m.attempt_id, m.state is not AttemptState.EXPIRED_PROVEN) for m in marks if m.state not in LIVE_ATTEMPTS]
    await budget.release(connection, ended)


async def _unpayable(connection: Connection, changes: Sequence[Change]) -> None:
    """Members that a batch skipped wait until the day of block time after the one on which it was signed."""
    rows = [(position, c.subject, c.intent_id) for c in changes for position in c.unpayable]
    if rows:
        await connection.execute(
            "INSERT INTO relay.unpayable (position, market, retry_day)"
            " SELECT w.position, w.market, 1 + coalesce((SELECT max(r.day) FROM relay.attempt a"
            "   JOIN relay.reservation r ON r.attempt_id = a.id WHERE a.intent_id = w.intent), 0)"
            " FROM unnest(%s::text[], %s::text[], %s::uuid[]) AS w(position, market, intent)"
            " ON CONFLICT (position) DO UPDATE SET retry_day = excluded.retry_day, at = clock_timestamp()",
            _columns(rows),
        )


def _intent(row: tuple[Any, ...]) -> Intent:
    (id_, tenant, key, fingerprint, kind, subject, episode, wallet, nonce, payload, state, *rest) = row
    reason, not_before, lanes, fence, tries, signature = rest
    return Intent(
        id=id_,
        tenant=tenant,
        idem_key=key,
        fingerprint=bytes(fingerprint),
        kind=kind,
        subject=subject,
        episode=episode,
        wallet=wallet,
        nonce=None if nonce is None else int(nonce),
        payload=bytes(payload),
        state=IntentState(state),
        reason=reason,
        not_before_slot=not_before,
        lanes_max=lanes,
        fence=fence,
        tries=tries,
        signature=signature,
    )


def _attempt(row: tuple[Any, ...]) -> Attempt:
    id_, intent, n, lane, signature, message_hash, wire, version, blockhash, slot, lvbh, payer, fee, cu, *rest = row
    state, sends, sent, landed, err, err_name = rest
    return Attempt(
        id=id_,
        intent_id=intent,
        n=n,
        lane=lane,
        signature=signature,
        message_hash=bytes(message_hash),
        wire=bytes(wire),
        version=version,
        blockhash=blockhash,
        blockhash_slot=slot,
        lvbh=lvbh,
        payer=payer,
        fee_max=int(fee),
        cu_limit=cu,
        state=AttemptState(state),
        sends=sends,
        last_sent_height=sent,
        landed_slot=landed,
        err=err,
        err_name=err_name,
    )
