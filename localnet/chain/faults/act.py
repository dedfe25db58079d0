"""Carries faults out on a chain: at once, or when a script says so."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from localnet.chain.errors import ForkTooDeep
from localnet.chain.faults.model import Dead, Fault, Forget, Fork, Grpc, Resume, Skip, Stall
from localnet.chain.faults.plan import Plan, due, extend
from localnet.chain.faults.script import Line

if TYPE_CHECKING:
    from localnet.chain.node import Chain

REFUSED_MAX = 100


def apply(chain: Chain, fault: Fault) -> None:
    """Put a fault in force on a chain; ForkTooDeep when a fork is not possible now."""
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
        case Dead():
            chain.die(fault.slots)
        case Stall():
            chain.stall(fault.slots)
        case Resume():
            chain.resume()
        case Grpc():
            for notify in chain.on_grpc:
                notify(fault)
        case Forget():
            chain.director.forget()
        case _:
            chain.faults.add(fault)


class Director:
    """Plays scripts on a chain: before each slot it applies what is due."""

    def __init__(self, chain: Chain, seed: int, slot_ms: int) -> None:
        self._chain = chain
        self._plan = Plan(seed=seed, slot_ms=slot_ms)
        self._beat = 0
        self.refused: deque[str] = deque(maxlen=REFUSED_MAX)

    @property
    def waiting(self) -> int:
        """How many lines have not played out."""
        return len(self._plan.entries)

    def take(self, lines: tuple[Line, ...]) -> tuple[str, ...]:
        """Play these lines too; what is to happen now happens at once. Returns what was refused of that."""
        self._plan = extend(self._plan, lines, beat=self._beat)
        return self._act()

    def forget(self) -> None:
        """Drop what has not been played, and what was refused."""
        self._plan = replace(self._plan, entries=())
        self.refused.clear()

    def beat(self) -> None:
        """A slot of time begins, also while the chain stalls: apply what is due, in the script's order."""
        slot = self._chain.next_slot
        self.refused.extend(f"at slot {slot}, {one}" for one in self._act())
        self._beat += 1

    def _act(self) -> tuple[str, ...]:
        """What was refused: a fork that is not possible now changes nothing. What a beat refused is kept in `refused`,
        with slot and line, until `forget`."""
        refused: list[str] = []
        faults, self._plan = due(self._plan, slot=self._chain.next_slot, beat=self._beat)
        for number, fault in faults:
            try:
                apply(self._chain, fault)
            except ForkTooDeep as error:
                refused.append(f"line {number}: {error}")
        return tuple(refused)
