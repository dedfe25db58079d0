"""The shell around the application in processes of their own: limits, staleness, a lost database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx
import pytest

from api import app as application
from api.settings import Settings
from localnet.database import Database
from tests.api.world import World, wallet

T = TypeVar("T")


def ask(database: Database, play: Callable[[httpx.AsyncClient], Awaitable[T]], **settings: object) -> T:
    """Run a scene against an application of its own on the database."""

    async def scene() -> T:
        given = Settings(database_url=database.dsn("api"), pool_min=1, **settings)  # type: ignore[arg-type]
        service = application.create(given)
        transport = httpx.ASGITransport(service.app, client=("10.0.0.9", 1))
        async with (
            service.litestar.lifespan(),
            httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
        ):
            return await play(client)

    return asyncio.run(scene())


def test_empty_mirror(database: Database) -> None:
    """Before the first sealed block reads say so; the page is served all the same."""

    async def play(client: httpx.AsyncClient) -> list[tuple[int, str]]:
        found = [await client.get(path) for path in ("/v1/markets", "/v1/config", "/v1/sse?channels=platform")]
        return [(answer.status_code, answer.json()["code"]) for answer in found] + [
            ((await client.get("/")).status_code, "")
        ]

    assert ask(database, play) == [(503, "mirror_not_ready")] * 3 + [(200, "")]


def test_stale(database: Database) -> None:
    """A late head is said in reads and refuses builds, with Retry-After."""
    with database.connect() as connection:
        world = World(connection)
        world.start()
        place = world.market("stale", "Is this mirror late?")
        body = {"wallet": str(wallet("bob").pubkey()), "market": place.address, "outcome": 0, "amount": "1000000"}

        async def play(client: httpx.AsyncClient) -> tuple[bool, int, str, str | None]:
            read = (await client.get(f"/v1/markets/{place.address}")).json()
            built = await client.post("/v1/transactions/stake", json=body)
            return read["stale"], built.status_code, built.json().get("code", ""), built.headers.get("retry-after")

        fresh = ask(database, play)
        connection.execute("UPDATE ledger.head SET updated_at = now() - interval '11 seconds'")
        old = ask(database, play)
        connection.execute("UPDATE ledger.head SET updated_at = now(), tip_slot = sealed_slot + 101")
        behind = ask(database, play)

    assert fresh == (False, 200, "", None)
    assert old == (True, 503, "stale_head", "1")
    assert behind == (True, 503, "stale_head", "1")


def test_rate_limit(database: Database) -> None:
    """The request above the minute's number is 429 with the same shape, and every answer says what is left."""

    async def play(client: httpx.AsyncClient) -> list[httpx.Response]:
        return [await client.get("/v1/nothing") for _ in range(4)]

    answers = ask(database, play, ip_per_minute=3)

    assert [answer.status_code for answer in answers] == [404, 404, 404, 429]
    assert [answer.headers["ratelimit-remaining"] for answer in answers[:3]] == ["2", "1", "0"]
    assert answers[3].json()["code"] == "rate_limited"
    assert answers[3].headers["retry-after"] == "60"


def test_forwarded_addresses(database: Database) -> None:
    """Only a trusted proxy may say who asks; the last hop before it counts."""

    async def play(client: httpx.AsyncClient) -> list[int]:
        hops = ["1.1.1.1, 2.2.2.2", "9.9.9.9, 2.2.2.2", "2.2.2.2, 3.3.3.3"]
        return [(await client.get("/v1/nothing", headers={"x-forwarded-for": hop})).status_code for hop in hops]

    assert ask(database, play, ip_per_minute=1, trusted_proxies="10.0.0.9") == [404, 429, 404]
    assert ask(database, play, ip_per_minute=1) == [404, 429, 429]


def test_creation_limit(database: Database) -> None:
    """A wallet may build only so many markets a minute."""

    async def play(client: httpx.AsyncClient) -> list[str]:
        body = {
            "wallet": str(wallet("bob").pubkey()), "mint": str(wallet("m").pubkey()), "question": "Is this too many?",
            "times": dict.fromkeys(("open", "lock", "event", "resolve_by", "void_after"), 0), "source": "00" * 32,
        }  # fmt: skip
        return [(await client.post("/v1/transactions/create_market", json=body)).json()["code"] for _ in range(3)]

    with database.connect() as connection:
        World(connection).start()
    assert ask(database, play, create_per_minute=2) == ["mint_not_allowed", "mint_not_allowed", "rate_limited"]


def test_lost_database() -> None:
    """Without a database every read is 503 in the one shape; pages are still served."""
    nowhere = Database(name="nothing", admin_dsn="postgresql://nobody@127.0.0.1:1/nothing")

    async def play(client: httpx.AsyncClient) -> tuple[int, str, int]:
        answer = await client.get("/v1/markets")
        return answer.status_code, answer.json()["code"], (await client.get("/")).status_code

    assert ask(nowhere, play) == (503, "database_unavailable", 200)


@pytest.mark.parametrize(("dev_wallet", "status"), [(True, 200), (False, 404)])
def test_dev_wallet_only_where_switched_on(database: Database, dev_wallet: bool, status: int) -> None:
    """The development wallet's file exists only with API_DEV_WALLET."""

    async def play(client: httpx.AsyncClient) -> int:
        return (await client.get("/assets/dev_wallet.js")).status_code

    assert ask(database, play, dev_wallet=dev_wallet) == status


def test_cors(database: Database) -> None:
    """Only listed origins may read from elsewhere."""

    async def play(client: httpx.AsyncClient) -> list[str | None]:
        found = []
        for origin in ("https://dapp.test", "https://evil.test"):
            answer = await client.get("/v1/nothing", headers={"origin": origin})
            found.append(answer.headers.get("access-control-allow-origin"))
        return found

    assert ask(database, play, cors_origins="https://dapp.test") == ["https://dapp.test", None]
    assert ask(database, play) == [None, None]
