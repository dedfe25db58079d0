"""The methods that read blocks."""

from __future__ import annotations

from typing import Any

from localnet.chain.errors import RpcError, invalid_params
from localnet.chain.rpc.endpoint import Endpoint, require_slot
from localnet.chain.rpc.params import Config, Params
from localnet.chain.rpc.render import DETAILS, TRANSACTION_ENCODINGS, block_json

RANGE_MAX = 500_000


def get_block(endpoint: Endpoint, params: Params) -> Any:
    """A block, or why there is none: not yet (-32004), skipped (-32007), forgotten (-32001)."""
    slot = params.u64(0)
    config = _block_config(params)
    encoding, version_max = encoding_of(config), version_max_of(config)
    details, rewards = _details_of(config)
    block = endpoint.knows(slot, config.settled())
    if block is None:
        raise _absent(endpoint, slot)
    return block_json(block, str(endpoint.chain.bank.identity), encoding, details, rewards, version_max)


def get_blocks(endpoint: Endpoint, params: Params) -> list[int]:
    """Slots with a block between two slots, up to the commitment's newest."""
    first = params.u64(0)
    second = params.get(1)
    last = None if second is None or isinstance(second, dict) else params.u64(1)
    config = params.config(1 if isinstance(second, dict) else 2, "RpcContextConfig")
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
    first, limit = params.u64(0), params.usize(1)
    config = params.config(2, "RpcContextConfig")
    if limit > RANGE_MAX:
        raise invalid_params(f"Limit too large; max {RANGE_MAX}")
    top = endpoint.at(config.settled())
    require_slot(config, top)
    return endpoint.chain.ledger.slots(first, top.slot, limit)


def get_block_time(endpoint: Endpoint, params: Params) -> int:
    """The block time of a slot, unix seconds."""
    slot = params.u64(0)
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


def encoding_of(config: Config) -> str:
    """The encoding of a transaction, `json` by default."""
    value = config.word("encoding")
    if value is None:
        return "json"
    if value not in TRANSACTION_ENCODINGS:
        raise invalid_params(
            "Invalid params: data did not match any variant of untagged enum RpcEncodingConfigWrapper."
        )
    return value


def _details_of(config: Config) -> tuple[str, bool]:
    """How much of the transactions, and whether rewards."""
    try:
        return config.choice("transactionDetails", DETAILS, "full"), config.flag("rewards", True)
    except RpcError as error:
        raise invalid_params(
            "Invalid params: data did not match any variant of untagged enum RpcEncodingConfigWrapper."
        ) from error


def version_max_of(config: Config) -> int | None:
    """The newest transaction version the caller can read; None is legacy only."""
    value = config.u64("maxSupportedTransactionVersion")
    if value is not None and value > 255:
        raise invalid_params(
            "Invalid params: data did not match any variant of untagged enum RpcEncodingConfigWrapper."
        )
    return value


def _block_config(params: Params) -> Config:
    """The second parameter may be an options object or, as of old, the encoding alone."""
    value = params.get(1)
    return Config({"encoding": value}) if isinstance(value, str) else params.config(1, "RpcBlockConfig")


def _absent(endpoint: Endpoint, slot: int) -> RpcError:
    """Why a slot has no block here; above the root nobody can say that it was skipped."""
    first = endpoint.chain.ledger.first_slot
    if slot < first:
        return RpcError(-32001, f"Block {slot} cleaned up, does not exist on node. First available block: {first}")
    if slot > endpoint.at("finalized").slot:
        return RpcError(-32004, f"Block not available for slot {slot}")
    return RpcError(-32007, f"Slot {slot} was skipped, or missing due to ledger jump to recent snapshot")
