"""Proofs of origin."""

from __future__ import annotations

import hashlib
import hmac

from localnet.chain.hooks.model import Delivery, Registration, webhook
from localnet.chain.hooks.sign import headers, nonce


def delivery(number: int = 1, **asked: str) -> Delivery:
    """A delivery of a body."""
    hook = webhook("one", Registration(url="http://127.0.0.1:1/", **asked))  # type: ignore[arg-type]
    return Delivery(number=number, hook=hook, slot=7, signature="s", body='[{"ü":1}]'.encode())


def test_helius_echoes_the_registered_value() -> None:
    """Authorization is the value itself; without one there is no such header."""
    assert headers(delivery(authorization="Bearer x"), "n", 5)["authorization"] == "Bearer x"
    assert headers(delivery(), "n", 5) == {"content-type": "application/json"}


def test_quicknode_signs_nonce_time_and_body() -> None:
    """A receiver that computes the HMAC by itself finds the same."""
    sent = headers(delivery(token="secret"), "n0nce", 1_790_000_000)
    message = sent["x-qn-nonce"] + sent["x-qn-timestamp"] + '[{"ü":1}]'
    assert sent["x-qn-signature"] == hmac.new(b"secret", message.encode(), hashlib.sha256).hexdigest()
    assert (sent["x-qn-nonce"], sent["x-qn-timestamp"]) == ("n0nce", "1790000000")


def test_nonces_are_seeded_and_never_repeat() -> None:
    """Each attempt of each delivery has its own, the same in every run."""
    made = [nonce(seed, delivery(number), attempt) for seed in (1, 2) for number in (1, 2) for attempt in range(4)]
    assert len(set(made)) == 16
    assert made[0] == nonce(1, delivery(1), 0)
