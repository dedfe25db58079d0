"""What holds for every answer: one error shape, headers, entity tags, decimal strings, the OpenAPI document."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator

import httpx
import pytest
from solders.pubkey import Pubkey

from idl import addresses
from tests.api.world import World, signature, wallet

PROBLEM = {"type", "title", "status", "code", "detail", "errors", "request_id"}
ENVELOPE = {"data", "as_of_slot", "final_slot", "feed_seq", "degraded", "stale"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/nothing/here", None, 404, "not_found"),
        ("GET", "/v1/nothing", None, 404, "not_found"),
        ("GET", "/assets/nothing.js", None, 404, "not_found"),
        ("GET", "/assets/../settings.py", None, 404, "not_found"),
        ("GET", "/assets/%2e%2e/settings.py", None, 404, "not_found"),
        ("DELETE", "/v1/markets", None, 405, "method_not_allowed"),
        ("PATCH", "/v1/config", "{}", 405, "method_not_allowed"),
        ("POST", "/v1/transactions/stake", "not json", 400, "invalid_request"),
        ("POST", "/v1/transactions/stake", "[]", 400, "invalid_request"),
        ("POST", "/v1/transactions/stake", "{}", 400, "invalid_request"),
        ("POST", "/v1/transactions/stake", "", 400, "invalid_request"),
        ("POST", "/v1/transactions/stake", json.dumps({"wallet": "x" * 70_000}), 413, "body_too_large"),
        ("PUT", "/v1/metadata", json.dumps({"tags": ["x"] * 11}), 400, "invalid_request"),
        ("GET", "/v1/sse", None, 400, "invalid_request"),
        ("GET", "/v1/sse?channels=user:me", None, 400, "invalid_request"),
        ("GET", "/v1/intents/1", None, 404, "unknown_intent"),
    ],
)
def test_one_error_shape(
    client: httpx.Client, method: str, path: str, body: str | None, status: int, code: str
) -> None:
    """Whatever goes wrong is problem+json with the same members, never cached, and named by its request id."""
    headers = {"content-type": "application/json"} if body is not None else {}

    answer = client.request(method, path, content=body, headers=headers)

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    problem = answer.json()
    assert set(problem) == PROBLEM
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert all(set(error) == {"field", "message"} for error in problem["errors"])


def test_405_names_what_is_allowed(client: httpx.Client) -> None:
    """A wrong method is told the right ones."""
    assert client.delete("/v1/markets").headers["allow"] == "GET, OPTIONS"
    assert set(client.delete("/v1/transactions/stake").headers["allow"].split(", ")) == {"OPTIONS", "POST"}


def test_other_content_types(client: httpx.Client) -> None:
    """A body that does not say it is JSON is 415."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = client.post("/v1/transactions/stake", content="{}", headers={"content-type": kind})
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_foreign_hosts(client: httpx.Client) -> None:
    """Only the host names of the settings are served."""
    assert client.get("/v1/config", headers={"host": "evil.test"}).json()["code"] == "invalid_host"
    assert client.get("/v1/config", headers={"host": "localhost:1"}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/v1/config", "/v1/nothing", "/assets/base.css"])
def test_security_headers(client: httpx.Client, path: str) -> None:
    """Pages, data, errors and files carry the same protections."""
    headers = client.get(path).headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"


def test_entity_tags(client: httpx.Client, world: World) -> None:
    """The same feed seq answers 304; a new block gives a new tag; another query has another tag."""
    place = world.market("etag", "Is this answer still fresh?")
    path = f"/v1/markets/{place.address}"
    first = client.get(path)
    tag = first.headers["etag"]

    again = client.get(path, headers={"if-none-match": tag})
    several = client.get(path, headers={"if-none-match": f'"x", {tag}'})
    other = client.get("/v1/markets?limit=1").headers["etag"]
    world.stake(place, "bob", 0, 1_000_000)
    moved = client.get(path, headers={"if-none-match": tag})
    deadline = time.monotonic() + 2
    while moved.status_code == 304 and time.monotonic() < deadline:
        # An answer may be a second old: that is its max-age.
        moved = client.get(path, headers={"if-none-match": tag})

    assert first.headers["cache-control"] == "public, max-age=1, stale-while-revalidate=5"
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert several.status_code == 304
    assert other != tag
    assert moved.status_code == 200
    assert moved.headers["etag"] != tag
    assert moved.json()["data"]["volume"] == "1000000"


def test_private_answers_are_not_kept(client: httpx.Client, world: World) -> None:
    """What is built for one wallet is no-store."""
    place = world.market("private", "Is a built stake private?")
    body = {"wallet": str(wallet("bob").pubkey()), "market": place.address, "outcome": 0, "amount": "1000000"}

    assert client.post("/v1/transactions/stake", json=body).headers["cache-control"] == "no-store"


def test_pages(client: httpx.Client) -> None:
    """Files answer with the type that fits them and a tag of their content."""
    page = client.get("/")
    again = client.get("/", headers={"if-none-match": page.headers["etag"]})

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert again.status_code == 304


def numbers(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every number of a JSON value with where it stands."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from numbers(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from numbers(inner, f"{path}[]")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, value


MONEY = {"amount", "supply", "volume", "vault", "staked", "cost", "payout", "claimable", "shares", "credit",
         "fee", "rent", "min_stake", "max_stake", "min_bond", "num", "den", "odds", "odds_before", "odds_after",
         "fees_owed", "pnl", "realised", "strike", "price", "nonce", "last_nonce"}  # fmt: skip


def test_no_float_anywhere(client: httpx.Client, world: World) -> None:
    """No answer holds a float, and nothing that is money is a number."""
    place = world.market("floats", "Does any answer hold a float?")
    world.stake(place, "bob", 0, 3_333_333)
    landed = world.stake(place, "carol", 1, 1_000_001)
    world.settle(place, 0)
    bob = wallet("bob").pubkey()
    position = addresses.position(Pubkey.from_string(place.address), bob).address
    open_place = world.market("floats2", "Does any quote hold a float?")
    paths = [
        "/v1/markets", f"/v1/markets/{place.address}", f"/v1/markets/{place.address}/odds",
        f"/v1/markets/{place.address}/activity", f"/v1/markets/{place.address}/positions",
        f"/v1/markets/{open_place.address}/quote?outcome=0&amount=1234567", f"/v1/positions/{position}",
        f"/v1/users/{bob}", f"/v1/users/{bob}/positions", "/v1/config", "/v1/limits", "/v1/fees",
        f"/v1/transactions/{landed}",
    ]  # fmt: skip
    answers = [client.get(path) for path in paths]
    body = {"wallet": str(bob), "market": open_place.address, "outcome": 0, "amount": "1234567"}
    answers.append(client.post("/v1/transactions/stake", json=body))

    for answer in answers:
        assert answer.status_code == 200, answer.text
        if answer.request.method == "GET":
            assert set(answer.json()) >= ENVELOPE
        for path, value in numbers(answer.json()):
            assert not isinstance(value, float), f"{answer.url} {path}"
            assert path.replace("[]", "").rsplit(".", 1)[-1] not in MONEY, f"{answer.url} {path} = {value}"


def test_openapi(client: httpx.Client) -> None:
    """The document names every route of this surface, and has an example in every request body."""
    document = client.get("/v1/openapi.json").json()

    paths = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}
    assert {
        "GET /v1/markets", "GET /v1/markets/{market}", "GET /v1/markets/{market}/odds",
        "GET /v1/markets/{market}/activity",
        "GET /v1/markets/{market}/positions", "GET /v1/markets/{market}/quote", "GET /v1/positions/{address}",
        "GET /v1/users/{wallet}", "GET /v1/users/{wallet}/positions", "GET /v1/config",
        "GET /v1/limits", "GET /v1/fees",
        "GET /v1/intents/{id}", "GET /v1/transactions/{signature}", "PUT /v1/metadata", "GET /v1/metadata/{sha256}",
        "POST /v1/transactions/stake", "POST /v1/transactions/claim", "POST /v1/transactions/create_market",
        "POST /v1/transactions/activate", "POST /v1/relay", "GET /v1/sse",
        "GET /v1/markets/{market}/trades", "GET /v1/markets/{market}/book", "GET /v1/markets/{market}/votes",
        "GET /v1/markets/{market}/resolution", "GET /v1/users/{wallet}/orders",
        "POST /v1/transactions/vote", "POST /v1/transactions/propose", "POST /v1/transactions/dispute",
        "POST /v1/transactions/claim_vote", "POST /v1/transactions/claim_bond",





        "POST /v1/transactions/buy", "POST /v1/transactions/sell", "POST /v1/transactions/split",
        "POST /v1/transactions/merge", "POST /v1/transactions/transfer_shares", "POST /v1/transactions/withdraw",
        "GET /v1/markets/{market}/candles", "GET /v1/markets/{market}/holders", "GET /v1/markets/{market}/stats",
            "GET /v1/analytics/platform", "GET /v1/creators/{creator}",
        "GET /v1/creators/{creator}/holders",
        "GET /v1/creators/{creator}/trades",
        "GET /v1/creators/{creator}/dividends",
        "POST /v1/transactions/pool_create",
        "POST /v1/transactions/shares_buy",
        "POST /v1/transactions/shares_sell",
        "POST /v1/transactions/dividend_claim",
        "POST /v1/transactions/order",
        "POST /v1/transactions/cancel",
        "POST /v1/transactions/cancel_all",
    } == paths  # fmt: skip
    for path, item in document["paths"].items():
        for operation in item.values():
            content = operation.get("requestBody", {}).get("content", {})
            assert all("examples" in media for media in content.values()), path


def test_metadata(client: httpx.Client) -> None:
    """Metadata is kept under the hash of its canonical bytes, whatever the order it came in, and never changes."""
    first = client.put("/v1/metadata", json={"tags": ["a"], "description": "Ä", "outcome_labels": ["Yes", "No"]}).json()
    second = client.put(
        "/v1/metadata", json={"outcome_labels": ["Yes", "No"], "description": "Ä", "tags": ["a"]}
    ).json()
    kept = client.get(f"/v1/metadata/{first['sha256']}")

    assert first == second
    assert first["uri"].endswith(f"/v1/metadata/{first['sha256']}")
    assert len(first["uri"]) <= 120
    assert hashlib.sha256(kept.content).hexdigest() == first["sha256"]
    assert kept.content.decode() == '{"description":"Ä","outcome_labels":["Yes","No"],"tags":["a"]}'
    assert "immutable" in kept.headers["cache-control"]


@pytest.mark.parametrize(
    "body",
    [{"unknown": 1}, {"tags": ["x" * 33]}, {"description": "x" * 2001}, {"image_url": "javascript:alert(1)"},
     {"outcome_labels": [""]}, {"outcome_labels": ["x"] * 9}, [], "text"],
)  # fmt: skip
def test_bad_metadata(client: httpx.Client, body: object) -> None:
    """Metadata beyond its bounds is 400."""
    assert client.put("/v1/metadata", json=body).json()["code"] == "invalid_request"


def test_unknown_metadata(client: httpx.Client) -> None:
    """A hash that is not kept is 404."""
    for name in ("00" * 32, "zz", "A" * 64, signature(1, 1)):
        assert client.get(f"/v1/metadata/{name}").json()["code"] == "unknown_metadata"


def test_config_and_limits(client: httpx.Client, world: World) -> None:
    """Config names the chain, the programs and the rules; limits the bounds of the program."""
    config = client.get("/v1/config").json()["data"]
    limits = client.get("/v1/limits").json()["data"]

    assert config["market_program"] == str(addresses.MARKET_ID)
    assert config["config"]["protocol_fee_bps"] == 100
    assert config["config"]["mode"] == "open"
    assert config["dev_wallet"] is True
    assert (limits["question_bytes_min"], limits["question_bytes_max"]) == (10, 280)
    assert {rule["min_stake"] for rule in limits["mints"]} == {"1000000"}
