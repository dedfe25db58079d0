"""What operators see and do: standing, one intent explained, pauses, payers, and the database's identity (R9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from relayer.store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How many intents stand where, and the age of the oldest one that is worked on, seconds."""

    states: tuple[tuple[str, int], ...]
    oldest_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentLine:
    """One intent in a list."""

    id: UUID
    kind: str
    subject: str
    episode: str
    state: str
    reason: str | None
    tries: int
    attempts: int
    signature: str | None
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptLine:
    """One attempt of an explained intent, with the proofs of its expiry."""

    n: int
    lane: int
    state: str
    sends: int
    signature: str
    blockhash_slot: int
    lvbh: int
    landed_slot: int | None
    err: str | None
    err_name: str | None
    fee_max: int
    proofs: tuple[tuple[str, int, int, int], ...]
    """Endpoint, finalized height, slot, history floor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerLine:
    """One fee payer."""

    address: str
    state: str
    lamports: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeeperLine:
    """What one keeper found due at its last look, and how much it ever proposed."""

    kind: str
    due: int
    proposed: int


_LINE = (
    "i.id, i.kind, i.subject, i.episode, i.state, i.reason, i.tries,"
    " (SELECT count(*) FROM relay.attempt a WHERE a.intent_id = i.id), i.signature, i.updated_at"
)


async def standing(connection: Connection) -> Standing:
    """Counts by state."""
    found = await connection.execute("SELECT state, count(*) FROM relay.intent GROUP BY state ORDER BY state")
    states = tuple((state, count) for state, count in await found.fetchall())
    oldest = await connection.execute(
        "SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 FROM relay.intent"
        " WHERE live AND state IN ('ACCEPTED', 'READY', 'IN_FLIGHT', 'EFFECTIVE')"
    )
    row = await oldest.fetchone()
    return Standing(states=states, oldest_s=0.0 if row is None else row[0])


async def intents(connection: Connection, *, state: str | None, limit: int) -> tuple[IntentLine, ...]:
    """The newest intents, of one state if named."""
    found = await connection.execute(
        f"SELECT {_LINE} FROM relay.intent i WHERE %s::text IS NULL OR i.state = %s ORDER BY i.id DESC LIMIT %s",
        (state, state, limit),
    )
    return tuple(_line(row) for row in await found.fetchall())


async def explain(connection: Connection, intent: UUID) -> tuple[IntentLine, tuple[AttemptLine, ...]] | None:
    """One intent with every attempt and proof; None if there is none."""
    found = await connection.execute(f"SELECT {_LINE} FROM relay.intent i WHERE i.id = %s", (intent,))
    row = await found.fetchone()
    if row is None:
        return None
    rows = await connection.execute(
        "SELECT n, lane, state, sends, signature, blockhash_slot, lvbh, landed_slot, err, err_name, fee_max,"
        " ARRAY(SELECT ROW(p.endpoint, p.height, p.slot, p.history_floor)::text FROM relay.proof p"
        "   WHERE p.attempt_id = a.id ORDER BY p.n)"
        " FROM relay.attempt a WHERE intent_id = %s ORDER BY n",
        (intent,),
    )
    return _line(row), tuple(_attempt(r) for r in await rows.fetchall())


async def pause(connection: Connection, kind: str, subject: str) -> None:
    """Stop a kind, or one subject of it; what is in flight goes on."""
    await connection.execute(
        "INSERT INTO relay.pause (kind, subject) VALUES (%s, %s) ON CONFLICT DO NOTHING", (kind, subject)
    )
    await audit(connection, "pause", f"{kind} {subject}".strip(), "")


async def resume(connection: Connection, kind: str, subject: str) -> bool:
    """Undo a pause; whether there was one."""
    found = await connection.execute("DELETE FROM relay.pause WHERE kind = %s AND subject = %s", (kind, subject))
    await audit(connection, "resume", f"{kind} {subject}".strip(), "")
    await connection.execute("NOTIFY relay_intent")
    return found.rowcount > 0


async def audit(connection: Connection, act: str, subject: str, detail: str) -> None:
    """Record an operator's act."""
    await connection.execute(
        "INSERT INTO relay.audit (act, subject, detail) VALUES (%s, %s, %s)", (act, subject, detail)
    )


async def keepers(connection: Connection) -> tuple[KeeperLine, ...]:
    """What every keeper found at its last look."""
    found = await connection.execute("SELECT kind, due, proposed FROM relay.keeper ORDER BY kind")
    return tuple(KeeperLine(kind=k, due=d, proposed=p) for k, d, p in await found.fetchall())


async def payers(connection: Connection) -> tuple[PayerLine, ...]:
    """All payers ever seen."""
    found = await connection.execute("SELECT address, state, lamports FROM relay.payer ORDER BY address")
    return tuple(
        PayerLine(address=a, state=s, lamports=None if n is None else int(n)) for a, s, n in await found.fetchall()
    )


async def show_payers(connection: Connection, lines: Sequence[PayerLine]) -> None:
    """Write what the balances say; a drained payer stays drained."""
    await connection.execute(
        "INSERT INTO relay.payer (address, state, lamports)"
        " SELECT * FROM unnest(%s::text[], %s::text[], %s::numeric[])"
        " ON CONFLICT (address) DO UPDATE SET lamports = excluded.lamports, checked_at = clock_timestamp(),"
        " state = CASE WHEN relay.payer.state = 'drained' THEN 'drained' ELSE excluded.state END",
        ([p.address for p in lines], [p.state for p in lines], [p.lamports for p in lines]),
    )


async def show_endpoints(connection: Connection, names: Sequence[str], genesis: str) -> None:
    """Write the endpoints of this start."""
    await connection.execute(
        "INSERT INTO relay.endpoint (name, genesis) SELECT n, %s FROM unnest(%s::text[]) AS n"
        " ON CONFLICT (name) DO UPDATE SET genesis = excluded.genesis, checked_at = clock_timestamp()",
        (genesis, list(names)),
    )


async def foreign_genesis(connection: Connection, genesis: str) -> str | None:
    """A genesis hash of another chain for which the journal holds attempts."""
    found = await connection.execute("SELECT genesis FROM relay.attempt WHERE genesis <> %s LIMIT 1", (genesis,))
    row = await found.fetchone()
    return None if row is None else row[0]


async def boot(connection: Connection, *, height: int) -> int:
    """R9: the finalized height before which nothing is sent, 0 unless this database was restored or failed over."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtext('relay.boot'))")
    found = await connection.execute(
        "SELECT (SELECT system_identifier::text FROM pg_control_system()),"
        # Not pg_control_checkpoint's: after a promotion that one lags until the next checkpoint.
        " ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint"
    )
    row = await found.fetchone()
    assert row is not None
    last = await (
        await connection.execute("SELECT n, system_id, timeline, height FROM relay.boot ORDER BY n DESC LIMIT 1")
    ).fetchone()
    if last is not None and (last[1], last[2]) == (row[0], row[1]):
        return 0 if last[0] == 1 else last[3] + 150
    n = 1 if last is None else last[0] + 1
    await connection.execute(
        "INSERT INTO relay.boot (n, system_id, timeline, height) VALUES (%s, %s, %s, %s)", (n, row[0], row[1], height)
    )
    return 0 if n == 1 else height + 150


def _line(row: tuple[Any, ...]) -> IntentLine:
    id_, kind, subject, episode, state, reason, tries, attempts, signature, updated = row
    return IntentLine(
        id=id_,
        kind=kind,
        subject=subject,
        episode=episode,
        state=state,
        reason=reason,
        tries=tries,
        attempts=attempts,
        signature=signature,
        updated_at=updated,
    )


def _attempt(row: tuple[Any, ...]) -> AttemptLine:
    n, lane, state, sends, signature, slot, lvbh, landed, err, err_name, fee, proofs = row
    return AttemptLine(
        n=n,
        lane=lane,
        state=state,
        sends=sends,
        signature=signature,
        blockhash_slot=slot,
        lvbh=lvbh,
        landed_slot=landed,
        err=err,
        err_name=err_name,
        fee_max=int(fee),
        proofs=tuple(_proof(p) for p in proofs),
    )


def _proof(text: str) -> tuple[str, int, int, int]:
    endpoint, height, slot, floor = text.strip("()").rsplit(",", 3)
    return endpoint.strip('"'), int(height), int(slot), int(floor)
