"""One RPC endpoint: what its answers mean, and what they do not."""

from __future__ import annotations

import asyncio

import httpx
import msgspec
import pytest

from relayer.chain.endpoint import Endpoint
from relayer.errors import RpcAway, RpcRefused
from relayer.metrics import Metrics
from relayer.model import Simulated

_FIRST = {"err": None, "unitsConsumed": 900, "preBalances": [1_000, 7], "postBalances": [400, 607]}
_UNTOLD = {"err": "BlockhashNotFound", "unitsConsumed": None, "preBalances": None, "postBalances": None}


def endpoint(answer: httpx.Response) -> tuple[Endpoint, httpx.AsyncClient]:
    """An endpoint whose node says only this."""
    client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answer))
    return Endpoint("http://node.test/secret", client, Metrics()), client


def simulate(answer: httpx.Response, count: int) -> tuple[Simulated | None, ...]:
    """What simulating this many transactions yields."""
    found, _ = endpoint(answer)
    return asyncio.run(found.simulate([b"wire"] * count))


def page(index: int, value: object) -> dict[str, object]:
    """One answer of a batch."""
    return {"jsonrpc": "2.0", "id": index, "result": {"context": {"slot": 9}, "value": value}}


def test_loss_is_of_the_simulated_bank() -> None:
    """What a payer loses is told by the simulation alone; untold is not zero, an error is no answer."""
    refused = {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "too large"}}
    answer = httpx.Response(200, json=[page(0, _FIRST), page(1, _UNTOLD), refused])
    assert simulate(answer, 3) == (
        Simulated(err=None, units=900, loss=600),
        Simulated(err='"BlockhashNotFound"', units=0, loss=None),
        None,
    )


@pytest.mark.parametrize(
    "answer",
    [httpx.Response(502, text="bad gateway"), httpx.Response(200, text="no json"), httpx.Response(200, json=[])],
    ids=["status", "text", "short"],
)
def test_no_answer_is_away(answer: httpx.Response) -> None:
    """A broken answer is never a fact."""
    with pytest.raises((RpcAway, RpcRefused)) as caught:
        simulate(answer, 1)
    assert "secret" not in str(caught.value)


def test_request_names_no_account() -> None:
    """A simulation is asked unsigned, on a fresh blockhash, at confirmed."""
    seen: list[bytes] = []

    def node(request: httpx.Request) -> httpx.Response:
        seen.append(request.content)
        return httpx.Response(200, json=[page(0, _FIRST)])

    client = httpx.AsyncClient(transport=httpx.MockTransport(node))
    asyncio.run(Endpoint("http://node.test", client, Metrics()).simulate([b"wire"]))
    (call,) = msgspec.json.decode(seen[0])
    assert call["params"][1] == {
        "encoding": "base64",
        "sigVerify": False,
        "replaceRecentBlockhash": True,
        "commitment": "confirmed",
    }
