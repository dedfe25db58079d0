"""The registered webhooks of a chain: which deliveries each confirmed block makes, and what became of them.

Synchronous and deterministic; nothing is sent here: `deliver` takes from `ready`."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from localnet.chain.errors import BadHook
from localnet.chain.hooks.enhanced import enhanced
from localnet.chain.hooks.model import Attempt, Delivery, Record, Registration, State, Webhook, webhook
from localnet.chain.hooks.outbox import Outbox
from localnet.chain.hooks.raw import raw_body

if TYPE_CHECKING:
    from localnet.chain.model import Block, Landed
    from localnet.chain.node import Chain

WEBHOOKS_MAX = 100
RECORDS_MAX = 10_000
READY_MAX = 10_000


class Hooks:
    """All webhooks of a chain."""

    def __init__(self, chain: Chain, seed: int) -> None:
        self._chain = chain
        self.seed = seed
        self.ready: deque[Delivery] = deque()
        self.on_ready: list[Callable[[], None]] = []
        self._webhooks: dict[str, Webhook] = {}
        self._records: dict[int, Record] = {}
        self._outbox = Outbox()
        self._made = 0
        self._numbered = 0
        self._told_slot = 0
        self._clears = 0

    @property
    def registered(self) -> tuple[Webhook, ...]:
        """The webhooks, oldest first."""
        return tuple(self._webhooks.values())

    @property
    def records(self) -> tuple[Record, ...]:
        """The newest deliveries, oldest first."""
        return tuple(self._records.values())

    def add(self, asked: Registration) -> Webhook:
        """Register; transactions confirmed from now on are delivered. BadHook when it cannot be."""
        if len(self._webhooks) >= WEBHOOKS_MAX:
            raise BadHook(f"at most {WEBHOOKS_MAX} webhooks")
        name = f"sealbook webhook {self.seed} {self._made}"
        made = webhook(str(UUID(bytes=sha256(name.encode()).digest()[:16])), asked)
        self._made += 1
        if not self._webhooks:
            self._told_slot = self._chain.at("confirmed").slot
        self._webhooks[made.id] = made
        return made

    def remove(self, id_: str) -> bool:
        """Forget a webhook; what is on its way still arrives. Whether there was one."""
        return self._webhooks.pop(id_, None) is not None

    def block(self, tip: Block) -> None:
        """A block was made: deliver what became confirmed by it.

        After a fork the slots that come again are told again, as a provider does that had told them too early.
        """
        if self._chain.faults.clears != self._clears:
            self._clears = self._chain.faults.clears
            self._send(self._outbox.flush())
        self._send(self._outbox.release(tip.height))
        confirmed = self._chain.at("confirmed").slot
        told, self._told_slot = self._told_slot, confirmed
        if not self._webhooks:
            return
        for slot in self._chain.ledger.slots(told + 1, confirmed):
            block = self._chain.ledger.block(slot)
            if block is None:
                continue
            for landed in block.transactions:
                self._tell(block, landed, tip.height)

    def tried(self, delivery: Delivery, attempt: Attempt) -> None:
        """An attempt was made."""
        record = self._records.get(delivery.number)
        if record is None:
            return
        state: State = "delivered" if attempt.accepted or record.state == "delivered" else "waiting"
        changed = msgspec.structs.replace(record, attempts=(*record.attempts, attempt), state=state)
        self._records[delivery.number] = changed

    def lost(self, delivery: Delivery) -> None:
        """No further attempt will be made."""
        record = self._records.get(delivery.number)
        if record is not None and record.state != "delivered":
            self._records[delivery.number] = msgspec.structs.replace(record, state="lost")

    def _tell(self, block: Block, landed: Landed, height: int) -> None:
        keys = landed.outcome.keys
        for hook in self._webhooks.values():
            if hook.addresses and hook.addresses.isdisjoint(keys):
                continue
            body = _body(hook, block, landed)
            if body is None:
                continue
            self._numbered += 1
            delivery = Delivery(
                number=self._numbered, hook=hook, slot=block.slot, signature=landed.wire.signature, body=body
            )
            fate = self._chain.faults.meet_hook()
            self._record(delivery, "lost" if fate is not None and fate.fate == "lose" else "held")
            self._send(self._outbox.offer(delivery, fate, height))

    def _record(self, delivery: Delivery, state: State) -> None:
        self._records[delivery.number] = Record(
            number=delivery.number,
            webhook=delivery.hook.id,
            slot=delivery.slot,
            signature=delivery.signature,
            state=state,
        )
        if len(self._records) > RECORDS_MAX:
            del self._records[next(iter(self._records))]

    def _send(self, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            if len(self.ready) >= READY_MAX:
                self.lost(delivery)
                continue
            record = self._records.get(delivery.number)
            if record is not None:
                self._records[delivery.number] = msgspec.structs.replace(record, state="waiting")
            self.ready.append(delivery)
        for wake in self.on_ready if deliveries else ():
            wake()


def _body(hook: Webhook, block: Block, landed: Landed) -> bytes | None:
    """The body a webhook gets of a transaction; None when it gets none: enhanced ones hear of no failed transaction."""
    if hook.asked.body == "raw":
        return raw_body(block, landed)
    if landed.outcome.error is not None:
        return None
    value = enhanced(block, landed)
    wanted = hook.asked.types
    return msgspec.json.encode([value]) if "ANY" in wanted or value["type"] in wanted else None
