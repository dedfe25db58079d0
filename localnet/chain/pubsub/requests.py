"""What a subscription asks for, read out of its parameters with Agave's rules and sentences. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from solders.pubkey import Pubkey

from localnet.chain.errors import RpcError, invalid_params
from localnet.chain.model import Commitment
from localnet.chain.rpc.accounts import Filter, read_filters
from localnet.chain.rpc.params import Params, pubkey

# Takes one encoded message.
Send = Callable[[bytes], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One subscription. `target` is the address, signature or mention it is about; None: everything."""

    id: int
    kind: str
    commitment: Commitment
    send: Send
    target: Any = None
    encoding: str = "base64"
    # Not heeded, but what asks for another slice is another subscription.
    data_slice: tuple[int, int] | None = None
    filters: tuple[Filter, ...] = ()
    received: bool = False
    details: str = "full"
    rewards: bool = False
    version_max: int | None = None


def _read_account(id_: int, params: Params, send: Send) -> Subscription:
    config = params.config(1)
    return Subscription(
        id=id_,
        kind="account",
        commitment=config.commitment(),
        send=send,
        target=_key(params.text(0)),
        encoding=config.word("encoding", "binary"),
        data_slice=config.data_slice(),
    )


def _read_program(id_: int, params: Params, send: Send) -> Subscription:
    config = params.config(1)
    return Subscription(
        id=id_,
        kind="program",
        commitment=config.commitment(),
        send=send,
        target=_key(params.text(0)),
        encoding=config.word("encoding", "binary"),
        data_slice=config.data_slice(),
        filters=_filters(config.get("filters")),
    )


def _read_logs(id_: int, params: Params, send: Send) -> Subscription:
    config = params.config(1)
    target = None
    match params.get(0):
        case {"mentions": [address]}:
            target = _key(address, "mentions")
        case {"mentions": _}:
            raise invalid_params("Invalid Request: Only 1 address supported")
    return Subscription(id=id_, kind="logs", commitment=config.commitment(), send=send, target=target)


def _read_signature(id_: int, params: Params, send: Send) -> Subscription:
    config = params.config(1)
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


def _read_slots_updates(id_: int, params: Params, send: Send) -> Subscription:
    return Subscription(id=id_, kind="slotsUpdates", commitment="processed", send=send)


def _read_block(id_: int, params: Params, send: Send) -> Subscription:
    config = params.config(1)
    commitment, target = config.settled(), None
    match params.get(0):
        case {"mentionsAccountOrProgram": address}:
            target = _key(address, "mentions_account_or_program")
    return Subscription(
        id=id_,
        kind="block",
        commitment=commitment,
        send=send,
        target=target,
        encoding=config.word("encoding", "base64"),
        details=config.word("transactionDetails", "full"),
        rewards=config.flag("showRewards"),
        version_max=config.number("maxSupportedTransactionVersion"),
    )


def _filters(value: list[Any] | None) -> tuple[Filter, ...]:
    """The filters of a program; Agave puts its own complaints of them in other words here."""
    try:
        return tuple(read_filters(value))
    except RpcError as error:
        raise invalid_params(f"Invalid params: {error.message}") from error


def _key(value: str, what: str = "pubkey") -> Pubkey:
    try:
        return pubkey(value)
    except RpcError as error:
        raise invalid_params(f"Invalid Request: Invalid {what} provided") from error


_PLAIN = frozenset({"slotSubscribe", "rootSubscribe", "slotsUpdatesSubscribe"})
READERS: dict[str, Callable[[int, Params, Send], Subscription]] = {
    "accountSubscribe": _read_account,
    "programSubscribe": _read_program,
    "logsSubscribe": _read_logs,
    "signatureSubscribe": _read_signature,
    "slotSubscribe": _read_slot,
    "rootSubscribe": _read_root,
    "slotsUpdatesSubscribe": _read_slots_updates,
    "blockSubscribe": _read_block,
}
# How many parameters each takes: least, most.
COUNTS = {name: (0, 0) if name in _PLAIN else (1, 2) for name in READERS}
KINDS = frozenset(name.removesuffix("Subscribe") for name in READERS)
