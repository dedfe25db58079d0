"""Wire values of the platform: its settings on the chain, its bounds, its fees."""

from __future__ import annotations

import msgspec

from .wire import Address, Amount, UnixTime


class MintRule(msgspec.Struct, frozen=True, kw_only=True):
    """The bounds of one collateral mint."""

    mint: Address
    min_stake: Amount
    max_stake: Amount
    min_bond: Amount
    enabled: bool


class ChainConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The program's one Config, without what only its admin needs; windows in seconds."""

    admin: Address
    treasury: Address
    paused: list[str]
    mode: str
    protocol_fee_bps: int
    max_creator_fee_bps: int
    max_resolver_fee_bps: int
    bond_bps: int
    quorum_bps: int
    max_conf_bps: int
    min_dur_s: int
    max_dur_s: int
    activate_s: int
    dispute_min_s: int
    dispute_max_s: int
    dispute_default_s: int
    void_delay_s: int
    gate_s: int


class ConfigRow(msgspec.Struct, frozen=True, kw_only=True):
    """Config and mint rules as one row."""

    config: ChainConfig | None
    mints: list[MintRule]


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """What a client needs to know once: the chain, the programs, where to ask it, the rules in force."""

    genesis: str
    chain_time: UnixTime
    market_program: Address
    rpc_url: str
    dev_wallet: bool
    config: ChainConfig | None
    mints: list[MintRule]


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds that the programs and this API enforce."""

    question_bytes_min: int
    question_bytes_max: int
    uri_bytes_max: int
    outcomes_min: int
    outcomes_max: int
    slippage_bps_default: int
    slippage_bps_max: int
    body_bytes_max: int
    page_max: int
    channels_max: int
    ip_per_minute: int
    ip_per_hour: int
    mints: list[MintRule]


class FeesRow(msgspec.Struct, frozen=True, kw_only=True):
    """Fee rates in basis points, and what recent blocks asked for a compute unit (microlamports)."""

    protocol_fee_bps: int
    max_creator_fee_bps: int
    max_resolver_fee_bps: int
    total_fee_bps_max: int
    priority_p50: Amount | None
    priority_p90: Amount | None
    sampled_slot: int | None
