"""The embedded chain's answers against those a real solana-test-validator 4.2.2 gave to the same questions.

`python -m tests.localnet.chain.interview` asks one anew; tests/e2e/test_rpc_parity.py asks one that runs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from localnet.chain.node import Chain
from tests.localnet.chain.differences import compare
from tests.localnet.chain.interview import RECORDED, everything, interview
from tests.localnet.chain.interview.ear import Ear
from tests.localnet.chain.interview.nodes import embedded
from tests.localnet.chain.people import Client, make_chain
from tests.localnet.chain.shapes import differences, masked, shape

RECORDING: dict[str, Any] = json.loads(RECORDED.read_text())
# What is asked over sockets is not asked here.
REAL = {name: one for name, one in RECORDING.items() if not name.startswith(("heard: ", "manners: "))}
WARM_BLOCKS = 50
FINAL_BLOCKS = 40


class Embedded:
    """The chain without a socket, as the interview asks it."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._client = Client(chain)
        chain.skip(3)
        self._skipped = chain.next_slot - 1
        chain.produce(WARM_BLOCKS)

    def post(self, body: bytes) -> Any:
        """The reply to a body."""
        return self._client.raw(body)

    def settle(self, signature: str, commitment: str) -> None:
        """In the first block it lands, the second confirms it."""
        self._chain.produce(2 if commitment == "confirmed" else FINAL_BLOCKS)

    def skipped(self) -> int:
        """A slot without a block."""
        return self._skipped


@pytest.fixture(scope="module")
def unlike() -> dict[str, Any]:
    """All that differs, by question and place."""
    found, _ = compare(interview(Embedded(make_chain())), REAL)
    return found


def test_answers_have_the_real_shapes(unlike: dict[str, Any]) -> None:
    """The same keys, types, nulls, words, error codes and sentences, but for the list of differences."""
    assert unlike == {}, json.dumps(unlike, indent=1)


def test_sockets_have_the_real_shapes(tmp_path: Path) -> None:
    """The command's own process: its answers, what is heard on its WebSocket, and its HTTP, as recorded. Who subscribes
    and reads nothing meanwhile, not even pings, is still told everything: a validator pings nobody."""
    with embedded(tmp_path) as node, Ear(node) as silent:
        silent.ask("slotSubscribe")
        found, _ = compare(everything(node).all, RECORDING)
        newest = node.call("getSlot", {"commitment": "processed"})["result"]
        silent.until(lambda: bool(silent.heard) and silent.heard[-1]["params"]["result"]["slot"] >= newest)
    assert found == {}, json.dumps(found, indent=1)
    slots = [one["params"]["result"]["slot"] for one in silent.heard]
    parents = [one["params"]["result"]["parent"] for one in silent.heard]
    assert slots[:-1] == parents[1:]


def test_shapes_differ_where_answers_do() -> None:
    """A missing field, another code, another sentence, null or another kind of number is a difference at its place."""
    plain = {"result": {"a": 1, "b": [{"c": "x"}], "n": None}, "id": 1}
    for other, place in (
        ({"result": {"a": 1, "b": [{"c": "x"}]}, "id": 1}, "result.n"),
        ({"result": {"a": 1.0, "b": [{"c": "x"}], "n": None}, "id": 1}, "result.a"),
        ({"result": {"a": 1, "b": [{"c": "y"}], "n": None}, "id": 1}, "result.b.0.c"),
        ({"result": {"a": 1, "b": [{"c": "x"}, {"c": None}], "n": None}, "id": 1}, "result.b"),
        ({"result": {"a": 1, "b": [{"c": "x"}], "n": 0}, "id": 1}, "result.n"),
    ):
        assert list(differences(shape(plain), shape(other))) == [place]
    error = {"error": {"code": -32602, "message": "max 5", "data": {"at": 1}}, "id": 1}
    for key, value in (("code", -32603), ("message", "max 6"), ("data", {"at": "x"})):
        other = {**error, "error": {**error["error"], key: value}}
        assert [one.split(".")[:2] for one in differences(shape(error), shape(other))] == [["error", key]]


def test_only_what_differs_by_itself_is_masked() -> None:
    """Keys, signatures and slots are masked; limits, counts and words are not."""
    assert masked("Slot 12 was skipped, or missing") == "Slot <slot> was skipped, or missing"
    assert masked("Too many inputs provided; max 100") == "Too many inputs provided; max 100"
    assert masked("Vote111111111111111111111111111111111111111") == "<key>"
