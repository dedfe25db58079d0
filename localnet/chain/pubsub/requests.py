"""What a subscription asks for, read out of its parameters with Agave's rules and sentences. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from solders.pubkey import Pubkey

from localnet.chain.errors import RpcError, invalid_params
from localnet.chain.model import Commitment
from localnet.chain.rpc.accounts import ENCODINGS, Filter, read_filters
from localnet.chain.rpc.blocks import version_max_of
from localnet.chain.rpc.params import Params, kind, pubkey, text
from localnet.chain.rpc.render import DETAILS, TRANSACTION_ENCODINGS

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
        target = _key(value["mentions"][0], "mentions")
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


def _read_slots_updates(id_: int, params: Params, send: Send) -> Subscription:
    return Subscription(id=id_, kind="slotsUpdates", commitment="processed", send=send)


def _read_block(id_: int, params: Params, send: Send) -> Subscription:
    config = params.config(1, "RpcBlockSubscribeConfig")
    value = params.get(0)
    commitment = config.settled()
    if value == "all":
        target = None
    elif isinstance(value, dict) and list(value) == ["mentionsAccountOrProgram"]:
        target = _key(text(value["mentionsAccountOrProgram"]), "mentions_account_or_program")
    else:
        raise invalid_params(f"Invalid params: invalid type: {kind(value)}, expected enum RpcBlockSubscribeFilter.")
    return Subscription(
        id=id_,
        kind="block",
        commitment=commitment,
        send=send,
        target=target,
        encoding=config.choice("encoding", TRANSACTION_ENCODINGS, "base64"),
        details=config.choice("transactionDetails", DETAILS, "full"),
        rewards=config.flag("showRewards"),
        version_max=version_max_of(config),
    )


def _key(value: Any, what: str = "pubkey") -> Pubkey:
    try:
        return pubkey(value)
    except (RpcError, TypeError) as error:
        raise invalid_params(f"Invalid Request: Invalid {what} provided") from error


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
LEAST = {"accountSubscribe": 1, "programSubscribe": 1, "logsSubscribe": 1, "signatureSubscribe": 1, "blockSubscribe": 1}
KINDS = frozenset(name.removesuffix("Subscribe") for name in READERS)
