"""Subscriptions: who wants what, and the notifications a new block means. No sockets: a subscriber is a callable.

What a block means is found and encoded once for all who want the same; only the subscription's id differs."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import msgspec
from solders.account import Account
from solders.pubkey import Pubkey

from localnet.chain.errors import RpcError, UnsupportedVersion
from localnet.chain.model import COMMITMENTS, Block, Commitment
from localnet.chain.node import Chain
from localnet.chain.pubsub.requests import KINDS, READERS, Send, Subscription
from localnet.chain.rpc.accounts import account_json
from localnet.chain.rpc.endpoint import Endpoint
from localnet.chain.rpc.params import Params
from localnet.chain.rpc.render import block_json
from localnet.chain.wire import SYSTEM

NOTIFIED_BLOCKS_MAX = 1_024
# Kinds of which a block is asked for what it has, not each subscriber for what it wants.
_TARGETED = frozenset({"account", "signature"})


class Subscriptions:
    """All subscriptions of a chain."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._max = chain.options.subscriptions_max
        self._endpoint = Endpoint(chain, "pubsub")
        self._ids = count()
        self._all: dict[int, Subscription] = {}
        self._kinds: dict[str, dict[int, Subscription]] = {kind: {} for kind in KINDS}
        self._targets: dict[tuple[str, Any], dict[int, Subscription]] = {}
        # By what is asked and by whom.
        self._known: dict[Subscription, int] = {}
        self._notified: dict[Commitment, deque[str]] = {
            one: deque([chain.at(one).blockhash], maxlen=NOTIFIED_BLOCKS_MAX) for one in COMMITMENTS
        }
        chain.on_block.append(self._on_block)
        chain.on_dead.append(self._on_dead)
        chain.on_received.append(self._on_received)

    def __len__(self) -> int:
        return len(self._all)

    def add(self, method: str, params: Params, send: Send) -> int:
        """Subscribe; the id by which notifications and unsubscribing know it.

        Who asks for the same again is told the id it has, as by a validator."""
        asked = READERS[method](0, params, send)
        known = self._known.get(asked)
        if known is not None:
            return known
        if len(self._all) >= self._max:
            raise refused()
        made = replace(asked, id=next(self._ids))
        self._all[made.id] = self._kinds[made.kind][made.id] = made
        self._known[asked] = made.id
        if made.kind in _TARGETED:
            self._targets.setdefault((made.kind, made.target), {})[made.id] = made
        return made.id

    def begin(self, id_: int) -> None:
        """Tell a new subscriber what is already so; to be called once it knows the id."""
        one = self._all.get(id_)
        if one is not None and one.kind == "signature":
            self._catch_up(one)

    def remove(self, id_: int) -> bool:
        """Unsubscribe; False when there is no such subscription."""
        one = self._all.pop(id_, None)
        if one is None:
            return False
        del self._kinds[one.kind][id_]
        del self._known[replace(one, id=0)]
        if one.kind in _TARGETED:
            same = self._targets[one.kind, one.target]
            del same[id_]
            if not same:
                del self._targets[one.kind, one.target]
        return True

    def _catch_up(self, one: Subscription) -> None:
        """A signature that already has the commitment is told at once."""
        landed = self._chain.ledger.find(one.target)
        block = None if landed is None else self._endpoint.knows(landed.slot, one.commitment)
        if landed is not None and block is not None:
            _notify(one, msgspec.json.encode(_of(block.slot, {"err": landed.outcome.error})))
            self.remove(one.id)

    def _on_received(self, signature: str) -> None:
        for one in self._targets.get(("signature", signature), {}).values():
            if one.received:
                _notify(one, msgspec.json.encode(_of(self._chain.tip.slot, "receivedSignature")))

    def _on_block(self, block: Block) -> None:
        root = self._chain.at("finalized")
        self._tell("slot", {"slot": block.slot, "parent": block.parent_slot, "root": root.slot})
        for update in made_updates(block):
            self._tell("slotsUpdates", update)
        for commitment in COMMITMENTS:
            for reached in self._newly(commitment):
                if commitment != "processed":
                    self._tell("slotsUpdates", slot_update(_REACHED[commitment], reached))
                if commitment == "finalized":
                    self._tell("root", reached.slot)
                self._block_reached(reached, commitment)

    def _on_dead(self, slot: int, parent: int) -> None:
        """A slot that died was begun like any other: it is told, and then that it is dead."""
        self._tell("slot", {"slot": slot, "parent": parent, "root": self._chain.at("finalized").slot})
        step = {"slot": slot, "timestamp": self._chain.time_of(slot) * 1000}
        self._tell("slotsUpdates", {"type": "createdBank", **step, "parent": parent})
        self._tell("slotsUpdates", {"type": "dead", **step, "err": DEAD})

    def _newly(self, commitment: Commitment) -> list[Block]:
        """The blocks that have this commitment since last time, oldest first; after a fork the new ones."""
        seen = self._notified[commitment]
        block: Block | None = self._chain.at(commitment)
        found: list[Block] = []
        while block is not None and block.blockhash not in seen and len(found) < NOTIFIED_BLOCKS_MAX:
            found.append(block)
            block = self._chain.ledger.block(block.parent_slot)
        found.reverse()
        seen.extend(one.blockhash for one in found)
        return found

    def _tell(self, kind: str, result: Any) -> None:
        if self._kinds[kind]:
            encoded = msgspec.json.encode(result)
            for one in list(self._kinds[kind].values()):
                _notify(one, encoded)

    def _block_reached(self, block: Block, commitment: Commitment) -> None:
        """Tell those who listen at a commitment what a block means to them, in the order in which they subscribed."""
        told: dict[Subscription, list[bytes]] = {}
        for one in sorted(self._concerned(block, commitment), key=lambda one: one.id):
            asked = replace(one, id=0, send=_nobody)
            if asked not in told:
                told[asked] = [msgspec.json.encode(_of(block.slot, value)) for value in self._values(one, block)]
            for encoded in told[asked]:
                _notify(one, encoded)
            if one.kind == "signature" and told[asked]:
                self.remove(one.id)

    def _concerned(self, block: Block, commitment: Commitment) -> list[Subscription]:
        """Whom a block may have something for."""
        wanted = [("account", key) for key in block.before]
        wanted += [("signature", landed.wire.signature) for landed in block.transactions]
        groups = [self._targets[one] for one in wanted if one in self._targets] if self._targets else []
        groups += [self._kinds[kind] for kind in ("program", "logs", "block")]
        return [one for group in groups for one in group.values() if one.commitment == commitment]

    def _values(self, one: Subscription, block: Block) -> Iterator[Any]:
        """What a block has for a subscription."""
        match one.kind:
            case "account":
                return self._account(one, block)
            case "program":
                return self._program(one, block)
            case "logs":
                return self._logs(one, block)
            case "signature":
                return self._signature(one, block)
            case _:
                return self._block(one, block)

    def _account(self, one: Subscription, block: Block) -> Iterator[Any]:
        account = self._chain.account(one.target, block)
        if account == block.before[one.target]:
            return
        value = self._shown(one, block, one.target, account or _ABSENT)
        yield value if account else {**(value or {}), "rentEpoch": 0}

    def _program(self, one: Subscription, block: Block) -> Iterator[Any]:
        for key, before in block.before.items():
            account = self._chain.account(key, block)
            if account is None or account.owner != one.target or account == before:
                continue
            if all(rule.matches(account) for rule in one.filters):
                value = self._shown(one, block, key, account)
                yield {"pubkey": str(key), "account": value}

    def _shown(self, one: Subscription, block: Block, key: Pubkey, account: Account) -> dict[str, Any] | None:
        """Whole: like Agave's, a notification leaves the slice that was asked for out of account."""
        return account_json(self._endpoint, block, key, account, one.encoding, told=True)

    def _logs(self, one: Subscription, block: Block) -> Iterator[Any]:
        """Of what was executed: a transaction that failed to load has no logs and is not told."""
        for landed in block.transactions:
            logs = landed.outcome.logs
            if logs is not None and (one.target is None or one.target in landed.outcome.keys):
                yield {"signature": landed.wire.signature, "err": landed.outcome.error, "logs": list(logs)}

    def _signature(self, one: Subscription, block: Block) -> Iterator[Any]:
        landed = self._chain.ledger.find(one.target)
        if landed is not None and landed.slot == block.slot:
            yield {"err": landed.outcome.error}

    def _block(self, one: Subscription, block: Block) -> Iterator[Any]:
        if one.target is not None:
            mentioning = tuple(landed for landed in block.transactions if one.target in landed.outcome.keys)
            if not mentioning:
                return
            block = replace(block, transactions=mentioning)
        identity, shown, error = str(self._chain.bank.identity), None, None
        try:
            shown = block_json(block, identity, one.encoding, one.details, one.rewards, one.version_max)
        except UnsupportedVersion as unsupported:
            error = {"UnsupportedTransactionVersion": unsupported.version}
        yield {"slot": block.slot, "block": shown, "err": error}


def refused() -> RpcError:
    """The error of a subscription too many."""
    return RpcError(-32603, "Internal Error: Subscription refused. Node subscription limit reached")


def _nobody(message: bytes) -> None:
    """Hears nothing."""


DEAD = "error: InvalidBlock(TooFewTicks)"
_REACHED = {"confirmed": "optimisticConfirmation", "finalized": "root"}


def slot_update(kind: str, block: Block) -> dict[str, Any]:
    """One step of a slot; its timestamp (ms) is the block's time, so a chain of the same seed tells the same."""
    return {"type": kind, "slot": block.slot, "timestamp": block.block_time * 1000}


def made_updates(block: Block) -> list[dict[str, Any]]:
    """The steps of a slot until its block is made; all its transactions are counted as one entry."""
    count = len(block.transactions)
    failed = sum(landed.outcome.error is not None for landed in block.transactions)
    stats = {
        "maxTransactionsPerEntry": count,
        "numFailedTransactions": failed,
        "numSuccessfulTransactions": count - failed,
        "numTransactionEntries": min(count, 1),
    }
    return [
        slot_update("createdBank", block) | {"parent": block.parent_slot},
        slot_update("frozen", block) | {"stats": stats},
        slot_update("completed", block),
    ]


_ABSENT = Account(0, b"", SYSTEM)


def _of(slot: int, value: Any) -> dict[str, Any]:
    return {"context": {"slot": slot}, "value": value}


def _notify(one: Subscription, result: bytes) -> None:
    """Send a notification whose result is encoded already."""
    head = b'{"jsonrpc":"2.0","method":"%bNotification","params":{"result":' % one.kind.encode()
    one.send(b'%b%b,"subscription":%d}}' % (head, result, one.id))
