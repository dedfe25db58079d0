"""A running chain from outside, for commands by hand: one call of its own methods, and moving it on. The shell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
import msgspec

from localnet.chain.errors import NotAnswered

ANSWER_S = 60.0
# Blocks of one call: between two calls the chain answers others, and who listens can read.
BLOCKS_MAX = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a chain is: its newest block's slot, height, and time (unix seconds)."""

    slot: int
    height: int
    unix_time: int


def ask(url: str, method: str, param: Any) -> dict[str, Any]:
    """The result of one of the chain's own methods; NotAnswered when it refuses or nothing there understands."""
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": [param]}
    try:
        reply = httpx.post(url, json=request, timeout=ANSWER_S, trust_env=False).raise_for_status()
        value: Any = msgspec.json.decode(reply.content)
    except (httpx.HTTPError, httpx.InvalidURL, msgspec.DecodeError) as error:
        raise NotAnswered(f"{url}: {error or type(error).__name__}") from error
    if not isinstance(value, dict) or not isinstance(value.get("result"), dict):
        raise NotAnswered(f"{url}: {_refusal(value)}")
    return value["result"]


def advance(url: str, slots: int, *, seconds: int | None = None, to: int | None = None, skip: bool = False) -> Place:
    """Let slots pass and the clock move on (`localnet_advance`), in as many calls as leave room for others."""
    clock: dict[str, int] = {}
    if to is not None:
        clock = {"to": to}
    elif seconds is not None:
        clock = {"to": _place(ask(url, "localnet_advance", {"slots": 0})).unix_time + seconds}
    while not skip and slots > BLOCKS_MAX:
        ask(url, "localnet_advance", {"slots": BLOCKS_MAX})
        slots -= BLOCKS_MAX
    return _place(ask(url, "localnet_advance", {"slots": slots, "skip": skip, **clock}))


def _place(result: dict[str, Any]) -> Place:
    return Place(slot=result["slot"], height=result["blockHeight"], unix_time=result["blockTime"])


def _refusal(value: Any) -> str:
    error = value.get("error") if isinstance(value, dict) else None
    return error.get("message", "no sense in its answer") if isinstance(error, dict) else "no sense in its answer"
