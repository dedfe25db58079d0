"""Faults by command: what an endpoint does wrong to a request. Counted, in order: same commands, same run.

Forks, skipped slots and stalls act on the chain (`apply`); the others wait here until a request meets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from localnet.chain.errors import BadFault, RpcError

if TYPE_CHECKING:
    from localnet.chain.node import Chain

Endpoint = Literal["main", "fault", "both"]
SendFate = Literal["drop", "duplicate", "delay", "reply_lost"]


class Fork(msgspec.Struct, frozen=True, tag="fork", tag_field="kind", forbid_unknown_fields=True):
    """Drop the last `depth` blocks."""

    depth: int
    replace: bool = True
    transactions: Literal["requeue", "drop"] = "requeue"
    beyond_final: bool = False


class Skip(msgspec.Struct, frozen=True, tag="skip", tag_field="kind", forbid_unknown_fields=True):
    """The next block leaves out `slots` slots."""

    slots: int = 1


class Stall(msgspec.Struct, frozen=True, tag="stall", tag_field="kind", forbid_unknown_fields=True):
    """No blocks by time for `slots` slots; None: until resume."""

    slots: int | None = None


class Resume(msgspec.Struct, frozen=True, tag="resume", tag_field="kind", forbid_unknown_fields=True):
    """Blocks by time again."""


class Send(msgspec.Struct, frozen=True, tag="send", tag_field="kind", forbid_unknown_fields=True):
    """The next `count` accepted transactions are dropped, queued twice (the second time `blocks` blocks later),
    delayed by `blocks` blocks, or queued with their answer lost."""

    fate: SendFate
    count: int = 1
    blocks: int = 4
    endpoint: Endpoint = "both"


class Error(msgspec.Struct, frozen=True, tag="error", tag_field="kind", forbid_unknown_fields=True):
    """The next `count` calls of `method` (`*`: any) answer this error; None: until `clear`."""

    method: str
    code: int = -32005
    message: str = "Node is unhealthy"
    count: int | None = 1
    endpoint: Endpoint = "both"


class Lag(msgspec.Struct, frozen=True, tag="lag", tag_field="kind", forbid_unknown_fields=True):
    """An endpoint sees the chain `blocks` blocks late; 0 ends it."""

    blocks: int
    endpoint: Endpoint = "fault"


class Clear(msgspec.Struct, frozen=True, tag="clear", tag_field="kind", forbid_unknown_fields=True):
    """Forget all send, error and lag faults."""


Fault = Fork | Skip | Stall | Resume | Send | Error | Lag | Clear


@dataclass(slots=True)
class _Left:
    """A fault and how often it will still act."""

    fault: Send | Error
    count: int | None


class Faults:
    """The faults that wait for requests."""

    def __init__(self) -> None:
        self._left: list[_Left] = []
        self._lags: dict[str, int] = {}

    def add(self, fault: Send | Error | Lag | Clear) -> None:
        """Put a fault in force."""
        match fault:
            case Clear():
                self._left.clear()
                self._lags.clear()
            case Lag():
                for name in ("main", "fault") if fault.endpoint == "both" else (fault.endpoint,):
                    self._lags[name] = fault.blocks
            case _:
                self._left.append(_Left(fault, fault.count))

    def lag(self, endpoint: str) -> int:
        """How many blocks late an endpoint sees the chain."""
        return self._lags.get(endpoint, 0)

    def meet_method(self, method: str, endpoint: str) -> None:
        """Raise the RpcError a call must answer, if any."""
        for left in self._left:
            fault = left.fault
            if isinstance(fault, Error) and fault.method in (method, "*") and fault.endpoint in (endpoint, "both"):
                self._use(left)
                raise RpcError(fault.code, fault.message)

    def meet_send(self, endpoint: str) -> Send | None:
        """The fate of an accepted transaction, if it is not the common one."""
        for left in self._left:
            fault = left.fault
            if isinstance(fault, Send) and fault.endpoint in (endpoint, "both"):
                self._use(left)
                return fault
        return None

    def _use(self, left: _Left) -> None:
        if left.count is None:
            return
        left.count -= 1
        if left.count <= 0:
            self._left.remove(left)


def read(value: Any) -> Fault:
    """A fault from JSON, `{"kind": ..., ...}`; BadFault says what is wrong with it."""
    try:
        return msgspec.convert(value, Fault)
    except msgspec.ValidationError as error:
        raise BadFault(str(error)) from error


def apply(chain: Chain, fault: Fault) -> None:
    """Put a fault in force on a chain."""
    match fault:
        case Fork():
            chain.fork(
                fault.depth,
                replace_blocks=fault.replace,
                transactions=fault.transactions,
                beyond_final=fault.beyond_final,
            )
        case Skip():
            chain.skip(fault.slots)
        case Stall():
            chain.stall(fault.slots)
        case Resume():
            chain.resume()
        case _:
            chain.faults.add(fault)
