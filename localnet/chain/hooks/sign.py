"""Headers that prove where a delivery comes from. Pure: nonce and time are arguments.

Helius: the registered value, unchanged, as Authorization. QuickNode Streams: X-QN-Signature is the hexadecimal
HMAC-SHA256, keyed by the security token, of nonce + timestamp (unix seconds) + body."""

from __future__ import annotations

import hmac
from hashlib import sha256

from localnet.chain.hooks.model import Delivery


def nonce(seed: int, delivery: Delivery, attempt: int) -> str:
    """A value no other attempt has, the same in each run of a seed."""
    text = f"sealbook hook {seed} {delivery.hook.id} {delivery.number} {attempt}"
    return sha256(text.encode()).hexdigest()[:32]


def headers(delivery: Delivery, nonce: str, timestamp: int) -> dict[str, str]:
    """All headers of a delivery."""
    asked = delivery.hook.asked
    out = {"content-type": "application/json"}
    if asked.authorization is not None:
        out["authorization"] = asked.authorization
    if asked.token is not None:
        out |= {"x-qn-nonce": nonce, "x-qn-timestamp": str(timestamp)}
        out["x-qn-signature"] = signature(asked.token, nonce, str(timestamp), delivery.body)
    return out


def signature(token: str, nonce: str, timestamp: str, body: bytes) -> str:
    """QuickNode's signature of a body."""
    return hmac.new(token.encode(), nonce.encode() + timestamp.encode() + body, sha256).hexdigest()
