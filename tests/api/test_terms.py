"""Creating markets: the terms arrive as given, and what the program would refuse is refused before anybody signs."""

from __future__ import annotations

import base64

import httpx
import pytest

from idl import addresses
from idl.instructions import CreateMarketArgs
from idl.limits import id_slot
from idl.program import WSOL_MINT
from tests.api.built import arguments, unsigned
from tests.api.world import START, World, wallet


def market_body(world: World, **more: object) -> dict:
    """Terms that are fine, and changes to them."""
    now = START + world.slot - 1000
    times = {"open": now, "lock": now + 600, "event": now + 660, "resolve_by": now + 1260, "void_after": now + 300_000}
    body = {
        "wallet": str(wallet("alice").pubkey()), "mint": str(WSOL_MINT), "question": "Will it rain on Sunday?",
        "times": times, "source": str(wallet("oracle").pubkey()), "creator_fee_bps": 100,
    }  # fmt: skip
    for name, value in more.items():
        if name in times:
            times[name] = now + int(str(value))
        else:
            body[name] = value
    return body


def test_create_market(client: httpx.Client, world: World) -> None:
    """The address is that of the id, the id carries the sealed slot, and the terms arrive unchanged."""
    answer = client.post("/v1/transactions/create_market", json=market_body(world, uri="https://x.test/m"))

    built = answer.json()
    terms = arguments(unsigned(built))
    assert isinstance(terms, CreateMarketArgs)
    assert id_slot(terms.id) == world.slot
    assert built["market"] == str(addresses.market(wallet("alice").pubkey(), terms.id).address)
    assert (terms.question, terms.uri, terms.creator_fee_bps) == ("Will it rain on Sunday?", "https://x.test/m", 100)
    assert (terms.engine, terms.source_kind, terms.n) == (0, 1, 2)
    assert built["expected"]["rent"] == str((568 + 128) * 6960)
    assert len(base64.b64decode(built["transaction"])) <= 1232


def test_create_price_market(client: httpx.Client, world: World) -> None:
    """A feed may be given in hexadecimal; strike and exponent are the program's integers."""
    feed = "ab" * 32
    body = market_body(world, source=feed, source_kind="price", op="gt", strike="12000000000000", expo=-8)

    terms = arguments(unsigned(client.post("/v1/transactions/create_market", json=body).json()))

    assert isinstance(terms, CreateMarketArgs)
    assert (terms.source.hex(), terms.source_kind, terms.op) == (feed, 0, 1)
    assert (terms.strike, terms.expo) == (12_000_000_000_000, -8)


def test_longest_create_market_fits(client: httpx.Client, world: World) -> None:
    """The longest question with the longest uri still fits one legacy transaction, sponsored too."""
    payer = str(wallet("sponsor").pubkey())
    world.insert("relay.payer", address=payer, state="active", lamports=10**9)
    body = market_body(world, question="q" * 280, uri="u" * 120, metadata_sha256="cd" * 32, payer="sponsored")

    built = client.post("/v1/transactions/create_market", json=body).json()

    world.db.execute("DELETE FROM relay.payer")
    assert len(base64.b64decode(built["transaction"])) <= 1232


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"mint": str(wallet("other mint").pubkey())}, 422, "mint_not_allowed"),
        ({"question": "too short"}, 422, "terms_refused"),
        ({"question": "ä" * 141}, 422, "terms_refused"),
        ({"question": "q" * 281}, 400, "invalid_request"),
        ({"uri": "u" * 121}, 400, "invalid_request"),
        ({"open": 700}, 422, "terms_refused"),
        ({"lock": 30}, 422, "terms_refused"),
        ({"lock": 40_000_000}, 422, "terms_refused"),
        ({"event": 599}, 422, "terms_refused"),
        ({"resolve_by": 660}, 422, "terms_refused"),
        ({"void_after": 2000}, 422, "terms_refused"),
        ({"creator_fee_bps": 501}, 422, "terms_refused"),
        ({"resolver_fee_bps": 301}, 422, "terms_refused"),
        ({"dispute_s": 2}, 422, "terms_refused"),
        ({"n": 9}, 400, "invalid_request"),
        ({"strike": "5"}, 422, "terms_refused"),
        ({"strike": "5.5"}, 400, "invalid_request"),
        ({"source": "here"}, 400, "invalid_address"),
        ({"source_kind": "price", "n": 3, "strike": "5"}, 422, "terms_refused"),
        ({"source_kind": "price", "op": "updown", "strike": "5"}, 422, "terms_refused"),
        ({"metadata_sha256": "xy"}, 400, "invalid_request"),
    ],
)
def test_bad_markets(client: httpx.Client, world: World, change: dict, status: int, code: str) -> None:
    """Terms that the program would refuse are refused before anybody signs."""
    answer = client.post("/v1/transactions/create_market", json=market_body(world, **change))

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_create_market_while_paused_or_by_admin_alone(client: httpx.Client, world: World) -> None:
    """A pause is named in the answer; with mode admin anybody else is refused."""
    world.db.execute("UPDATE chain.config SET pause = 1")
    paused = client.post("/v1/transactions/create_market", json=market_body(world)).json()
    world.db.execute("UPDATE chain.config SET pause = 0, mode = 2")
    refused = client.post("/v1/transactions/create_market", json=market_body(world)).json()
    world.db.execute("UPDATE chain.config SET mode = 0")

    assert paused["error"]["name"] == "Paused"
    assert refused["code"] == "not_the_creator"
