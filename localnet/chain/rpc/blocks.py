"""The methods that read blocks."""

from __future__ import annotations

from typing import Any

from localnet.chain.errors import RpcError, invalid_params
from localnet.chain.rpc.endpoint import Endpoint, require_slot
from localnet.chain.rpc.params import Config, Params
from localnet.chain.rpc.render import block_json

RANGE_MAX = 500_000


def get_block(endpoint: Endpoint, params: Params) -> Any:
    """A block, or why there is none: not yet (-32004), skipped (-32007), forgotten (-32001)."""
    slot = params.number(0)
    config = transaction_options(params)
    block = endpoint.knows(slot, config.settled())
    if block is None:
        raise _absent(endpoint, slot)
    return block_json(
        block,
        str(endpoint.chain.bank.identity),
        config.word("encoding", "json"),
        config.word("transactionDetails", "full"),
        config.flag("rewards", True),
        config.number("maxSupportedTransactionVersion"),
    )


def get_blocks(endpoint: Endpoint, params: Params) -> list[int]:
    """Slots with a block between two slots, up to the commitment's newest."""
    first = params.number(0)
    second = params.get(1)
    last = second if isinstance(second, int) else None
    # Agave lets options after the end win over those in its place.
    config = params.config(1 if isinstance(second, dict) and params.get(2) is None else 2)
    top = endpoint.at(config.settled())
    require_slot(config, top)
    end = top.slot if last is None else min(last, top.slot)
    if end < first:
        return []
    if end - first > RANGE_MAX:
        raise invalid_params(f"Slot range too large; max {RANGE_MAX}")
    return endpoint.chain.ledger.slots(first, end)


def get_blocks_with_limit(endpoint: Endpoint, params: Params) -> list[int]:
    """The first so many slots with a block from a slot on."""
    first, limit = params.number(0), params.number(1)
    config = params.config(2)
    if limit > RANGE_MAX:
        raise invalid_params(f"Limit too large; max {RANGE_MAX}")
    top = endpoint.at(config.settled())
    require_slot(config, top)
    return endpoint.chain.ledger.slots(first, top.slot, limit)


def get_block_time(endpoint: Endpoint, params: Params) -> int:
    """The block time of a slot, unix seconds."""
    slot = params.number(0)
    block = endpoint.knows(slot, "confirmed")
    if block is None:
        raise _absent(endpoint, slot)
    return block.block_time


def get_first_available_block(endpoint: Endpoint, params: Params) -> int:
    """The oldest block that is remembered."""
    return endpoint.chain.ledger.first_slot


def minimum_ledger_slot(endpoint: Endpoint, params: Params) -> int:
    """The same: nothing is kept without its blocks."""
    return endpoint.chain.ledger.first_slot


def transaction_options(params: Params) -> Config:
    """The second parameter: options or, as of old, the encoding alone."""
    value = params.get(1)
    return Config({"encoding": value}) if isinstance(value, str) else params.config(1)


def _absent(endpoint: Endpoint, slot: int) -> RpcError:
    """Why a slot has no block here; above the root nobody can say that it was skipped."""
    first = endpoint.chain.ledger.first_slot
    if slot < first:
        return RpcError(-32001, f"Block {slot} cleaned up, does not exist on node. First available block: {first}")
    if slot > endpoint.at("finalized").slot:
        return RpcError(-32004, f"Block not available for slot {slot}")
    return RpcError(-32007, f"Slot {slot} was skipped, or missing due to ledger jump to recent snapshot")
