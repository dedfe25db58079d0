"""The faults that wait for requests and deliveries. Counted, in order: same commands, same run."""

from __future__ import annotations

from dataclasses import dataclass

from localnet.chain.errors import HttpFault, RpcError
from localnet.chain.faults.model import Clear, Error, Hook, Http, Lag, Lie, Limit, OfRequests, Send, Truncate

OWN_METHODS = "localnet_"


@dataclass(slots=True)
class _Left:
    """A fault and how often it will still act."""

    fault: Send | Error | Http | Lie | Hook
    count: int | None


@dataclass(slots=True)
class _Window:
    """A limit, and what was used of it since slot `since`."""

    limit: Limit
    since: int = -1
    used: int = 0


class Faults:
    """The faults in force."""

    def __init__(self) -> None:
        self._left: list[_Left] = []
        self._lags: dict[str, int] = {}
        self._kept: dict[str, int] = {}
        self._windows: dict[str, _Window] = {}
        self.clears = 0

    def add(self, fault: OfRequests) -> None:
        """Put a fault in force."""
        match fault:
            case Clear():
                for held in (self._left, self._lags, self._kept, self._windows):
                    held.clear()
                self.clears += 1
            case Lag():
                self._lags |= dict.fromkeys(_names(fault.endpoint), fault.blocks)
            case Truncate():
                self._kept |= dict.fromkeys(_names(fault.endpoint), fault.blocks)
            case Limit():
                for name in _names(fault.endpoint):
                    self._windows[name] = _Window(fault)
            case _:
                self._left.append(_Left(fault, fault.count))

    def lag(self, endpoint: str) -> int:
        """How many blocks late an endpoint sees the chain."""
        return self._lags.get(endpoint, 0)

    def kept(self, endpoint: str) -> int:
        """How many blocks an endpoint still remembers; 0: all that the chain does."""
        return self._kept.get(endpoint, 0)

    def meet_request(self, endpoint: str, slot: int) -> None:
        """Raise the HttpFault a request must get, if any; `slot` is the chain's."""
        for left in self._left:
            fault = left.fault
            if isinstance(fault, Http) and fault.endpoint in (endpoint, "both"):
                self._use(left)
                raise HttpFault(fault.status)
        window = self._windows.get(endpoint)
        if window is None or not window.limit.calls:
            return
        if not window.since <= slot < window.since + window.limit.slots or window.since < 0:
            window.since, window.used = slot, 0
        window.used += 1
        if window.used > window.limit.calls:
            raise HttpFault(429, retry_after_s=1)

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

    def meet_answer(self, endpoint: str, abouts: frozenset[str]) -> Lie | None:
        """The lie that an answer about these things must be, if any."""
        for left in self._left:
            fault = left.fault
            if isinstance(fault, Lie) and fault.about in abouts and fault.endpoint in (endpoint, "both"):
                self._use(left)
                return fault
        return None

    def meet_hook(self) -> Hook | None:
        """The fate of a webhook delivery, if it is not the common one."""
        for left in self._left:
            if isinstance(left.fault, Hook):
                self._use(left)
                return left.fault
        return None

    def _use(self, left: _Left) -> None:
        if left.count is None:
            return
        left.count -= 1
        if left.count <= 0:
            self._left.remove(left)


def _names(endpoint: str) -> tuple[str, ...]:
    return ("main", "fault") if endpoint == "both" else (endpoint,)
