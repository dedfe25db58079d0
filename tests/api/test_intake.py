"""What no request may hold, whatever the route: unreadable text, a body that is no JSON, parameters nobody reads."""

from __future__ import annotations

import httpx
import pytest

from tests.api.world import World

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    "path",
    [
        "/v1/markets?q=%00",
        "/v1/markets?status=active%00",
        "/v1/markets/%00",
        "/v1/markets/a%00b/odds",
        "/v1/markets/a%00b/quote?outcome=0&amount=1",
        "/v1/intents/%00",
        "/v1/metadata/%00",
        "/m/%00",
    ],
)
def test_no_nul(client: httpx.Client, path: str) -> None:
    """A NUL anywhere in path or query is the request's fault, never ours."""
    answer = client.get(path)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


def test_nothing_numeric_overflows(client: httpx.Client, world: World) -> None:
    """Integers beyond what PostgreSQL or Python take are refused, not broken by."""
    for digits in ("9" * 19, "9" * 30, "9" * 5000):
        listed = client.get(f"/v1/markets?ends_before={digits}")
        assert listed.json()["code"] == "invalid_request"
        with client.stream(
            "GET", "/v1/sse?channels=platform", headers={"last-event-id": digits}, timeout=10
        ) as response:
            assert response.status_code == 200
            assert "platform" in next(line for line in response.iter_lines() if line.startswith("data: "))


@pytest.mark.parametrize("path", ["/v1/transactions/stake", "/v1/relay"])
@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff\xfe", b'{"wallet":"\xff"}', b'{"wallet":"\\ud800"}', b'{"a":' * 10_000, b"[" * 20_000, b"{}}", b""],
)
def test_bodies_that_are_no_json(client: httpx.Client, path: str, body: bytes) -> None:
    """Truncated, of another encoding or nested without end: 400, and the sentence says what is wrong."""
    answer = client.post(path, content=body, headers=JSON)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert answer.json()["detail"].startswith("The body is ")


@pytest.mark.parametrize(
    ("path", "takes"),
    [
        ("/v1/markets?sorted=volume", "creator, cursor, ends_before"),
        ("/v1/config?verbose=1", "none"),
        ("/v1/sse?channels=platform&since=1", "after, channels"),
    ],
)
def test_parameters_that_nobody_reads(client: httpx.Client, path: str, takes: str) -> None:
    """A misspelt filter is not taken for an obeyed one; the answer says which there are."""
    answer = client.get(path)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert takes in answer.json()["detail"]
    assert len(answer.json()["errors"]) == 1


def test_knows_every_documented_parameter(client: httpx.Client) -> None:
    """Every documented query parameter passes the intake, on paths with parts of their own too."""
    document = client.get("/v1/openapi.json").json()
    filled = {"market": "nothing", "address": "x", "wallet": "x", "id": "x", "signature": "x", "sha256": "x"}
    filled |= {"creator": "x"}
    asked = 0
    for path, operations in document["paths"].items():
        for parameter in operations.get("get", {}).get("parameters", []):
            if parameter["in"] == "query" and path != "/v1/sse":
                asked += 1
                answer = client.get(path.format(**filled), params={parameter["name"]: "active"})
                assert "No query parameter" not in answer.text, (path, parameter["name"])
    assert asked > 15


def test_files_take_any_query(client: httpx.Client) -> None:
    """Pages and their files are not held to the document: links carry marks of where they came from."""
    assert client.get("/?from=mail").status_code == 200
