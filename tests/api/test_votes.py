"""Routes of resolutions and votes."""

from __future__ import annotations

import httpx
from solders.pubkey import Pubkey

from tests.api.world import Place, World, moment, signature, wallet


def vote(world: World, place: Place, seq: int, who: str, **more: object) -> None:
    """One vote on the proposal of a market, for it unless said otherwise."""
    given = {
        "round": 0, "side": 1, "weight": 1, "state": "open", "paid": 0, "slot": world.slot, "ts": moment(world.slot),
        "signature": signature(world.slot, seq), "address": str(wallet(f"{who} {seq}").pubkey()),
    } | more  # fmt: skip
    world.insert("chain.vote", market=place.address, voter=str(wallet(who).pubkey()), seq=seq, **given)


def test_votes(client: httpx.Client, world: World) -> None:
    """Both rounds, newest first, or one of them; paged."""
    place = world.market("votes", "Who voted on this?")
    vote(world, place, 1, "alice")
    vote(world, place, 2, "bob", side=0)
    vote(world, place, 3, "alice", round=1, side=2, weight=2**60, state="claimed", paid=7)
    path = f"/v1/markets/{place.address}/votes"

    first = client.get(path, params={"limit": 2}).json()
    rest = client.get(path, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    dispute = client.get(path, params={"round": 1}).json()["data"]

    assert [(row["seq"], row["side"]) for row in first["data"] + rest["data"]] == [(3, 2), (2, 0), (1, 1)]
    assert [(row["weight"], row["state"], row["paid"]) for row in dispute] == [(str(2**60), "claimed", "7")]
    assert client.get(path, params={"round": 2}).json()["code"] == "invalid_request"


def test_resolution(client: httpx.Client, world: World) -> None:
    """What was proposed, who disputes it and how the votes stand; nothing yet is 404."""
    place = world.market("resolution", "How is this decided?")
    path = f"/v1/markets/{place.address}/resolution"
    missing = client.get(path)
    proposer, disputer = str(wallet("proposer").pubkey()), str(wallet("disputer").pubkey())
    shared = {"proposer": proposer, "payer": proposer, "evidence": "ab" * 32, "final_outcome": 255}
    world.insert(
        "chain.resolution", market=place.address, disputer=disputer, flags=1, bond=5, quorum=9, owed=10, proposed=1,
        tally=[1, 2, 3, 0, 0, 0, 0, 0, 0], total=6, **shared,
    )  # fmt: skip

    found = client.get(path).json()["data"]

    assert (missing.status_code, missing.json()["code"]) == (404, "unknown_resolution")
    assert (found["by_source"], found["disputer"], found["closed"]) == (True, disputer, False)
    assert (found["tally"], found["total"], found["final_outcome"]) == (["1", "2", "3"], "6", None)
    undisputed = world.market("undisputed", "And this one?")
    world.insert(
        "chain.resolution", market=undisputed.address, disputer=str(Pubkey.default()), flags=0, tally=[0] * 9, **shared
    )
    assert client.get(f"/v1/markets/{undisputed.address}/resolution").json()["data"]["disputer"] is None
