"""The methods about the chain as a whole: health, version, slots, epochs, blockhashes, supply, fees."""

from __future__ import annotations

from typing import Any

from localnet.chain.bank import BLOCKHASH_AGE_MAX
from localnet.chain.errors import RpcError
from localnet.chain.genesis import SLOTS_PER_EPOCH
from localnet.chain.model import Block
from localnet.chain.rpc.endpoint import API_VERSION, Endpoint, with_context
from localnet.chain.rpc.params import Params, pubkey

FEATURE_SET = 565236538
HEALTHY_BLOCKS_BEHIND_MAX = 128
PRIORITY_BLOCKS = 150
PRIORITY_ACCOUNTS_MAX = 128


def get_health(endpoint: Endpoint, params: Params) -> str:
    """ok, or -32005 when this endpoint is far behind."""
    require_health(endpoint)
    return "ok"


def require_health(endpoint: Endpoint) -> None:
    """-32005 when this endpoint is far behind."""
    if endpoint.behind > HEALTHY_BLOCKS_BEHIND_MAX:
        behind = endpoint.behind
        raise RpcError(-32005, f"Node is behind by {behind} slots", {"numSlotsBehind": behind})


def get_version(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """The version whose answers these are."""
    return {"feature-set": FEATURE_SET, "solana-core": API_VERSION}


def get_genesis_hash(endpoint: Endpoint, params: Params) -> str:
    """The chain's name."""
    return endpoint.chain.bank.genesis.blockhash


def get_identity(endpoint: Endpoint, params: Params) -> dict[str, str]:
    """The validator's key."""
    return {"identity": str(endpoint.chain.bank.identity)}


def get_slot(endpoint: Endpoint, params: Params) -> int:
    """The newest slot of a commitment."""
    return endpoint.context_block(params.config(0)).slot


def get_block_height(endpoint: Endpoint, params: Params) -> int:
    """The newest height of a commitment."""
    return endpoint.context_block(params.config(0)).height


def get_slot_leader(endpoint: Endpoint, params: Params) -> str:
    """The one validator."""
    endpoint.context_block(params.config(0))
    return str(endpoint.chain.bank.identity)


def get_transaction_count(endpoint: Endpoint, params: Params) -> int:
    """Transactions up to a commitment."""
    block = endpoint.context_block(params.config(0))
    return block.transactions_before + len(block.transactions)


def get_epoch_info(endpoint: Endpoint, params: Params) -> dict[str, int]:
    """Where in the epoch a commitment is."""
    block = endpoint.context_block(params.config(0))
    epoch, index = divmod(block.slot, SLOTS_PER_EPOCH)
    return {
        "absoluteSlot": block.slot,
        "blockHeight": block.height,
        "epoch": epoch,
        "slotIndex": index,
        "slotsInEpoch": SLOTS_PER_EPOCH,
        "transactionCount": block.transactions_before + len(block.transactions),
    }


def get_epoch_schedule(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """Epochs of equal length, no warm-up."""
    return {
        "firstNormalEpoch": 0,
        "firstNormalSlot": 0,
        "leaderScheduleSlotOffset": SLOTS_PER_EPOCH,
        "slotsPerEpoch": SLOTS_PER_EPOCH,
        "warmup": False,
    }


def last_valid_height(block: Block) -> int:
    """The last block height a transaction with this block's hash is promised to be valid at."""
    return block.height + BLOCKHASH_AGE_MAX


def get_latest_blockhash(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """The newest blockhash of a commitment."""
    block = endpoint.context_block(params.config(0))
    return with_context(block, {"blockhash": block.blockhash, "lastValidBlockHeight": last_valid_height(block)})


def is_blockhash_valid(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """Whether a transaction with this blockhash could land on a commitment's block."""
    blockhash = params.blockhash(0)
    block = endpoint.context_block(params.config(1))
    height = endpoint.chain.bank.blockhash_height(blockhash)
    valid = height is not None and height <= block.height <= height + BLOCKHASH_AGE_MAX
    return with_context(block, valid)


def get_minimum_balance(endpoint: Endpoint, params: Params) -> int:
    """Lamports that make an account of this many bytes rent exempt."""
    return endpoint.chain.bank.runtime.svm.minimum_balance_for_rent_exemption(params.number(0))


def get_supply(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """All lamports there are."""
    block = endpoint.at(params.config(0).commitment())
    total = block.supply_lamports
    value = {"circulating": total, "nonCirculating": 0, "nonCirculatingAccounts": [], "total": total}
    return with_context(block, value)


def get_recent_prioritization_fees(endpoint: Endpoint, params: Params) -> list[dict[str, int]]:
    """Per recent block with transactions: the lowest unit price (micro-lamports) that wrote the given accounts."""
    keys = [pubkey(one) for one in params.texts(0, PRIORITY_ACCOUNTS_MAX)]
    tip = endpoint.tip
    slots = endpoint.chain.ledger.slots(0, tip.slot)[-PRIORITY_BLOCKS:]
    blocks = (endpoint.chain.ledger.block(slot) for slot in slots)
    fees = []
    for block in blocks:
        if block is None or not block.transactions:
            continue
        prices = [one.wire.budget.unit_price_micro for one in block.transactions]
        fee = min(prices)
        for key in keys:
            wrote = [
                price
                for price, one in zip(prices, block.transactions, strict=True)
                if any(k == key and one.wire.is_writable(i) for i, k in enumerate(one.wire.keys))
            ]
            fee = max(fee, min(wrote, default=0))
        fees.append({"prioritizationFee": fee, "slot": block.slot})
    return fees
