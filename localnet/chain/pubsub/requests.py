"""What a subscription asks for, read out of its parameters with Agave's rules and sentences. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from solders.pubkey import Pubkey

from localnet.chain.errors import RpcError, invalid_params
from localnet.chain.model import Commitment
from localnet.chain.rpc.accounts import ENCODINGS, Filter, read_filters
from localnet.chain.rpc.params import Params, kind, pubkey, text, u64, unknown_variant
from localnet.chain.rpc.render import DETAILS, TRANSACTION_ENCODINGS

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
        filters=_filters(config.get("filters")),
    )


def _read_logs(id_: int, params: Params, send: Send) -> Subscription:
    config = params.config(1, "RpcTransactionLogsConfig")
    value = params.get(0)
    if value in ("all", "allWithVotes"):
        target = None
    elif isinstance(value, dict) and isinstance(value.get("mentions"), list):
        if len(value["mentions"]) != 1:
            raise invalid_params("Invalid Request: Only 1 address supported")
        target = _key(value["mentions"][0], "mentions")
    else:
        raise _no_filter(value, ("all", "allWithVotes", "mentions"))
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


def _read_slots_updates(id_: int, params: Params, send: Send) -> Subscription:
    return Subscription(id=id_, kind="slotsUpdates", commitment="processed", send=send)


def _read_block(id_: int, params: Params, send: Send) -> Subscription:
    config = params.config(1, "RpcBlockSubscribeConfig")
    value = params.get(0)
    commitment, version = config.settled(), config.get("maxSupportedTransactionVersion")
    if value == "all":
        target = None
    elif isinstance(value, dict) and list(value) == ["mentionsAccountOrProgram"]:
        target = _key(text(value["mentionsAccountOrProgram"]), "mentions_account_or_program")
    else:
        raise _no_filter(value, ("all", "mentionsAccountOrProgram"))
    return Subscription(
        id=id_,
        kind="block",
        commitment=commitment,
        send=send,
        target=target,
        encoding=config.choice("encoding", TRANSACTION_ENCODINGS, "base64"),
        details=config.choice("transactionDetails", DETAILS, "full"),
        rewards=config.flag("showRewards"),
        version_max=None if version is None else u64(version, "u8", 255),
    )


def _filters(value: Any) -> tuple[Filter, ...]:
    """The filters of a program; Agave puts its own complaints of them in other words here."""
    try:
        return tuple(read_filters(value))
    except RpcError as error:
        raise invalid_params(f"Invalid params: {error.message.removeprefix('Invalid params: ')}") from error


def _no_filter(value: Any, names: tuple[str, ...]) -> RpcError:
    """The error of what is none of the filters that have these names."""
    match value:
        case str():
            return unknown_variant(value, names)
        case {**one} if len(one) == 1:
            return unknown_variant(next(iter(one)), names)
        case dict():
            return invalid_params("Invalid params: invalid value: map, expected map with a single key.")
        case _:
            return invalid_params(f"Invalid params: invalid type: {kind(value)}, expected string or map.")


def _key(value: Any, what: str = "pubkey") -> Pubkey:
    try:
        return pubkey(value)
    except (RpcError, TypeError) as error:
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
