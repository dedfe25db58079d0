"""The embedded chain's answers against those a real solana-test-validator 4.2.2 gave to the same questions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localnet.chain.node import Chain
from tests.localnet.chain.interview import RECORDED, Interview
from tests.localnet.chain.people import Client, make_chain

REAL: dict[str, Any] = json.loads(RECORDED.read_text())


class Embedded:
    """The chain without a socket, as the interview asks it."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._client = Client(chain)

    def post(self, body: bytes) -> Any:
        """The reply to a body."""
        return self._client.raw(body)

    def settle(self, signature: str) -> None:
        """Two blocks: in the first it lands, the second confirms it."""
        self._chain.produce(2)


@pytest.fixture(scope="module")
def ours() -> dict[str, Any]:
    """All answers of a chain that has run for a while."""
    chain = make_chain()
    chain.produce(50)
    return Interview(Embedded(chain)).run()


@pytest.mark.parametrize("question", sorted(REAL))
def test_answer_has_the_real_shape(ours: dict[str, Any], question: str) -> None:
    """The same keys, types, nulls, error codes and sentences."""
    assert ours[question] == REAL[question]


def test_nothing_is_asked_in_vain(ours: dict[str, Any]) -> None:
    """Every question has a recorded answer."""
    assert sorted(ours) == sorted(REAL)
