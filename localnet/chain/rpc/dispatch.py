"""JSON-RPC 2.0 envelopes and batches as Agave's server reads them, and the table of all methods."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import msgspec

from localnet.chain.errors import HttpFault, ReplyLost, RpcError
from localnet.chain.faults import answers
from localnet.chain.faults.force import OWN_METHODS
from localnet.chain.rpc import (
    accounts,
    blocks,
    control,
    history,
    network,
    sending,
    token_accounts,
    validator,
    webhooks,
)
from localnet.chain.rpc.endpoint import Endpoint
from localnet.chain.rpc.envelope import decode, parse_error, reply_to, values_of
from localnet.chain.rpc.params import Params
from localnet.chain.rpc.types import read_types

Handler = Callable[[Endpoint, Params], Any]
BATCH_BYTES_MAX = 64 * 1024 * 1024

# method: (handler, least parameters, most parameters)
METHODS: dict[str, tuple[Handler, int, int]] = {
    "getHealth": (network.get_health, 0, 0),
    "getVersion": (network.get_version, 0, 0),
    "getGenesisHash": (network.get_genesis_hash, 0, 0),
    "getIdentity": (network.get_identity, 0, 0),
    "getSlot": (network.get_slot, 0, 1),
    "getBlockHeight": (network.get_block_height, 0, 1),
    "getEpochInfo": (network.get_epoch_info, 0, 1),
    "getEpochSchedule": (network.get_epoch_schedule, 0, 0),
    "getLatestBlockhash": (network.get_latest_blockhash, 0, 1),
    "isBlockhashValid": (network.is_blockhash_valid, 1, 2),
    "getMinimumBalanceForRentExemption": (network.get_minimum_balance, 1, 2),
    "getSlotLeader": (network.get_slot_leader, 0, 1),
    "getRecentPrioritizationFees": (network.get_recent_prioritization_fees, 0, 1),
    "getTransactionCount": (network.get_transaction_count, 0, 1),
    "getSupply": (network.get_supply, 0, 1),
    "getVoteAccounts": (validator.get_vote_accounts, 0, 1),
    "getClusterNodes": (validator.get_cluster_nodes, 0, 0),
    "getLeaderSchedule": (validator.get_leader_schedule, 0, 2),
    "getSlotLeaders": (validator.get_slot_leaders, 2, 2),
    "getBlockProduction": (validator.get_block_production, 0, 1),
    "getBlockCommitment": (validator.get_block_commitment, 1, 1),
    "getStakeMinimumDelegation": (validator.get_stake_minimum_delegation, 0, 1),
    "getInflationGovernor": (validator.get_inflation_governor, 0, 1),
    "getInflationRate": (validator.get_inflation_rate, 0, 0),
    "getInflationReward": (validator.get_inflation_reward, 1, 2),
    "getHighestSnapshotSlot": (validator.get_highest_snapshot_slot, 0, 0),
    "getMaxRetransmitSlot": (validator.get_max_retransmit_slot, 0, 0),
    "getMaxShredInsertSlot": (validator.get_max_shred_insert_slot, 0, 0),
    "getRecentPerformanceSamples": (validator.get_recent_performance_samples, 0, 1),
    "getAccountInfo": (accounts.get_account_info, 1, 2),
    "getMultipleAccounts": (accounts.get_multiple_accounts, 1, 2),
    "getProgramAccounts": (accounts.get_program_accounts, 1, 2),
    "getBalance": (accounts.get_balance, 1, 2),
    "getLargestAccounts": (accounts.get_largest_accounts, 0, 1),
    "getTokenAccountBalance": (token_accounts.get_token_account_balance, 1, 2),
    "getTokenAccountsByOwner": (token_accounts.get_token_accounts_by_owner, 2, 3),
    "getTokenAccountsByDelegate": (token_accounts.get_token_accounts_by_delegate, 2, 3),
    "getTokenLargestAccounts": (token_accounts.get_token_largest_accounts, 1, 2),
    "getTokenSupply": (token_accounts.get_token_supply, 1, 2),
    "getSignatureStatuses": (history.get_signature_statuses, 1, 2),
    "getSignaturesForAddress": (history.get_signatures_for_address, 1, 2),
    "getTransaction": (history.get_transaction, 1, 2),
    "getBlock": (blocks.get_block, 1, 2),
    "getBlocks": (blocks.get_blocks, 1, 3),
    "getBlocksWithLimit": (blocks.get_blocks_with_limit, 2, 3),
    "getBlockTime": (blocks.get_block_time, 1, 1),
    "getFirstAvailableBlock": (blocks.get_first_available_block, 0, 0),
    "minimumLedgerSlot": (blocks.minimum_ledger_slot, 0, 0),
    "getFeeForMessage": (sending.get_fee_for_message, 1, 2),
    "simulateTransaction": (sending.simulate_transaction, 1, 2),
    "sendTransaction": (sending.send_transaction, 1, 2),
    "requestAirdrop": (sending.request_airdrop, 2, 3),
    "localnet_advanceClock": (control.advance_clock, 1, 1),
    "localnet_advance": (control.advance, 1, 1),
    "localnet_produceBlocks": (control.produce_blocks, 1, 1),
    "localnet_fault": (control.fault, 1, 1),
    "localnet_addWebhook": (webhooks.add, 1, 1),
    "localnet_removeWebhook": (webhooks.remove, 1, 1),
    "localnet_getWebhooks": (webhooks.registered, 0, 0),
    "localnet_getDeliveries": (webhooks.deliveries, 0, 1),
}


def answer(endpoint: Endpoint, body: bytes) -> bytes:
    """The answer to a request body; empty when nothing is to be answered. ReplyLost when the answer must vanish,
    HttpFault when there is none below JSON-RPC."""
    return b"".join(pieces(endpoint, body))


def pieces(endpoint: Endpoint, body: bytes) -> Iterator[bytes]:
    """The same, call by call, so that a long batch can leave time for others."""
    request = decode(body)
    if request is None:
        _require_text(body)
        yield _line(parse_error())
    elif isinstance(request, dict):
        reply = reply_to(request, partial(call, endpoint))
        if reply is not None:
            yield _line(reply)
    else:
        yield from _batch(endpoint, request)


def _batch(endpoint: Endpoint, requests: list[dict[str, Any]]) -> Iterator[bytes]:
    """The answers of a batch; beyond BATCH_BYTES_MAX calls are refused without being made."""
    size = 0
    for one in requests:
        reply = reply_to(one, partial(call, endpoint) if size <= BATCH_BYTES_MAX else _refuse)
        if reply is not None:
            yield b"," if size else b"["
            encoded = msgspec.json.encode(reply)
            size += len(encoded)
            yield encoded
    if size:
        yield b"]\n"


def _refuse(method: str, params: Any) -> Any:
    raise RpcError(-32603, f"Answers of a batch are at most {BATCH_BYTES_MAX} bytes")


def _require_text(body: bytes) -> None:
    """Bytes that are no UTF-8 are no request at all."""
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise HttpFault(400, sentence=f"utf-8 encoding error at byte {error.start} in request body") from error


def call(endpoint: Endpoint, method: str, params: Any) -> Any:
    """One method's result; RpcError when it refuses."""
    known = METHODS.get(method)
    if known is None:
        raise RpcError(-32601, "Method not found")
    handler, least, most = known
    values = read_types(method, values_of(params, least, most))
    if method.startswith(OWN_METHODS):
        return handler(endpoint, Params(values))
    return _faulty(endpoint, method, handler, values)


def _faulty(endpoint: Endpoint, method: str, handler: Handler, values: list[Any]) -> Any:
    """A method's result as the faults in force would have it; the chain's own methods are never faulty."""
    faults, chain = endpoint.chain.faults, endpoint.chain
    faults.meet_request(endpoint.name, chain.next_slot)
    faults.meet_method(method, endpoint.name)
    kept = faults.kept(endpoint.name)
    first = chain.ledger.slots(0, chain.tip.slot)[-kept:][0] if kept else 0
    result = handler(endpoint, Params(answers.asked(method, values, first)))
    if kept:
        result = answers.forgotten(method, result, first)
    lie = faults.meet_answer(endpoint.name, answers.ABOUTS.get(method, frozenset()))
    return result if lie is None else answers.lied(lie.about, values, result)


def _line(value: Any) -> bytes:
    return msgspec.json.encode(value) + b"\n"


__all__ = ["METHODS", "ReplyLost", "answer", "call", "pieces"]
