"""Routes of trades, order books and orders."""

from __future__ import annotations

import httpx

from tests.api.world import START, Place, World, moment, signature, wallet


def order(world: World, place: Place, order_id: int, **more: object) -> None:
    """One order of bob: buys two lots of YES at 40, unless said otherwise."""
    given = {
        "owner": str(wallet("bob").pubkey()), "outcome": 0, "side": "buy", "tick": 40, "lots": 2, "filled_lots": 0,
        "status": "OPEN", "ask": False, "book_tick": 40, "slot": world.slot, "ts": moment(world.slot),
        "signature": signature(world.slot, order_id), "expiry": 0, "client_id": 0, "seq": order_id, "index": order_id,
    } | more  # fmt: skip
    world.insert("chain.book_order", market=place.address, order_id=order_id, **given)


def trade(world: World, place: Place, seq: int, side: str, **more: object) -> None:
    """One trade of bob."""
    given = {
        "actor": str(wallet("bob").pubkey()), "side": side, "outcome": 0, "amount": 6, "shares": 10, "fee": 1,
        "price": 500_000, "prices": [500_000, 500_000], "slot": world.slot, "ts": moment(world.slot),
        "signature": signature(world.slot, seq),
    } | more  # fmt: skip
    world.insert("chain.trade", market=place.address, seq=seq, **given)


def test_trades(client: httpx.Client, world: World) -> None:
    """Trades and stakes in one list, newest first, paged."""
    place = world.market("trades", "Which trades are listed?")
    world.stake(place, "alice", 1, 2_000_000)
    trade(world, place, 3, "buy")
    trade(world, place, 4, "sell", amount=2**70)
    path = f"/v1/markets/{place.address}/trades"

    first = client.get(path, params={"limit": 2}).json()
    rest = client.get(path, params={"limit": 2, "cursor": first["next_cursor"]}).json()

    assert [(row["seq"], row["side"]) for row in first["data"] + rest["data"]] == [
        (4, "sell"), (3, "buy"), (2, "stake"),
    ]  # fmt: skip
    assert (first["has_more"], rest["has_more"]) == (True, False)
    assert first["data"][0]["amount"] == str(2**70)
    assert first["data"][1]["price"] == "0.500000"


def test_book(client: httpx.Client, world: World) -> None:
    """Depth by tick, best first; what is filled, cancelled or expired is no depth."""
    place = world.market("depth", "How deep is the book?", engine=2, lot_k=10)
    order(world, place, 1)
    order(world, place, 2, filled_lots=1, status="PARTIAL")
    order(world, place, 3, tick=45, book_tick=45, lots=5)
    order(world, place, 4, tick=45, outcome=1, book_tick=55, ask=True, lots=7)
    order(world, place, 5, side="sell", tick=60, book_tick=60, ask=True, lots=1)
    order(world, place, 6, status="CANCELLED", lots=100)
    order(world, place, 7, status="FILLED", lots=100, filled_lots=100)
    order(world, place, 8, lots=100, expiry=START - 5)
    for seq, n, tick in ((9, 0, 41), (9, 1, 42), (8, 0, 43)):
        world.insert("chain.fill", market=place.address, seq=seq, n=n, tick=tick, ts=moment(world.slot))

    book = client.get(f"/v1/markets/{place.address}/book").json()["data"]

    assert book["lot"] == "1000"
    assert [(row["tick"], row["lots"], row["orders"]) for row in book["bids"]] == [(45, "5", 1), (40, "3", 2)]
    assert [(row["tick"], row["shares"], row["price"]) for row in book["asks"]] == [
        (55, "7000", "0.550000"), (60, "1000", "0.600000"),
    ]  # fmt: skip
    assert (book["mid"], book["best_bid"], book["best_ask"], book["last"]) == (
        "0.500000",
        "0.450000",
        "0.550000",
        "0.420000",
    )


def test_book_of_another_engine(client: httpx.Client, world: World) -> None:
    """Only a book market has a book."""
    place = world.market("nobook", "Has a pool a book?")
    assert client.get(f"/v1/markets/{place.address}/book").json()["code"] == "wrong_engine"


def test_orders_of_a_wallet(client: httpx.Client, world: World) -> None:
    """A wallet's orders, newest first, by state and by market, paged."""
    first, second = world.market("o1", "First book?", engine=2), world.market("o2", "Second book?", engine=2)
    owner = str(wallet("order keeper").pubkey())
    order(world, first, 1, owner=owner)
    order(world, first, 2, owner=owner, status="FILLED", filled_lots=2)
    order(world, second, 1, owner=owner, status="PARTIAL", filled_lots=1, slot=world.slot + 1)
    path = f"/v1/users/{owner}/orders"

    every = client.get(path, params={"limit": 2}).json()
    more = client.get(path, params={"limit": 2, "cursor": every["next_cursor"]}).json()
    live = client.get(path, params={"status": "open"}).json()["data"]
    there = client.get(path, params={"market": first.address, "status": "filled"}).json()["data"]

    assert [(row["market"], row["order_id"]) for row in every["data"] + more["data"]] == [
        (second.address, "1"), (first.address, "2"), (first.address, "1"),
    ]  # fmt: skip
    assert [row["status"] for row in live] == ["PARTIAL", "OPEN"]
    assert [(row["order_id"], row["filled_lots"]) for row in there] == [("2", "2")]
    assert client.get(path, params={"status": "lost"}).json()["code"] == "invalid_request"
