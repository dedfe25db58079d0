"""The faults as values: what a chain, an endpoint or a webhook sender can be told to do wrong. Pure.

`read` takes them from JSON, `script` from lines of text; `force` and `act` carry them out."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, get_args

import msgspec

from localnet.chain.errors import BadFault

Endpoint = Literal["main", "fault", "both"]
SendFate = Literal["drop", "duplicate", "delay", "reply_lost"]
HookFate = Literal["lose", "duplicate", "reorder", "delay"]
About = Literal["skipped", "gap", "tip", "blockhash", "transactions", "inner", "statuses", "genesis"]
CHOICES: dict[str, tuple[str, ...]] = {"endpoint": get_args(Endpoint), "about": get_args(About)}
SLOTS_MAX = 10_000
_PLACE = re.compile(r"(?P<what>.*) - at `\$\.(?P<field>\w+)`")
Some = Annotated[int, msgspec.Meta(ge=1, le=SLOTS_MAX)]
SomeOrNone = Annotated[int, msgspec.Meta(ge=0, le=SLOTS_MAX)]


class Fork(msgspec.Struct, frozen=True, tag="fork", tag_field="kind", forbid_unknown_fields=True):
    """Drop the last `depth` blocks; `replace` makes others in the same slots at once."""

    depth: int
    replace: bool = True
    transactions: Literal["requeue", "drop"] = "requeue"
    beyond_final: bool = False


class Skip(msgspec.Struct, frozen=True, tag="skip", tag_field="kind", forbid_unknown_fields=True):
    """The next block leaves out `slots` slots."""

    slots: Some = 1


class Dead(msgspec.Struct, frozen=True, tag="dead", tag_field="kind", forbid_unknown_fields=True):
    """The next `slots` slots are begun and die: no block, but whoever follows slots is told of them."""

    slots: Some = 1


class Stall(msgspec.Struct, frozen=True, tag="stall", tag_field="kind", forbid_unknown_fields=True):
    """No blocks by time for `slots` slots; None: until resume."""

    slots: Some | None = None


class Resume(msgspec.Struct, frozen=True, tag="resume", tag_field="kind", forbid_unknown_fields=True):
    """Blocks by time again."""


class Send(msgspec.Struct, frozen=True, tag="send", tag_field="kind", forbid_unknown_fields=True):
    """The next `count` accepted transactions are dropped, queued twice (the second time `blocks` blocks later),
    delayed by `blocks` blocks, or queued with their answer lost."""

    fate: SendFate
    count: Some = 1
    blocks: SomeOrNone = 4
    endpoint: Endpoint = "both"


class Error(msgspec.Struct, frozen=True, tag="error", tag_field="kind", forbid_unknown_fields=True):
    """The next `count` calls of `method` (`*`: any) answer this JSON-RPC error; None: until `clear`."""

    method: str
    code: int = -32005
    message: str = "Node is unhealthy"
    count: Some | None = 1
    endpoint: Endpoint = "both"


class Http(msgspec.Struct, frozen=True, tag="http", tag_field="kind", forbid_unknown_fields=True):
    """The next `count` requests get this HTTP status instead of an answer; None: until `clear`."""

    status: Annotated[int, msgspec.Meta(ge=400, le=599)]
    count: Some | None = 1
    endpoint: Endpoint = "both"


class Limit(msgspec.Struct, frozen=True, tag="limit", tag_field="kind", forbid_unknown_fields=True):
    """An endpoint answers `calls` calls per `slots` slots, HTTP 429 to the others; 0 calls end it."""

    calls: SomeOrNone
    slots: Some = 1
    endpoint: Endpoint = "both"


class Lag(msgspec.Struct, frozen=True, tag="lag", tag_field="kind", forbid_unknown_fields=True):
    """An endpoint sees the chain `blocks` blocks late; 0 ends it."""

    blocks: SomeOrNone
    endpoint: Endpoint = "fault"


class Lie(msgspec.Struct, frozen=True, tag="lie", tag_field="kind", forbid_unknown_fields=True):
    """The next `count` answers of an endpoint that speak of `about` are false; None: until `clear`."""

    about: About
    count: Some | None = None
    endpoint: Endpoint = "fault"


class Truncate(msgspec.Struct, frozen=True, tag="truncate", tag_field="kind", forbid_unknown_fields=True):
    """An endpoint remembers only its newest `blocks` blocks; 0 ends it."""

    blocks: SomeOrNone
    endpoint: Endpoint = "fault"


class Hook(msgspec.Struct, frozen=True, tag="hook", tag_field="kind", forbid_unknown_fields=True):
    """The next `count` webhook deliveries are lost, sent twice, sent in reverse order, or `blocks` blocks late."""

    fate: HookFate
    count: Some = 1
    blocks: SomeOrNone = 4


class Clear(msgspec.Struct, frozen=True, tag="clear", tag_field="kind", forbid_unknown_fields=True):
    """Forget every fault that still waits for requests, and send the deliveries that are held back."""


class Grpc(msgspec.Struct, frozen=True, tag="grpc", tag_field="kind", forbid_unknown_fields=True):
    """Every open stream is cut; or all but the newest `slots` slots can no longer be replayed (OUT_OF_RANGE)."""

    fate: Literal["cut", "forget"]
    slots: Some = 1


class Forget(msgspec.Struct, frozen=True, tag="forget", tag_field="kind", forbid_unknown_fields=True):
    """Drop every line of a script that still waits for its time."""


OfChain = Fork | Skip | Dead | Stall | Resume | Grpc | Forget
OfRequests = Send | Error | Http | Limit | Lag | Lie | Truncate | Hook | Clear
Fault = OfChain | OfRequests


def read(value: Any) -> Fault:
    """A fault from JSON, `{"kind": ..., ...}`; BadFault says what is wrong with it."""
    try:
        return msgspec.convert(value, Fault)
    except msgspec.ValidationError as error:
        raise BadFault(_PLACE.sub(_named, str(error))) from error


def _named(match: re.Match[str]) -> str:
    """msgspec names the field behind its sentence."""
    choices = CHOICES.get(match["field"])
    known = f"; there are: {', '.join(choices)}" if choices else ""
    return f"{match['field']}: {match['what']}{known}"
