"""Deliveries on which a fault acts: lost, doubled, turned round, late. Pure but for what it holds; no I/O."""

from __future__ import annotations

from dataclasses import dataclass

from localnet.chain.faults.model import Hook
from localnet.chain.hooks.model import Delivery


@dataclass(slots=True)
class _Late:
    delivery: Delivery
    height: int


class Outbox:
    """What is held back between a block and its sending."""

    def __init__(self) -> None:
        self._group: list[Delivery] = []
        self._late: list[_Late] = []

    def offer(self, delivery: Delivery, fate: Hook | None, height: int) -> list[Delivery]:
        """What is sent now, in this order, when a delivery with this fate comes at a block height."""
        match None if fate is None else fate.fate:
            case "lose":
                return []
            case "duplicate":
                return [delivery, delivery]
            case "delay":
                self._late.append(_Late(delivery, height + (fate.blocks if fate else 0)))
                return []
            case "reorder":
                self._group.append(delivery)
                return self._turned() if fate and len(self._group) >= fate.count else []
        return [delivery]

    def release(self, height: int) -> list[Delivery]:
        """What has been late for long enough."""
        ready = [one.delivery for one in self._late if one.height <= height]
        self._late = [one for one in self._late if one.height > height]
        return ready

    def flush(self) -> list[Delivery]:
        """Everything that is held, at once."""
        return self._turned() + self.release(2**63)

    def _turned(self) -> list[Delivery]:
        group, self._group = self._group[::-1], []
        return group
