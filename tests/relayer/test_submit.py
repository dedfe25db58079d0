"""The door on PostgreSQL, as the role api: idempotent, atomic with the caller, and the only thing that role can do."""

import asyncio
from uuid import UUID

import psycopg
import pytest

from localnet.database import Database
from relayer.submit import Accepted, Answer, KeyReused, NonceInUse, Refused, Request, submit
from tests.relayer.transactions import MARKET, PAYER, PAYERS, WALLET, build, stake_call, steps, transfer


async def ask(connection: psycopg.AsyncConnection, wire: bytes, key: str = "k", **more: UUID) -> Answer:
    """One call of the door."""
    return await submit(connection, Request(idempotency_key=key, transaction=wire, **more), payers=PAYERS)  # type: ignore[arg-type]


def go(database: Database, *asks: tuple[bytes, str]) -> list[Answer]:
    """Calls one after the other, each committed."""

    async def run() -> list[Answer]:
        answers = []
        for wire, key in asks:
            async with await psycopg.AsyncConnection.connect(database.dsn("api")) as connection:
                answers.append(await ask(connection, wire, key))
        return answers

    return asyncio.run(run())


def stakes(nonce: int) -> bytes:
    """A stake with this nonce."""
    return build(steps(stake_call(nonce=nonce)))


def rows(database: Database) -> list[tuple]:
    """What the table holds."""
    with database.connect() as connection:
        return connection.execute(
            "SELECT tenant, kind, wallet, subject, nonce, state, payload FROM relay.intent"
        ).fetchall()


def test_new_then_same(database: Database) -> None:
    """The first call makes the intent, the second finds it: one row, with every column from the bytes."""
    first, second = go(database, (stakes(1), "k"), (stakes(1), "k"))
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert (first.created, second.created) == (True, False)
    assert first.id == second.id
    wallet = str(WALLET.pubkey())
    assert rows(database) == [(wallet, "wallet_tx", wallet, str(MARKET), 1, "ACCEPTED", stakes(1))]


def test_other_bytes_under_the_key(database: Database) -> None:
    """Another transaction under a used key is refused and names the intent that has it."""
    first, second = go(database, (stakes(1), "k"), (stakes(2), "k"))
    assert isinstance(first, Accepted)
    assert second == KeyReused(id=first.id)


def test_nonce_in_use(database: Database) -> None:
    """Another key with a nonce that an open intent holds is told so."""
    _, second = go(database, (stakes(7), "k"), (build(stake_call_only()), "other"))
    assert second == NonceInUse(wallet=str(WALLET.pubkey()), market=str(MARKET), nonce=7)


def stake_call_only() -> list:
    """The same nonce in other bytes."""
    return [stake_call(nonce=7)]


def test_ended_nonce_is_free(database: Database) -> None:
    """A nonce is held by open intents only."""
    go(database, (stakes(7), "k"))
    with database.connect() as connection:
        connection.execute("UPDATE relay.intent SET state = 'RETURNED', live = false")
    (again,) = go(database, (build(stake_call_only()), "other"))
    assert isinstance(again, Accepted)
    assert again.created


def test_keys_are_the_wallets_own(database: Database) -> None:
    """The tenant is the signing wallet: two wallets may use the same key."""
    other = build([stake_call(owner=PAYER)], payer=PAYER, signers=(PAYER,))

    async def run() -> Answer:
        async with await psycopg.AsyncConnection.connect(database.dsn("api")) as connection:
            return await submit(connection, Request(idempotency_key="k", transaction=other), payers=())

    go(database, (stakes(1), "k"))
    answer = asyncio.run(run())
    assert isinstance(answer, Accepted)
    assert answer.created


def test_refusals_write_nothing(database: Database) -> None:
    """Malformed bytes, a bad key and the policy's no are answers, not rows."""
    answers = go(database, (b"junk", "k"), (stakes(1), ""), (build([transfer()]), "k"))
    assert [a.code for a in answers if isinstance(a, Refused)] == ["malformed", "bad_key", "one_instruction"]
    assert rows(database) == []


def test_concurrent_duplicates(database: Database) -> None:
    """Twenty callers at once with one key: one makes the intent, all see it."""

    async def one() -> Answer:
        async with await psycopg.AsyncConnection.connect(database.dsn("api")) as connection:
            return await ask(connection, stakes(1))

    async def run() -> list[Answer]:
        return await asyncio.gather(*(one() for _ in range(20)))

    answers = asyncio.run(run())
    assert all(isinstance(a, Accepted) for a in answers)
    assert sum(a.created for a in answers if isinstance(a, Accepted)) == 1
    assert len({a.id for a in answers if isinstance(a, Accepted)}) == 1


def test_rolls_back_with_the_caller(database: Database) -> None:
    """What the caller does not commit never was; the next caller makes it."""

    async def run() -> Answer:
        connection = await psycopg.AsyncConnection.connect(database.dsn("api"))
        await ask(connection, stakes(1))
        await connection.rollback()
        await connection.close()
        async with await psycopg.AsyncConnection.connect(database.dsn("api")) as connection:
            return await ask(connection, stakes(1))

    answer = asyncio.run(run())
    assert isinstance(answer, Accepted)
    assert answer.created


def test_second_caller_waits_for_the_first(database: Database) -> None:
    """A duplicate that comes while the first is not committed gets what the first becomes."""

    async def run() -> tuple[Answer, Answer]:
        first = await psycopg.AsyncConnection.connect(database.dsn("api"))
        made = await ask(first, stakes(1))
        second = await psycopg.AsyncConnection.connect(database.dsn("api"))
        waiting = asyncio.create_task(ask(second, stakes(1)))
        await asyncio.sleep(0)
        await first.commit()
        found = await waiting
        await first.close()
        await second.close()
        return made, found

    made, found = asyncio.run(run())
    assert isinstance(made, Accepted)
    assert isinstance(found, Accepted)
    assert (found.id, found.created) == (made.id, False)


def test_notifies(database: Database) -> None:
    """A new intent rings relay_intent when its transaction commits."""
    with psycopg.connect(database.dsn("relayer"), autocommit=True) as listener:
        listener.execute("LISTEN relay_intent")
        go(database, (stakes(1), "k"))
        assert [n.channel for n in listener.notifies(timeout=5, stop_after=1)] == ["relay_intent"]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO relay.intent (tenant, idem_key, fingerprint, kind, subject, episode, payload, state)"
        " VALUES ('t', 'k', '', 'pay_out', 's', 'e', '', 'READY')",
        "UPDATE relay.intent SET state = 'READY'",
        "DELETE FROM relay.intent",
        "SELECT payload FROM relay.intent",
        "SELECT wire FROM relay.attempt",
        "SELECT * FROM relay.budget",
        "INSERT INTO relay.pause (kind, subject) VALUES ('pay_out', '')",
        "CREATE TABLE relay.mine (x int)",
    ],
)
def test_api_may_do_nothing_else(database: Database, statement: str) -> None:
    """The role api reaches no table of the journal."""
    with (
        psycopg.connect(database.dsn("api"), autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)  # type: ignore[arg-type]


@pytest.mark.parametrize("view", ["intent", "open_nonce", "fee_sample", "reading", "feed_health", "payer", "keeper"])
def test_api_reads_the_views(database: Database, view: str) -> None:
    """The read views are open to the api, and none shows bytes that could be sent."""
    with psycopg.connect(database.dsn("api"), autocommit=True) as connection:
        found = connection.execute(f"SELECT * FROM relay.v1_{view}")  # type: ignore[arg-type]
        assert found.description is not None
        assert not {"wire", "payload"} & {c.name for c in found.description}


@pytest.mark.parametrize("role", ["relayer", "indexer"])
def test_door_is_the_apis(database: Database, role: str) -> None:
    """No other service may knock."""
    statement = "SELECT * FROM relay.submit('t', 'k', ''::bytea, 'w', 's', 1, ''::bytea, NULL, NULL)"
    with (
        psycopg.connect(database.dsn(role), autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_kind_is_forced(database: Database) -> None:
    """Whatever calls the door, the intent is a wallet's transaction."""
    with psycopg.connect(database.dsn("api"), autocommit=True) as connection:
        connection.execute("SELECT * FROM relay.submit('t', 'k', '\\x01', 'w', 's', 1, '\\x02', NULL, NULL)")
    assert [row[1] for row in rows(database)] == ["wallet_tx"]
