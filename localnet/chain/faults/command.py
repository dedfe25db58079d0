"""Gives a running chain faults from outside: the words of a command or a file, checked first, then sent. The shell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
import msgspec

from localnet.chain.errors import BadFault
from localnet.chain.faults.script import parse

ANSWER_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How many lines of all scripts still wait, and which were refused when their time came."""

    waiting: int
    refused: tuple[str, ...]


def send(url: str, text: str) -> Played:
    """Play a script on the chain at `url`; returns what is so there now.

    BadFault when a line cannot be read, when the chain refuses, or when nothing there understands.
    """
    if not parse(text):
        raise BadFault("there is no line in this script")
    request = {"jsonrpc": "2.0", "id": 1, "method": "localnet_fault", "params": [text]}
    try:
        reply = httpx.post(url, json=request, timeout=ANSWER_S, trust_env=False).raise_for_status()
        value: Any = msgspec.json.decode(reply.content)
    except (httpx.HTTPError, httpx.InvalidURL, msgspec.DecodeError) as error:
        raise BadFault(f"{url}: {error or type(error).__name__}") from error
    if not isinstance(value, dict) or "result" not in value:
        raise BadFault(f"{url}: {_refusal(value)}")
    return Played(waiting=value["result"]["waiting"], refused=tuple(value["result"]["refused"]))


def _refusal(value: Any) -> str:
    error = value.get("error") if isinstance(value, dict) else None
    return error.get("message", "no sense in its answer") if isinstance(error, dict) else "no sense in its answer"
