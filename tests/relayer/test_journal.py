"""The journal on a real PostgreSQL: leases, fences, one live attempt a lane, budgets, pauses, the identity of R9."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from localnet.database import Database as Server
from relayer.model import AttemptState, Begun, Change, Claim, Crank, IntentState, Mark, Proof
from relayer.store import cranks, desk
from relayer.store.cranks import Proposal
from relayer.store.journal import PgJournal
from relayer.store.pool import Database
from tests.relayer.rows import DAY, GENESIS, add_intent, attempt, start, using

CAPS = {"wallet": 10_000, "crank": 20_000, "global": 30_000}


def journal(database: Database) -> PgJournal:
    """A worker's journal."""
    return PgJournal(database, genesis=GENESIS, caps=CAPS)


def one(server: Server, query: str) -> Any:
    """The first column of the first row, read as the owner of the server."""
    with server.connect() as connection:
        row = connection.execute(query).fetchone()  # pyright: ignore
    assert row is not None
    return row[0]


def add(server: Server, key: str = "k", **more: Any) -> UUID:
    """One intent."""
    with server.connect() as connection:
        return add_intent(connection, key, **more)


def change(claim: Claim, state: IntentState, *marks: Mark, **more: Any) -> Change:
    """What a look of this claim writes."""
    return Change(intent_id=claim.intent.id, fence=claim.intent.fence, state=state, marks=marks, **more)


def test_workers_share_without_overlap(database: Server) -> None:
    """Two workers that claim at once never hold the same intent, and together hold all."""
    for n in range(20):
        add(database, f"k{n}")

    async def go(pool: Database) -> list[tuple[Claim, ...]]:
        return list(await asyncio.gather(*(journal(pool).claim(slot=0, limit=10) for _ in range(4))))

    held = [claim.intent.id for claims in using(database, go) for claim in claims]
    assert len(held) == len(set(held)) == 20


def test_a_lease_is_held_then_lost(database: Server) -> None:
    """A leased intent is nobody else's until its lease is over; then its fence is another."""
    add(database)

    async def go(pool: Database) -> list[tuple[Claim, ...]]:
        first = await journal(pool).claim(slot=0, limit=10)
        none = await journal(pool).claim(slot=0, limit=10)
        async with pool.transaction() as connection:
            await connection.execute("UPDATE relay.intent SET lease_until = '-infinity'")
        return [first, none, await journal(pool).claim(slot=0, limit=10)]

    first, none, second = using(database, go)
    assert none == ()
    assert [claims[0].intent.fence for claims in (first, second)] == [1, 2]


def test_a_lost_fence_signs_and_writes_nothing(database: Server) -> None:
    """R2, R8: after another worker took over, neither an attempt nor a state of the old one is kept."""
    intent = add(database)

    async def go(pool: Database) -> tuple[Begun, Begun]:
        (old,) = await journal(pool).claim(slot=0, limit=1)
        async with pool.transaction() as connection:
            await connection.execute("UPDATE relay.intent SET lease_until = '-infinity'")
        (new,) = await journal(pool).claim(slot=0, limit=1)
        late = await journal(pool).begin([start(attempt(intent, "late"), old.intent.fence)])
        mark = Mark(attempt_id=attempt(intent).id, state=AttemptState.FINAL_OK)
        good = await journal(pool).begin([start(attempt(intent), new.intent.fence)])
        await journal(pool).record([change(old, IntentState.SETTLED, mark, live=False)])
        return late, good

    late, good = using(database, go)
    assert (late.taken, good.taken) == (frozenset(), {attempt(intent).id})
    assert one(database, "SELECT state FROM relay.intent") == "IN_FLIGHT"
    assert one(database, "SELECT string_agg(state, ',') FROM relay.attempt") == "SIGNED"
    assert one(database, "SELECT reserved FROM relay.budget WHERE scope = 'global'") == 5000


def test_one_live_attempt_a_lane(database: Server) -> None:
    """R5: a second signature on a lane is taken only once the first is proven expired or final; bytes only once."""
    intent = add(database)

    async def go(pool: Database) -> list[Begun]:
        book = journal(pool)
        (claim,) = await book.claim(slot=0, limit=1)
        fence = claim.intent.fence
        first, second = attempt(intent, "a"), attempt(intent, "b", n=2)
        begun = [await book.begin([start(first, fence)]), await book.begin([start(second, fence)])]
        await book.record(
            [change(claim, IntentState.READY, Mark(attempt_id=first.id, state=AttemptState.EXPIRED_PROVEN))]
        )
        begun.append(await book.begin([start(second, fence)]))
        await book.record([change(claim, IntentState.READY, Mark(attempt_id=second.id, state=AttemptState.FINAL_ERR))])
        begun.append(await book.begin([start(first, fence)]))
        return begun

    assert [bool(begun.taken) for begun in using(database, go)] == [True, False, True, False]


def test_no_attempt_for_what_is_over(database: Server) -> None:
    """An intent that is no longer worked on gets no signature, whatever fence it is asked with."""
    intent = add(database, live=False)
    begun = using(database, lambda pool: journal(pool).begin([start(attempt(intent), 0)]))
    assert begun == Begun(taken=frozenset())


def test_budgets(database: Server) -> None:
    """The worst fee is held before signing, refused over the cap, charged when landed and freed when expired."""
    intents = [add(database, f"k{n}") for n in range(3)]

    async def go(pool: Database) -> Begun:
        book = journal(pool)
        claims = {c.intent.id: c for c in await book.claim(slot=0, limit=3)}
        starts = [start(attempt(i), claims[i].intent.fence, lamports=9_000) for i in intents]
        begun = await book.begin(starts)
        marks = [
            Mark(attempt_id=attempt(intents[0]).id, state=AttemptState.FINAL_ERR),
            Mark(attempt_id=attempt(intents[1]).id, state=AttemptState.EXPIRED_PROVEN),
        ]
        for intent, mark in zip(intents, marks, strict=False):
            await book.record([change(claims[intent], IntentState.READY, mark)])
            # A mark that comes twice charges once.
            await book.record([change(claims[intent], IntentState.READY, mark)])
        return begun

    begun = using(database, go)
    assert begun.broke == {attempt(intents[2]).id}
    assert begun.taken == {attempt(i).id for i in intents[:2]}
    with database.connect() as connection:
        found = connection.execute("SELECT scope, day, reserved, spent FROM relay.budget ORDER BY scope").fetchall()
    assert found == [("crank", DAY, 0, 9_000), ("global", DAY, 0, 9_000)]


def test_proofs_are_stored(database: Server) -> None:
    """An expiry keeps every witness's evidence, and explain shows it."""
    intent = add(database)
    proofs = tuple(
        Proof(endpoint=f"node,{n}", height=300 + n, slot=310, effect_read=True, statuses_slot=311, history_floor=7)
        for n in range(2)
    )

    async def go(pool: Database) -> Any:
        (claim,) = await journal(pool).claim(slot=0, limit=1)
        await journal(pool).begin([start(attempt(intent), claim.intent.fence)])
        mark = Mark(attempt_id=attempt(intent).id, state=AttemptState.EXPIRED_PROVEN, proofs=proofs)
        await journal(pool).record([change(claim, IntentState.READY, mark)])
        async with pool.transaction() as connection:
            return await desk.explain(connection, intent)

    line, (shown,) = using(database, go)
    assert (line.state, line.attempts, shown.state) == ("READY", 1, "EXPIRED_PROVEN")
    assert shown.proofs == (("node,0", 300, 310, 7), ("node,1", 301, 310, 7))


@pytest.mark.parametrize(
    ("state", "paused", "claimed"),
    [
        ("READY", ("pay_out", ""), False), ("READY", ("pay_out", "market"), False),
        ("READY", ("pay_out", "other"), True), ("READY", ("finalize", ""), True),
        ("IN_FLIGHT", ("pay_out", ""), True), ("EFFECTIVE", ("pay_out", ""), True),
    ],
)  # fmt: skip
def test_pause(state: str, paused: tuple[str, str], claimed: bool, database: Server) -> None:
    """A pause holds what is not signed yet, by kind or by subject; what flies is watched to its end."""
    add(database, state=state)

    async def go(pool: Database) -> tuple[tuple[Claim, ...], tuple[Claim, ...]]:
        async with pool.transaction() as connection:
            await desk.pause(connection, *paused)
        first = await journal(pool).claim(slot=0, limit=1)
        await journal(pool).release(first, after_ms=0)
        async with pool.transaction() as connection:
            assert await desk.resume(connection, *paused)
        return first, await journal(pool).claim(slot=0, limit=1)

    before, after = using(database, go)
    assert (bool(before), bool(after)) == (claimed, True)
    assert one(database, "SELECT count(*) FROM relay.audit") == 2


def test_not_before_its_slot(database: Server) -> None:
    """An intent that waits for a slot is not claimed before it."""
    add(database, not_before_slot=10)

    async def go(pool: Database) -> list[int]:
        return [len(await journal(pool).claim(slot=slot, limit=1)) for slot in (9, 10)]

    assert using(database, go) == [0, 1]


def test_skipped_members_wait_a_day_of_block_time(database: Server) -> None:
    """Who could not be paid is left alone until the day after the batch was signed, and again after the next."""
    intent = add(database)

    async def go(pool: Database) -> list[tuple[bool, bool]]:
        book = journal(pool)
        (claim,) = await book.claim(slot=0, limit=1)
        await book.begin([start(attempt(intent), claim.intent.fence)])
        mark = Mark(attempt_id=attempt(intent).id, state=AttemptState.FINAL_OK)
        await book.record([change(claim, IntentState.SETTLED, mark, subject="market", unpayable=("p",), live=False)])
        found = []
        async with pool.transaction() as connection:
            for day in (DAY, DAY + 1):
                waits = "p" in await cranks.unpayable(connection, day=day)
                found.append((waits, "p" in await cranks.retried(connection, day=day)))
        return found

    assert using(database, go) == [(True, False), (False, True)]


def test_restored_database_holds(database: Server) -> None:
    """R9: the first boot and its restarts send at once; another system or timeline waits for 150 heights, also then."""

    async def boot(pool: Database, height: int) -> int:
        async with pool.transaction() as connection:
            return await desk.boot(connection, height=height)

    async def go(pool: Database) -> list[int]:
        holds = [await boot(pool, 10), await boot(pool, 20)]
        async with pool.transaction() as connection:
            await connection.execute("UPDATE relay.boot SET timeline = timeline + 1")
        holds += [await boot(pool, 30), await boot(pool, 40)]
        async with pool.transaction() as connection:
            await connection.execute("UPDATE relay.boot SET system_id = 'another'")
        return [*holds, await boot(pool, 50)]

    assert using(database, go) == [0, 0, 180, 180, 200]


def proposal(episode: str = "e") -> Proposal:
    """A due crank."""
    return Proposal(kind="finalize", subject="market", episode=episode, crank=Crank(calls=(), effect=()))


def test_a_crank_is_proposed_once(database: Server) -> None:
    """R1: one intent a key, however often it is found due, by however many keepers at once."""

    async def propose(pool: Database) -> int:
        async with pool.transaction() as connection:
            return await cranks.propose(connection, [proposal(), proposal("other")])

    async def go(pool: Database) -> list[int]:
        return [*await asyncio.gather(*(propose(pool) for _ in range(4))), await propose(pool)]

    assert sum(using(database, go)) == 2
    assert one(database, "SELECT string_agg(idem_key, ' ' ORDER BY idem_key) FROM relay.intent") == (
        "finalize:market:e finalize:market:other"
    )


def test_a_failed_crank_comes_again_up_to_a_limit(database: Server) -> None:
    """After FAILED_FINAL a key comes back as +r1, +r2, ... while it is due, and then no more."""

    async def go(pool: Database) -> list[int]:
        made = []
        for _ in range(cranks.ROUNDS_MAX + 2):
            async with pool.transaction() as connection:
                made.append(await cranks.propose(connection, [proposal()]))
                await connection.execute(
                    "UPDATE relay.intent SET state = 'FAILED_FINAL', live = false, updated_at = '2000-01-01'"
                )
        return made

    assert using(database, go) == [1] * cranks.ROUNDS_MAX + [0, 0]
    assert one(database, "SELECT max(idem_key) FROM relay.intent") == "finalize:market:e+r5"


def test_what_a_transaction_cost(database: Server) -> None:
    """A final attempt has the fee that the mirror saw; one that still flies has none."""
    intent = add(database)
    ours = attempt(intent)
    with database.connect() as connection:
        connection.execute(
            "INSERT INTO ledger.transaction (slot, tx_index, signature, fee_payer, version, fee, raw)"
            " VALUES (7, 0, %s, 'p', 'legacy', 5017, '')",
            (ours.signature,),
        )

    async def go(pool: Database) -> None:
        (claim,) = await journal(pool).claim(slot=0, limit=1)
        await journal(pool).begin([start(ours, claim.intent.fence)])
        for state in (AttemptState.SEEN, AttemptState.FINAL_ERR):
            mark = Mark(attempt_id=ours.id, state=state, landed_slot=7)
            await journal(pool).record([change(claim, IntentState.IN_FLIGHT, mark)])
            paid.append(one(database, "SELECT fee FROM relay.attempt"))

    paid: list[Any] = []
    using(database, go)
    assert paid == [None, 5017]
