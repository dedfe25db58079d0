"""One JSON-RPC endpoint: batches out, answers sorted by what they prove. Never decides what an answer means for a slot.

What an answer proves (Answer): only GIVEN is a fact. ABSENT says that this endpoint has no such block, which proves
nothing about the chain (-32007 and -32009 also mean "missing here", -32001 "cleaned up here"). LATER says not yet
(-32004, -32014, a null). REFUSED says that this endpoint cannot serve the block as asked (-32015), which is never a
skip. Everything else (429, 5xx, time-outs, an unhealthy node) is passing and raises Unanswered.
"""

import asyncio
import time
from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from indexer.errors import SourceUnavailable
from indexer.metrics import RPC_REQUESTS, RPC_SECONDS, RPC_SLOT

ATTEMPTS_MAX = 2
RETRY_WAIT_MAX_S = 0.5
COOLDOWN_S = 2.0
COOLDOWN_MAX_S = 60.0
TOO_MANY_REQUESTS = 429

Shape = TypeVar("Shape")


class Answer(StrEnum):
    """What one answer proves."""

    GIVEN = "given"
    ABSENT = "absent"
    LATER = "later"
    REFUSED = "refused"


class Unanswered(SourceUnavailable):
    """The endpoint gave nothing that can be used; it is left alone for a while."""


class Call(msgspec.Struct, frozen=True, gc=False):
    """One method and its parameters."""

    method: str
    params: tuple[object, ...] = ()


class Result(msgspec.Struct, frozen=True, gc=False):
    """One answer; body is the result's JSON where it was given."""

    answer: Answer
    body: bytes = b""
    code: int = 0


class _Request(msgspec.Struct, frozen=True, gc=False):
    jsonrpc: str
    id: int
    method: str
    params: tuple[object, ...]


class _Error(msgspec.Struct, frozen=True, gc=False):
    code: int
    message: str = ""


class _Reply(msgspec.Struct, frozen=True, gc=False):
    id: int | None = None
    result: msgspec.Raw = msgspec.Raw(b"null")
    error: _Error | None = None


PROVES = {
    -32001: Answer.ABSENT,
    -32007: Answer.ABSENT,
    -32009: Answer.ABSENT,
    -32004: Answer.LATER,
    -32014: Answer.LATER,
    -32015: Answer.REFUSED,
}
_replies = msgspec.json.Decoder(list[_Reply])
_encoder = msgspec.json.Encoder()


class Endpoint:
    """One URL with what is known of its health."""

    def __init__(self, url: str, client: httpx.AsyncClient, *, name: str) -> None:
        self.name = name
        self.tip = 0
        self.finalized = 0
        self.errors = 0
        self.missed = 0
        self._url = url
        self._client = client
        self._rest_until_s = 0.0
        self._failures = 0

    @property
    def resting(self) -> bool:
        """Whether it failed a moment ago."""
        return time.monotonic() < self._rest_until_s

    async def ask(self, calls: Sequence[Call]) -> list[Result]:
        """Answers in the order of the calls. Raises Unanswered, after a short second try."""
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(httpx.TransportError),
            stop=stop_after_attempt(ATTEMPTS_MAX),
            wait=wait_random_exponential(multiplier=0.05, max=RETRY_WAIT_MAX_S),
            sleep=asyncio.sleep,
            reraise=True,
        )
        try:
            results = await retrying(self._exchange, calls)
        except (httpx.HTTPError, msgspec.DecodeError) as error:
            self._rest(calls, type(error).__name__)
            raise Unanswered(f"{self.name}: {type(error).__name__}: {error}") from error
        self._failures = 0
        return results

    def shaped(self, result: Result, decoder: msgspec.json.Decoder[Shape]) -> Shape:
        """A given answer as the value that it must be. Raises Unanswered for any other answer, which proves nothing."""
        if result.answer is not Answer.GIVEN:
            raise Unanswered(f"{self.name}: {result.answer} {result.code or 'null'}")
        try:
            return decoder.decode(result.body)
        except msgspec.DecodeError as error:
            self.rest()
            raise Unanswered(f"{self.name}: {error}") from error

    def saw(self, *, tip: int, finalized: int) -> None:
        """Remember how far it is."""
        self.tip, self.finalized = tip, finalized
        RPC_SLOT.labels(self.name).set(tip)

    def rest(self, seconds_s: float | None = None) -> None:
        """Prefer others for a while; longer with every failure in a row."""
        self.errors += 1
        self._failures += 1
        longer = COOLDOWN_S * 2 ** min(self._failures - 1, 5)
        self._rest_until_s = time.monotonic() + min(longer if seconds_s is None else seconds_s, COOLDOWN_MAX_S)

    def _rest(self, calls: Sequence[Call], code: str, seconds_s: float | None = None) -> None:
        """Count a failure of these calls, and rest."""
        for call in calls:
            RPC_REQUESTS.labels(self.name, call.method, code).inc()
        self.rest(seconds_s)

    async def _exchange(self, calls: Sequence[Call]) -> list[Result]:
        """One POST with a batch."""
        batch = [_Request("2.0", n, call.method, call.params) for n, call in enumerate(calls)]
        with RPC_SECONDS.labels(self.name).time():
            answer = await self._client.post(
                self._url, content=_encoder.encode(batch), headers={"content-type": "application/json"}
            )
        if answer.status_code == TOO_MANY_REQUESTS:
            self._rest(calls, "429", _seconds(answer.headers.get("retry-after")))
            raise Unanswered(f"{self.name}: too many requests")
        if answer.is_error:
            self._rest(calls, str(answer.status_code))
            raise Unanswered(f"{self.name}: HTTP {answer.status_code}")
        return self._sort(calls, _replies.decode(answer.content))

    def _sort(self, calls: Sequence[Call], replies: list[_Reply]) -> list[Result]:
        """The replies in the order of the calls, each with what it proves."""
        by_id = {reply.id: reply for reply in replies}
        results = []
        for n, call in enumerate(calls):
            reply = by_id.get(n)
            if reply is None:
                raise Unanswered(f"{self.name}: no answer to {call.method}")
            RPC_REQUESTS.labels(self.name, call.method, str(reply.error.code) if reply.error else "ok").inc()
            results.append(self._result(call, reply))
        return results

    def _result(self, call: Call, reply: _Reply) -> Result:
        """One reply as a Result; an error that says nothing of the slot raises Unanswered."""
        if reply.error is None:
            body = bytes(reply.result)
            return Result(Answer.LATER if body == b"null" else Answer.GIVEN, body)
        proves = PROVES.get(reply.error.code)
        if proves is None:
            self.rest()
            raise Unanswered(f"{self.name}: {call.method}: {reply.error.code} {reply.error.message}")
        return Result(proves, code=reply.error.code)


def named(urls: Sequence[str], client: httpx.AsyncClient) -> list[Endpoint]:
    """Endpoints with names that hold no token: host and port, numbered where they repeat."""
    names: list[str] = []
    for url in urls:
        parts = urlsplit(url)
        host = parts.hostname or "endpoint"
        name = f"{host}:{parts.port}" if parts.port else host
        names.append(name if name not in names else f"{name}#{len(names)}")
    return [Endpoint(url, client, name=name) for url, name in zip(urls, names, strict=True)]


def _seconds(text: str | None) -> float | None:
    """Retry-After in seconds; None where it is absent or a date."""
    return float(text) if text is not None and text.isdigit() else None
