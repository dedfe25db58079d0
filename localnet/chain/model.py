"""The values of the embedded chain: options, an executed transaction, a block. Pure; all of the chain reads it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from solders.account import Account
from solders.pubkey import Pubkey

from localnet.chain.wire import Wire

Commitment = Literal["processed", "confirmed", "finalized"]
COMMITMENTS: tuple[Commitment, ...] = ("processed", "confirmed", "finalized")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainOptions:
    """How a chain is made. `slot_ms` 0 makes blocks only when transactions wait or when asked."""

    rpc_port: int = 8899
    pubsub_port: int = 8900
    fault_rpc_port: int | None = None
    geyser_port: int | None = None
    geyser_token: str | None = None
    host: str = "127.0.0.1"
    slot_ms: int = 400
    clock_ms_per_slot: int | None = None
    deploy: Path | None = None
    seed: int = 0
    genesis_time: int = field(default_factory=lambda: int(time.time()))
    confirmed_blocks: int = 1
    finality_blocks: int = 31
    blocks_max: int = 50_000
    transactions_max: int = 100_000
    transactions_per_block_max: int = 2_000
    # As a validator's: larger requests are refused with HTTP 413.
    body_bytes_max: int = 50 * 1024
    request_s_max: float = 30.0
    # None: as many as the system's limit of open files allows.
    connections_max: int | None = None
    subscriptions_max: int = 1_000_000
    subscriptions_per_connection_max: int = 1_000
    keep: Path | None = None
    fault_script: str = ""
    hook_budget_ms: int = 1000
    hook_gap_ms: int = 1000

    @property
    def clock_step_ms(self) -> int:
        """Milliseconds of chain time a slot takes."""
        return self.clock_ms_per_slot or self.slot_ms or 400


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenBalance:
    """A token account's balance beside a transaction; `amount` in base units."""

    account_index: int
    mint: Pubkey
    owner: Pubkey
    program: Pubkey
    amount: int
    decimals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InnerCall:
    """One cross-program call; indexes point into static + loaded keys."""

    program_index: int
    accounts: tuple[int, ...]
    data: bytes
    stack_height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What executing or simulating one transaction did. `error` is Agave's JSON error, None when it succeeded."""

    error: Any
    fee: int
    keys: tuple[Pubkey, ...]
    static_keys: int
    loaded_writable: int
    pre_balances: tuple[int, ...]
    post_balances: tuple[int, ...]
    pre_tokens: tuple[TokenBalance, ...]
    post_tokens: tuple[TokenBalance, ...]
    logs: tuple[str, ...] | None
    inner: tuple[tuple[InnerCall, ...], ...] | None
    units: int
    cost_units: int
    loaded_bytes: int
    return_data: tuple[Pubkey, bytes] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """A transaction in a block."""

    wire: Wire
    outcome: Outcome
    slot: int
    index: int
    memo: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block. `before` holds what each written account was before it (None: it did not exist); it is emptied once the
    block can no longer be undone or looked back at."""

    slot: int
    parent_slot: int
    height: int
    blockhash: str
    parent_hash: str
    block_time: int
    transactions: tuple[Landed, ...]
    reward_lamports: int
    reward_balance: int
    transactions_before: int
    supply_lamports: int
    before: dict[Pubkey, Account | None]
