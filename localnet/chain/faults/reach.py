"""What a fault can reach on a running chain: methods there are, endpoints that are served. Pure.

A fault that could never act is a mistake of whoever gives it, and is refused at once."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from localnet.chain.errors import BadFault
from localnet.chain.faults.model import Error, Fault, Grpc
from localnet.chain.faults.script import Line, drawn

ANY_METHOD = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What there is."""

    methods: frozenset[str]
    second_endpoint: bool
    grpc: bool

    def check(self, fault: Fault) -> None:
        """BadFault when it could never act, with what would let it."""
        if isinstance(fault, Error) and fault.method not in self.methods | {ANY_METHOD}:
            raise BadFault(f"`{fault.method}` is no method; `{ANY_METHOD}` is any")
        if isinstance(fault, Grpc) and not self.grpc:
            raise BadFault("this chain serves no gRPC: start it with --geyser-port")
        if getattr(fault, "endpoint", None) == "fault" and not self.second_endpoint:
            raise BadFault("this chain has no second endpoint: start it with --fault-rpc-port, or say `on main`")

    def check_lines(self, lines: tuple[Line, ...]) -> None:
        """The same for each line of a script; the line is named."""
        for line in lines:
            try:
                self.check(drawn(line.fault, Random(0)))
            except BadFault as error:
                raise BadFault(f"line {line.number}: {error}") from error
