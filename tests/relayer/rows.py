"""Rows of the journal on a real PostgreSQL, as short as tests want them, and one way to use a database."""

import asyncio
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import TypeVar
from uuid import UUID

import psycopg

from localnet.database import Database as Server
from relayer.model import Attempt, AttemptState, Start
from relayer.store.pool import Database

GENESIS = "a genesis"
DAY = 20_000
_T = TypeVar("_T")


def using(server: Server, act: Callable[[Database], Awaitable[_T]]) -> _T:
    """What this does with a pool of the role relayer, from its opening to its end."""

    async def go() -> _T:
        database = Database(server.dsn("relayer"), name="test")
        await database.open()
        try:
            return await act(database)
        finally:
            await database.close()

    return asyncio.run(go())


def add_intent(
    connection: psycopg.Connection, key: str, *, state: str = "READY", lanes: int = 1, **more: object
) -> UUID:
    """A crank's intent."""
    row = {
        "tenant": "keeper", "idem_key": key, "fingerprint": sha256(key.encode()).digest(), "kind": "pay_out",
        "subject": "market", "episode": key, "payload": b"", "state": state, "lanes_max": lanes,
    } | more  # fmt: skip
    names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
    made = connection.execute(
        f"INSERT INTO relay.intent ({names}) VALUES ({marks}) RETURNING id",  # pyright: ignore
        tuple(row.values()),
    ).fetchone()
    assert made is not None
    return made[0]


def attempt(intent: UUID, name: str = "a", *, n: int = 1, lane: int = 0, lvbh: int = 250) -> Attempt:
    """A signed attempt."""
    digest = sha256(f"{intent}{name}".encode()).digest()
    return Attempt(
        id=UUID(bytes=digest[:16]), intent_id=intent, n=n, lane=lane, signature=f"signature {digest.hex()[:16]}",
        message_hash=digest, wire=b"bytes", version="0", blockhash="hash", blockhash_slot=100, lvbh=lvbh,
        payer="payer", fee_max=5000, cu_limit=None, state=AttemptState.SIGNED,
    )  # fmt: skip


def start(one: Attempt, fence: int, *, lamports: int = 5000, scopes: tuple[str, ...] = ("crank", "global")) -> Start:
    """The start of an attempt."""
    return Start(intent_id=one.intent_id, fence=fence, attempt=one, scopes=scopes, lamports=lamports, day=DAY)
