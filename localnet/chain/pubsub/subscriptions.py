"""Subscriptions: who wants what, and the notifications a new block means. No sockets: a subscriber is a callable."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from solders.pubkey import Pubkey

from localnet.chain.errors import RpcError, invalid_params
from localnet.chain.model import COMMITMENTS, Block, Commitment
from localnet.chain.node import Chain
from localnet.chain.rpc.accounts import ENCODINGS, Filter, account_json, read_filters
from localnet.chain.rpc.endpoint import Endpoint
from localnet.chain.rpc.params import Params, kind, pubkey

SUBSCRIPTIONS_MAX = 10_000
NOTIFIED_BLOCKS_MAX = 1_024

Send = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One subscription. `target` is the address, signature or mention it is about; None: everything."""

    id: int
    kind: str
    commitment: Commitment
    send: Send
    target: Any = None
    encoding: str = "base64"
    data_slice: tuple[int, int] | None = None
    filters: tuple[Filter, ...] = ()
    received: bool = False


class Subscriptions:
    """All subscriptions of a chain."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._endpoint = Endpoint(chain, "pubsub")
        self._ids = count()
        self._all: dict[int, Subscription] = {}
        self._notified: dict[Commitment, deque[str]] = {
            one: deque([chain.at(one).blockhash], maxlen=NOTIFIED_BLOCKS_MAX) for one in COMMITMENTS
        }
        chain.on_block.append(self._on_block)
        chain.on_received.append(self._on_received)

    def add(self, method: str, params: Params, send: Send) -> int:
        """Subscribe; the id by which notifications and unsubscribing know it."""
        if len(self._all) >= SUBSCRIPTIONS_MAX:
            raise RpcError(-32603, "Internal Error: Subscription refused. Node subscription limit reached")
        made = _READERS[method](0, params, send)
        made = replace(made, id=next(self._ids))
        self._all[made.id] = made
        return made.id

    def begin(self, id_: int) -> None:
        """Tell a new subscriber what is already so; to be called once it knows the id."""
        one = self._all.get(id_)
        if one is not None and one.kind == "signature":
            self._catch_up(one)

    def remove(self, id_: int) -> bool:
        """Unsubscribe; False when there is no such subscription."""
        return self._all.pop(id_, None) is not None

    def _catch_up(self, one: Subscription) -> None:
        """A signature that already has the commitment is told at once."""
        landed = self._chain.ledger.find(one.target)
        block = None if landed is None else self._endpoint.knows(landed.slot, one.commitment)
        if landed is not None and block is not None:
            self._notify(one, block.slot, {"err": landed.outcome.error})
            self.remove(one.id)

    def _on_received(self, signature: str) -> None:
        for one in list(self._all.values()):
            if one.kind == "signature" and one.received and one.target == signature:
                self._notify(one, self._chain.tip.slot, "receivedSignature")

    def _on_block(self, block: Block) -> None:
        root = self._chain.at("finalized")
        self._tell("slot", {"slot": block.slot, "parent": block.parent_slot, "root": root.slot})
        for commitment in COMMITMENTS:
            for reached in self._newly(commitment):
                if commitment == "finalized":
                    self._tell("root", reached.slot)
                self._block_reached(reached, commitment)

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

    def _tell(self, kind_: str, result: Any) -> None:
        for one in self._all.values():
            if one.kind == kind_:
                one.send(_message(one, result))

    def _block_reached(self, block: Block, commitment: Commitment) -> None:
        for one in [one for one in self._all.values() if one.commitment == commitment]:
            match one.kind:
                case "account":
                    if one.target in block.before:
                        self._account(one, block)
                case "program":
                    self._program(one, block)
                case "logs":
                    self._logs(one, block)
                case "signature":
                    self._signature(one, block)

    def _account(self, one: Subscription, block: Block) -> None:
        account = self._chain.account(one.target, block)
        if account == block.before[one.target]:
            return
        value = account_json(self._endpoint, block, account, one.encoding, one.data_slice)
        self._notify(one, block.slot, value or _CLOSED)

    def _program(self, one: Subscription, block: Block) -> None:
        for key, before in block.before.items():
            account = self._chain.account(key, block)
            if account is None or account.owner != one.target or account == before:
                continue
            if all(rule.matches(account) for rule in one.filters):
                value = account_json(self._endpoint, block, account, one.encoding, one.data_slice)
                self._notify(one, block.slot, {"pubkey": str(key), "account": value})

    def _logs(self, one: Subscription, block: Block) -> None:
        for landed in block.transactions:
            if one.target is None or one.target in landed.outcome.keys:
                value = {
                    "signature": landed.wire.signature,
                    "err": landed.outcome.error,
                    "logs": list(landed.outcome.logs or ()),
                }
                self._notify(one, block.slot, value)

    def _signature(self, one: Subscription, block: Block) -> None:
        landed = self._chain.ledger.find(one.target)
        if landed is not None and landed.slot == block.slot:
            self._notify(one, block.slot, {"err": landed.outcome.error})
            self.remove(one.id)

    def _notify(self, one: Subscription, slot: int, value: Any) -> None:
        one.send(_message(one, {"context": {"slot": slot}, "value": value}))


_CLOSED = {
    "lamports": 0,
    "data": ["", "base64"],
    "owner": str(Pubkey.default()),
    "executable": False,
    "rentEpoch": 0,
    "space": 0,
}


def _message(one: Subscription, result: Any) -> dict[str, Any]:
    return {
        "jsonrpc": "2.0",
        "method": f"{one.kind}Notification",
        "params": {"result": result, "subscription": one.id},
    }


def _read_account(id_: int, params: Params, send: Send) -> Subscription:
    config = params.config(1, "RpcAccountInfoConfig")
    return Subscription(
        id=id_,
        kind="account",
        commitment=config.commitment(),
        send=send,
        target=_key(params.text(0)),
        encoding=config.choice("encoding", ENCODINGS, "binary"),
        data_slice=config.data_slice(),
    )


def _read_program(id_: int, params: Params, send: Send) -> Subscription:
    config = params.config(1, "RpcProgramAccountsConfig")
    return Subscription(
        id=id_,
        kind="program",
        commitment=config.commitment(),
        send=send,
        target=_key(params.text(0)),
        encoding=config.choice("encoding", ENCODINGS, "binary"),
        data_slice=config.data_slice(),
        filters=tuple(read_filters(config.get("filters"))),
    )


def _read_logs(id_: int, params: Params, send: Send) -> Subscription:
    config = params.config(1, "RpcTransactionLogsConfig")
    value = params.get(0)
    if value in ("all", "allWithVotes"):
        target = None
    elif isinstance(value, dict) and isinstance(value.get("mentions"), list):
        if len(value["mentions"]) != 1:
            raise invalid_params("Invalid Request: Only 1 address supported")
        target = _key(value["mentions"][0])
    else:
        raise invalid_params(f"Invalid params: invalid type: {kind(value)}, expected enum RpcTransactionLogsFilter.")
    return Subscription(id=id_, kind="logs", commitment=config.commitment(), send=send, target=target)


def _read_signature(id_: int, params: Params, send: Send) -> Subscription:
    config = params.config(1, "RpcSignatureSubscribeConfig")
    try:
        signature = params.signature(0)
    except RpcError as error:
        raise invalid_params("Invalid Request: Invalid signature provided") from error
    return Subscription(
        id=id_,
        kind="signature",
        commitment=config.commitment(),
        send=send,
        target=signature,
        received=config.flag("enableReceivedNotification"),
    )


def _read_slot(id_: int, params: Params, send: Send) -> Subscription:
    return Subscription(id=id_, kind="slot", commitment="processed", send=send)


def _read_root(id_: int, params: Params, send: Send) -> Subscription:
    return Subscription(id=id_, kind="root", commitment="finalized", send=send)


def _key(value: Any) -> Pubkey:
    try:
        return pubkey(value)
    except (RpcError, TypeError) as error:
        raise invalid_params("Invalid Request: Invalid pubkey provided") from error


_READERS: dict[str, Callable[[int, Params, Send], Subscription]] = {
    "accountSubscribe": _read_account,
    "programSubscribe": _read_program,
    "logsSubscribe": _read_logs,
    "signatureSubscribe": _read_signature,
    "slotSubscribe": _read_slot,
    "rootSubscribe": _read_root,
}
LEAST = {"accountSubscribe": 1, "programSubscribe": 1, "logsSubscribe": 1, "signatureSubscribe": 1}
KINDS = frozenset(name.removesuffix("Subscribe") for name in _READERS)
