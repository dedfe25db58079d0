"""The methods that look transactions up."""

from __future__ import annotations

from typing import Any

from localnet.chain.bank import QUEUE_BLOCKS
from localnet.chain.errors import RpcError, invalid_params
from localnet.chain.model import Block, Landed
from localnet.chain.rpc.blocks import transaction_options
from localnet.chain.rpc.endpoint import Endpoint, require_slot, with_context
from localnet.chain.rpc.params import Params, signature
from localnet.chain.rpc.render import require_version, status_json, transaction_json
from localnet.chain.rpc.serde import U64_MAX

STATUSES_MAX = 256
SIGNATURES_MAX = 1000


def get_transaction(endpoint: Endpoint, params: Params) -> dict[str, Any] | None:
    """A transaction with its meta; null when it is not known at the commitment."""
    wanted = params.signature(0)
    config = transaction_options(params)
    version_max = config.number("maxSupportedTransactionVersion")
    commitment = config.settled()
    landed = endpoint.chain.ledger.find(wanted)
    block = None if landed is None else endpoint.knows(landed.slot, commitment)
    if landed is None or block is None:
        return None
    require_version(landed.wire, version_max)
    return {
        "blockTime": block.block_time,
        **transaction_json(landed, config.word("encoding", "json"), version_max),
        "slot": landed.slot,
        "transactionIndex": landed.index,
    }


def get_signature_statuses(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """What became of up to 256 signatures; old ones only with searchTransactionHistory."""
    wanted = [signature(one) for one in params.texts(0, STATUSES_MAX)]
    history = params.config(1).flag("searchTransactionHistory")
    return with_context(endpoint.tip, [_status(endpoint, one, history=history) for one in wanted])


def _status(endpoint: Endpoint, wanted: str, *, history: bool) -> dict[str, Any] | None:
    landed = endpoint.chain.ledger.find(wanted)
    block = None if landed is None else endpoint.knows(landed.slot, "processed")
    if landed is None or block is None:
        return None
    above = endpoint.tip.height - block.height
    if above > QUEUE_BLOCKS and not history:
        return None
    status = confirmation(endpoint, block)
    return {
        "confirmationStatus": status,
        "confirmations": None if status == "finalized" else above,
        "err": landed.outcome.error,
        "slot": landed.slot,
        "status": status_json(landed.outcome.error),
    }


def confirmation(endpoint: Endpoint, block: Block) -> str:
    """The highest commitment a block has here."""
    if block.height <= endpoint.at("finalized").height:
        return "finalized"
    return "confirmed" if block.height <= endpoint.at("confirmed").height else "processed"


def get_signatures_for_address(endpoint: Endpoint, params: Params) -> list[dict[str, Any]]:
    """Transactions that name an address, newest first, between two signatures."""
    address = params.pubkey(0)
    config = params.config(1)
    before, until = config.signature("before"), config.signature("until")
    limit = config.number("limit")
    limit = SIGNATURES_MAX if limit is None else limit
    if not 0 < limit <= SIGNATURES_MAX:
        raise invalid_params(f"Invalid limit; max {SIGNATURES_MAX}")
    top = endpoint.at(config.settled())
    require_slot(config, top)
    newest = _place(endpoint, before, top) or (top.slot, U64_MAX)
    oldest = _place(endpoint, until, top) or (-1, 0)
    found: list[dict[str, Any]] = []
    for landed in endpoint.chain.ledger.of_address(address):
        place = (landed.slot, landed.index)
        if place <= oldest or len(found) >= limit:
            break
        if place < newest:
            found.append(_listed(endpoint, landed))
    return found


def _place(endpoint: Endpoint, signature: str | None, top: Block) -> tuple[int, int] | None:
    """Slot and index of a transaction that bounds a list; -32020 when there is none."""
    if signature is None:
        return None
    landed = endpoint.chain.ledger.find(signature)
    if landed is None or landed.slot > top.slot:
        raise RpcError(-32020, f"Transaction {signature} not found")
    return landed.slot, landed.index


def _listed(endpoint: Endpoint, landed: Landed) -> dict[str, Any]:
    block = endpoint.chain.ledger.block(landed.slot)
    return {
        "blockTime": None if block is None else block.block_time,
        "confirmationStatus": None if block is None else confirmation(endpoint, block),
        "err": landed.outcome.error,
        "memo": landed.memo,
        "signature": landed.wire.signature,
        "slot": landed.slot,
        "transactionIndex": landed.index,
    }
