"""A node behind its URLs, as the interview asks it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import httpx

SETTLE_S = 60.0
REPLY_S = 120.0
LOOK_S = 0.05
REACHED = {"confirmed": ("confirmed", "finalized"), "finalized": ("finalized",)}


class HttpNode:
    """A node behind URLs. `skipped_slot` is one that has no block; one that `loses_the_thread` hangs up without a word
    when it is short of time."""

    def __init__(self, url: str, pubsub_url: str, skipped_slot: int = 0, *, loses_the_thread: bool = False) -> None:
        self.url = url
        self.pubsub_url = pubsub_url
        self.skipped_slot = skipped_slot
        self.loses_the_thread = loses_the_thread
        self._client = httpx.Client(base_url=url, timeout=REPLY_S, trust_env=False, verify=False)

    def post(self, body: bytes) -> Any:
        """The reply to a body."""
        reply = self._client.post("/", content=body, headers={"content-type": "application/json"})
        return reply.json() if reply.content else None

    def call(self, method: str, *params: Any) -> Any:
        """The whole reply to one call."""
        return self.post(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode())

    def skipped(self) -> int:
        """A slot that has no block, once the root has passed it."""
        self._until(lambda: self.is_past(self.skipped_slot), "the root does not pass a skipped slot")
        return self.skipped_slot

    def is_past(self, slot: int) -> bool:
        """Whether the root is above a slot; not yet when nobody answers."""
        try:
            return self.call("getSlot").get("result", 0) > slot
        except httpx.TransportError:
            return False

    def settle(self, signature: str, commitment: str) -> None:
        """Look until a signature has a commitment and its transaction is written down, which a validator does later."""
        config = {"commitment": commitment, "maxSupportedTransactionVersion": 1}

        def reached() -> bool:
            (status,) = self.call("getSignatureStatuses", [signature])["result"]["value"]
            if status is None or status["confirmationStatus"] not in REACHED[commitment]:
                return False
            found = self.call("getTransaction", signature, config)["result"]
            return found is not None and found["blockTime"] is not None

        self._until(reached, f"{signature} is not {commitment}")

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def _until(self, reached: Callable[[], bool], failure: str) -> None:
        deadline = time.monotonic() + SETTLE_S
        while not reached():
            if time.monotonic() > deadline:
                raise TimeoutError(failure)
            time.sleep(LOOK_S)
