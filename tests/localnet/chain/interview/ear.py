"""One WebSocket of a node: what is asked on it, and everything that is heard on it, in order."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from types import TracebackType
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.localnet.chain.interview.node import HttpNode

HEAR_S = 30.0
# A request whose reply shows that what was said before it is not answered.
_AFTER_ID = 77
_AFTER = json.dumps({"jsonrpc": "2.0", "id": _AFTER_ID, "method": "nothing"})


class Ear:
    """A connection. `heard` holds the notifications so far, oldest first; what is not told is a TimeoutError."""

    def __init__(self, node: HttpNode) -> None:
        self._node = node
        self._open = ExitStack()
        self._number = 0
        self.heard: list[dict[str, Any]] = []

    def __enter__(self) -> Ear:
        connecting = connect(
            self._node.pubsub_url, open_timeout=HEAR_S, ping_interval=None, compression=None, max_size=None
        )
        self._socket = self._open.enter_context(connecting)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def ask(self, method: str, *params: Any) -> Any:
        """The reply to a call; what is heard before it is kept."""
        self._number += 1
        self._socket.send(json.dumps({"jsonrpc": "2.0", "id": self._number, "method": method, "params": list(params)}))
        while True:
            message = self._hear()
            if message.get("id") == self._number:
                return message
            self.heard.append(message)

    def say(self, message: str | bytes) -> Any:
        """The answer to any message; `silence` where there is none, or the code with which the node hangs up."""
        self._socket.send(message)
        try:
            self._socket.send(_AFTER)
            answer = self._next()
            return "silence" if isinstance(answer, dict) and answer.get("id") == _AFTER_ID else answer
        except ConnectionClosed as closed:
            return {"closed": None if closed.rcvd is None else closed.rcvd.code}

    def until(self, heard: Any) -> None:
        """Listen until `heard()` is true of what was heard."""
        deadline = time.monotonic() + HEAR_S
        while not heard():
            if time.monotonic() > deadline:
                raise TimeoutError("it was not heard")
            self.heard.append(self._hear())

    def of(self, id_: int) -> list[dict[str, Any]]:
        """What one subscription has told so far."""
        return [one for one in self.heard if one["params"]["subscription"] == id_]

    def _hear(self) -> Any:
        try:
            return self._next()
        except ConnectionClosed as closed:
            if closed.rcvd is None and self._node.loses_the_thread:
                raise TimeoutError("the node fell behind with its own notifications and hung up") from closed
            raise

    def _next(self) -> Any:
        return json.loads(self._socket.recv(timeout=HEAR_S))
