"""Routes of candles, figures, holders, the platform's days, and of the odds of every engine."""

from __future__ import annotations

import httpx

from tests.api.test_trades import trade
from tests.api.world import START, Place, World, wallet

MINUTE = START - START % 86_400 + 43_200
FOUR = {"open": 500_000, "high": 700_000, "low": 400_000, "close": 600_000}


def candle(world: World, place: Place, interval: int, at: int, **more: int) -> None:
    """A candle of the first outcome `at` seconds after noon."""
    given = {"outcome": 0, "volume": 10, "trades": 2} | FOUR | more
    world.insert("chain.candle", market=place.address, interval=interval, bucket=MINUTE + at, **given)


def test_candles(client: httpx.Client, world: World) -> None:
    """Stored minutes newest first and paged; five of them are one of five minutes."""
    place = world.market("candles", "How did the price move?")
    candle(world, place, 60, 0)
    candle(world, place, 60, 60, open=600_000, high=900_000, low=300_000, close=350_001)
    candle(world, place, 60, 300, volume=2**70)
    candle(world, place, 60, 0, outcome=1)
    path = f"/v1/markets/{place.address}/candles"

    first = client.get(path, params={"interval": "1m", "limit": 2}).json()
    rest = client.get(path, params={"interval": "1m", "limit": 2, "cursor": first["next_cursor"]}).json()
    wide = client.get(path, params={"interval": "5m"}).json()["data"]

    assert [row["time"] - MINUTE for row in first["data"] + rest["data"]] == [300, 60, 0]
    assert first["data"][0]["volume"] == str(2**70)
    assert [row["time"] - MINUTE for row in wide] == [300, 0]
    assert wide[1] == {
        "time": MINUTE, "open": "0.500000", "high": "0.900000", "low": "0.300000", "close": "0.350001", "volume": "20",
        "trades": 4,
    }  # fmt: skip
    assert client.get(path).json()["data"] == []
    assert len(client.get(path, params={"interval": "1m", "outcome": 1}).json()["data"]) == 1
    assert client.get(path, params={"interval": "2m"}).json()["code"] == "invalid_request"


def test_stats_and_days(client: httpx.Client, world: World) -> None:
    """A market's sums, and the platform's by day and collateral."""
    place = world.market("figures", "What are the figures?", mint=wallet("a mint of its own").pubkey())
    world.stake(place, "alice", 0, 3_000_000)
    day, mint = START // 86_400, str(place.mint)
    for ago, paid in ((0, 7), (1, 2**65), (40, 1)):
        row = {"mint": mint, "trades": 2, "volume": 5, "fees": 1, "paid": paid}
        world.insert("chain.platform_day", day=day - ago, subject=place.address, **row)
    world.insert("chain.platform_day", day=day, subject="another", mint=mint, trades=1, volume=4, fees=0, paid=0)

    stats = client.get(f"/v1/markets/{place.address}/stats").json()["data"]
    days = client.get("/v1/analytics/platform").json()["data"]

    assert (stats["volume"], stats["trades"], stats["traders"], stats["fees"]) == ("3000000", 6, 1, "3")
    assert stats["paid"] == str(8 + 2**65)
    assert [row for row in days if row["mint"] == mint] == [
        {"time": day * 86_400, "mint": mint, "subjects": 2, "trades": 3, "volume": "9", "fees": "1", "paid": "7"},
        {"time": day * 86_400 - 86_400, "mint": mint, "subjects": 1, "trades": 2, "volume": "5", "fees": "1",
         "paid": str(2**65)},
    ]  # fmt: skip


def test_holders(client: httpx.Client, world: World) -> None:
    """Who holds an outcome, the most first, paged; who holds none of it is not among them."""
    place = world.market("holders", "Who holds it?")
    for who, held in (("alice", [5, 0]), ("bob", [2**63, 1]), ("carol", [0, 9])):
        owner = str(wallet(who).pubkey())
        row = {"address": owner, "held": held, "costs": [part // 2 for part in held], "state": "open"}
        world.insert("chain.position", market=place.address, owner=owner, seat=255, **row)
    path = f"/v1/markets/{place.address}/holders"

    first = client.get(path, params={"limit": 1}).json()
    rest = client.get(path, params={"limit": 1, "cursor": first["next_cursor"]}).json()

    assert [(row["shares"], row["cost"]) for row in first["data"] + rest["data"]] == [
        (str(2**63), str(2**62)),
        ("5", "2"),
    ]
    assert [row["shares"] for row in client.get(path, params={"outcome": 1}).json()["data"]] == ["9", "1"]
    assert client.get(path, params={"outcome": 7}).json()["data"] == []


def test_odds_of_a_market_maker(client: httpx.Client, world: World) -> None:
    """The odds after each trade, as it left them; whole sets move none."""
    place = world.market("lmsrodds", "What are the odds?", engine=1)
    trade(world, place, 2, "buy", prices=[750_000, 250_000])
    trade(world, place, 3, "split", prices=[750_000, 250_000])
    trade(world, place, 4, "sell", prices=[510_001, 489_999])

    points = client.get(f"/v1/markets/{place.address}/odds").json()["data"]

    assert [(row["seq"], row["odds"], row["supply"]) for row in points] == [
        (2, ["0.750000", "0.250000"], []), (4, ["0.510001", "0.489999"], []),
    ]  # fmt: skip
