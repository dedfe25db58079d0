"""A block, its transactions and the accounts it wrote as messages of the wire format. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import based58
from solders.account import Account
from solders.pubkey import Pubkey

from localnet.chain import tokens
from localnet.chain.geyser import failures
from localnet.chain.geyser.messages import AccountInfo, BlockMeta, Entry, TransactionInfo, storage
from localnet.chain.model import Block, Landed, Outcome, TokenBalance
from localnet.chain.wire import VOTE, Wire

_Transaction = storage("Transaction")
_Meta = storage("TransactionStatusMeta")
_Error = storage("TransactionError")
_Reward = storage("Reward")
_REWARD_FEE = 1


def account(key: Pubkey, state: Account | None, write_version: int, signature: bytes | None) -> Any:
    """An account as it is now; one that is gone has 0 lamports, no data and the system program as its owner."""
    info = AccountInfo(pubkey=bytes(key), write_version=write_version, owner=bytes(Pubkey.default()))
    if state is not None:
        info.lamports, info.owner, info.data = state.lamports, bytes(state.owner), bytes(state.data)
        info.executable, info.rent_epoch = state.executable, state.rent_epoch
    if signature is not None:
        info.txn_signature = signature
    return info


def transaction(landed: Landed) -> Any:
    """A transaction with what it did."""
    return TransactionInfo(
        signature=based58.b58decode(landed.wire.signature.encode()),
        is_vote=is_vote(landed.wire),
        transaction=_signed(landed.wire),
        meta=_meta(landed.outcome),
        index=landed.index,
    )


def is_vote(wire: Wire) -> bool:
    """Whether it is a validator's vote: a legacy transaction with one instruction, the vote program's."""
    calls = wire.instructions
    return wire.version is None and len(calls) == 1 and wire.keys[calls[0].program_id_index] == VOTE


def error(outcome: Outcome) -> Any:
    """The error message of a failed transaction, None when it succeeded."""
    return None if outcome.error is None else _Error(err=failures.encode(outcome.error))


def entries(block: Block) -> list[Any]:
    """The two entries of a block: all its transactions in one, then the last tick, whose hash is the block's."""
    count = len(block.transactions)
    work = sha256(f"{block.parent_hash} {block.blockhash}".encode()).digest()
    ticks = Entry(slot=block.slot, num_hashes=1, hash=based58.b58decode(block.blockhash.encode()))
    first = Entry(slot=block.slot, num_hashes=1, hash=work, executed_transaction_count=count)
    ticks.index, ticks.starting_transaction_index = 1, count
    return [first, ticks]


def block_meta(block: Block, identity: Pubkey, entries_count: int) -> Any:
    """A block without its content."""
    meta = BlockMeta(
        slot=block.slot,
        blockhash=block.blockhash,
        parent_slot=block.parent_slot,
        parent_blockhash=block.parent_hash,
        executed_transaction_count=len(block.transactions),
        entries_count=entries_count,
    )
    meta.rewards.SetInParent()
    if block.reward_lamports:
        meta.rewards.rewards.append(
            _Reward(
                pubkey=str(identity),
                lamports=block.reward_lamports,
                post_balance=block.reward_balance,
                reward_type=_REWARD_FEE,
            )
        )
    meta.block_time.timestamp = block.block_time
    meta.block_height.block_height = block.height
    return meta


def _signed(wire: Wire) -> Any:
    signed = _Transaction(signatures=[based58.b58decode(one.encode()) for one in wire.signatures])
    message = signed.message
    message.header.num_required_signatures = wire.required
    message.header.num_readonly_signed_accounts = wire.readonly_signed
    message.header.num_readonly_unsigned_accounts = wire.readonly_unsigned
    message.account_keys.extend(bytes(key) for key in wire.keys)
    message.recent_blockhash = based58.b58decode(wire.blockhash.encode())
    message.versioned = wire.version is not None
    for one in wire.instructions:
        message.instructions.add(
            program_id_index=one.program_id_index, accounts=bytes(one.accounts), data=bytes(one.data)
        )
    for one in wire.lookups:
        message.address_table_lookups.add(
            account_key=bytes(one.account_key),
            writable_indexes=bytes(one.writable_indexes),
            readonly_indexes=bytes(one.readonly_indexes),
        )
    if wire.config is not None:
        _config(message.config, wire)
    return signed


def _config(config: Any, wire: Wire) -> None:
    """The version 1 budget; what the message leaves out stays absent."""
    config.SetInParent()
    for name in ("priority_fee", "compute_unit_limit", "loaded_accounts_data_size_limit", "heap_size"):
        value = getattr(wire.config, name)
        if value is not None:
            setattr(config, name, value)


def _meta(outcome: Outcome) -> Any:
    loaded = outcome.static_keys + outcome.loaded_writable
    meta = _Meta(
        err=error(outcome),
        fee=outcome.fee,
        pre_balances=outcome.pre_balances,
        post_balances=outcome.post_balances,
        inner_instructions_none=outcome.inner is None,
        log_messages=outcome.logs or (),
        log_messages_none=outcome.logs is None,
        loaded_writable_addresses=_bytes(outcome.keys[outcome.static_keys : loaded]),
        loaded_readonly_addresses=_bytes(outcome.keys[loaded:]),
        return_data_none=outcome.return_data is None,
        compute_units_consumed=outcome.units,
        cost_units=outcome.cost_units,
    )
    _tokens(meta.pre_token_balances, outcome.pre_tokens)
    _tokens(meta.post_token_balances, outcome.post_tokens)
    for index, calls in enumerate(outcome.inner or ()):
        if calls:
            inner = meta.inner_instructions.add(index=index)
            for one in calls:
                inner.instructions.add(
                    program_id_index=one.program_index,
                    accounts=bytes(one.accounts),
                    data=one.data,
                    stack_height=one.stack_height,
                )
    if outcome.return_data is not None:
        program, data = outcome.return_data
        meta.return_data.program_id, meta.return_data.data = bytes(program), data
    return meta


def _tokens(balances: Any, held: Iterable[TokenBalance]) -> None:
    for one in held:
        added = balances.add(
            account_index=one.account_index, mint=str(one.mint), owner=str(one.owner), program_id=str(one.program)
        )
        amount = added.ui_token_amount
        amount.amount, amount.decimals = str(one.amount), one.decimals
        amount.ui_amount = one.amount / 10**one.decimals
        amount.ui_amount_string = tokens.ui_string(one.amount, one.decimals)


def _bytes(keys: Iterable[Pubkey]) -> list[bytes]:
    return [bytes(key) for key in keys]
