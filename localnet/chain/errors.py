"""What the embedded chain refuses, and how it says so on the wire.

ChainError
├── Transient                ask again: the answer may change
│   ├── RpcError             a JSON-RPC error object: code, message, data
│   │   └── UnsupportedVersion   of a transaction that the caller did not say it can read
│   ├── HttpFault            an HTTP status instead of an answer (a fault by command, or bytes that are no text)
│   └── ReplyLost            the request was carried out, the answer is not sent (a fault by command)
└── Fatal                    the chain cannot do what it was asked
    ├── BadOptions           it cannot start so
    ├── ForkTooDeep          the blocks to drop are no longer undoable
    ├── NotAnswered              nobody at the address answers, or not as this chain does
    ├── BadFault             a fault or a line of a fault script that cannot be read
    └── BadHook              a webhook that cannot be registered
"""

from __future__ import annotations

from typing import Any


class ChainError(Exception):
    """The embedded chain could not answer."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__)


class Transient(ChainError):
    """Not now: asking again may succeed."""


class Fatal(ChainError):
    """Asking again will not help."""


class RpcError(Transient):
    """A JSON-RPC error answer; codes and sentences are those of Agave 4.2.2."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


class UnsupportedVersion(RpcError):
    """-32015: a transaction of a version that the caller did not say it can read."""

    def __init__(self, version: int) -> None:
        super().__init__(
            -32015,
            f"Transaction version ({version}) is not supported by the requesting client. Please try the request "
            f'again with the following configuration parameter: "maxSupportedTransactionVersion": {version}',
        )
        self.version = version


class HttpFault(Transient):
    """The request is refused below JSON-RPC: with an HTTP status and a sentence, perhaps with `Retry-After`."""

    def __init__(self, status: int, retry_after_s: int | None = None, sentence: str | None = None) -> None:
        super().__init__(f"HTTP {status}")
        self.sentence = f"{status}\n" if sentence is None else sentence
        self.status = status
        self.retry_after_s = retry_after_s


class ReplyLost(Transient):
    """The request took effect and its answer is lost."""


class BadOptions(Fatal):
    """The chain cannot start with these options."""


class ForkTooDeep(Fatal):
    """The fork is deeper than the blocks that can still be undone."""


class NotAnswered(Fatal):
    """The chain at an address refuses, or nobody there understands."""


class BadFault(Fatal):
    """There is no such fault."""


class BadHook(Fatal):
    """There can be no such webhook."""


def invalid_params(message: str, data: Any = None) -> RpcError:
    """The error of a request whose parameters cannot be used."""
    return RpcError(-32602, message, data)
