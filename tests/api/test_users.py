"""Routes of wallets and positions."""

from __future__ import annotations

import httpx
import pytest
from solders.pubkey import Pubkey

from idl import addresses
from tests.api.world import World, wallet


def test_position(client: httpx.Client, world: World) -> None:
    """A position carries its shares, money and market."""
    place = world.market("pos", "Is my position shown?")
    world.stake(place, "holder", 0, 2_000_000)
    world.stake(place, "holder", 1, 3_000_000)
    address = addresses.position(Pubkey.from_string(place.address), wallet("holder").pubkey()).address

    position = client.get(f"/v1/positions/{address}").json()["data"]

    assert position["shares"] == ["2000000", "3000000"]
    assert position["staked"] == "5000000"
    assert position["last_nonce"] == "2"
    assert position["question"] == "Is my position shown?"
    assert (position["market"], position["market_state"], position["state"]) == (place.address, "active", "open")


def test_unknown_position(client: httpx.Client) -> None:
    """An address that is no position is 404, no address at all is 400."""
    assert client.get(f"/v1/positions/{Pubkey.default()}").json()["code"] == "unknown_position"
    assert client.get("/v1/positions/zero").json()["code"] == "invalid_address"


def test_user(client: httpx.Client, world: World) -> None:
    """A wallet's totals are sums by mint; a stranger has none."""
    token = wallet("user mint").pubkey()
    first, second = (
        world.market("u1", "First market of a user?"),
        world.market("u2", "Second one, in tokens?", mint=token),
    )
    world.stake(first, "summed", 0, 2_000_000)
    world.stake(first, "summed", 0, 1_000_000)
    world.stake(second, "summed", 1, 7_000_000)

    user = client.get(f"/v1/users/{wallet('summed').pubkey()}").json()["data"]
    stranger = client.get(f"/v1/users/{wallet('stranger').pubkey()}").json()["data"]

    assert user["markets"] == 2
    assert {row["mint"]: row["volume"] for row in user["totals"]} == {str(first.mint): "3000000", str(token): "7000000"}
    assert (stranger["markets"], stranger["totals"], stranger["judged"]) == (0, [], 0)


def test_user_positions(client: httpx.Client, world: World) -> None:
    """Newest markets first, paged, filtered by state."""
    places = [world.market(f"up{n}", f"User position number {n}?") for n in range(3)]
    for place in places:
        world.stake(place, "lister", 0, 1_000_000)
    owner = str(wallet("lister").pubkey())
    world.db.execute("UPDATE chain.position SET state = 'closed' WHERE market = %s", (places[0].address,))

    first = client.get(f"/v1/users/{owner}/positions?limit=2").json()
    rest = client.get(f"/v1/users/{owner}/positions?limit=2&cursor={first['next_cursor']}").json()

    assert [row["market"] for row in first["data"] + rest["data"]] == [place.address for place in reversed(places)]
    closed = client.get(f"/v1/users/{owner}/positions?state=closed").json()["data"]
    assert [row["market"] for row in closed] == [places[0].address]
    assert client.get(f"/v1/users/{owner}/positions?state=lost").status_code == 400


@pytest.mark.parametrize("path", ["", "/positions"])
def test_bad_wallet(client: httpx.Client, path: str) -> None:
    """A wallet that is no public key is 400."""
    answer = client.get(f"/v1/users/not-a-key{path}")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_address")
