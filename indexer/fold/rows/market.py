"""The rows of subjects, config, markets, positions, resolutions, votes and money. Pure; used by fold and store."""

from datetime import datetime
from typing import ClassVar

from indexer.model import Row


class Subject(Row, frozen=True, gc=False):
    """One partition of the projections and how far its gapless sequence is known."""

    table: ClassVar[str] = "subject"
    key: ClassVar[tuple[str, ...]] = ("subject",)

    subject: str
    kind: str
    first_slot: int
    last_seq: int
    degraded_from_seq: int | None


class Config(Row, frozen=True, gc=False):
    """The program's one Config account."""

    table: ClassVar[str] = "config"
    key: ClassVar[tuple[str, ...]] = ("config",)

    config: str
    admin: str
    pending_admin: str
    guardian: str
    council: str
    treasury: str
    pyth: tuple[str, ...]
    pending_hash: str
    eta: int
    seq: int
    pause: int
    mode: int
    bump: int
    protocol_fee_bps: int
    max_creator_fee_bps: int
    max_resolver_fee_bps: int
    approve_bps: int
    bond_bps: int
    quorum_bps: int
    overturn_bps: int
    slash_bps: int
    max_conf_bps: int
    min_dur_s: int
    max_dur_s: int
    proposal_s: int
    activate_s: int
    dispute_min_s: int
    dispute_max_s: int
    dispute_default_s: int
    vote_s: int
    council_s: int
    void_delay_s: int
    gate_s: int
    config_delay_s: int
    quorum_voters: int


class MintRule(Row, frozen=True, gc=False):
    """The bounds of one collateral mint; a partition of the config's subject."""

    table: ClassVar[str] = "mint_rule"
    key: ClassVar[tuple[str, ...]] = ("mint",)

    mint: str
    min_stake: int
    max_stake: int
    min_subsidy: int
    min_bond: int
    bump: int
    enabled: bool


class Orphan(Row, frozen=True, gc=False):
    """An account whose rent went back after its market was gone; a partition of the config's subject."""

    table: ClassVar[str] = "orphan"
    key: ClassVar[tuple[str, ...]] = ("address",)

    address: str
    owner: str
    slot: int
    signature: str


class Market(Row, frozen=True, gc=False):
    """One market: every field of its account, and what readers want beside it."""

    table: ClassVar[str] = "market"
    key: ClassVar[tuple[str, ...]] = ("market",)

    market: str
    slug: str
    question: str
    uri: str
    metadata_hash: str
    price: tuple[int, ...]
    volume: int
    vault: int
    payout: tuple[int, ...] | None
    created_time: datetime | None
    closed_slot: int | None
    last_seq: int
    creator: str
    mint: str
    payer: str
    vault_payer: str
    fee_to: str
    source: str
    resolver_to: str
    id: int
    created_slot: int
    open: int
    lock: int
    event: int
    resolve_by: int
    void_after: int
    deadline: int
    strike: int
    strike_until: int
    supply: tuple[int, ...]
    escrow: int
    fees_owed: tuple[int, ...]
    min_stake: int
    max_stake: int
    min_bond: int
    subsidy: int
    b: int
    inv: int
    cost: int
    num: int
    den: int
    lot_k: int
    seq: int
    dispute_s: int
    vote_s: int
    council_s: int
    gate_s: int
    likes: int
    dislikes: int
    quorum_voters: int
    market_rent: int
    vault_rent: int
    expo: int
    fee_bps: tuple[int, ...]
    bond_bps: int
    quorum_bps: int
    overturn_bps: int
    slash_bps: int
    max_conf_bps: int
    approve_bps: int
    version: int
    bump: int
    vault_bump: int
    engine: int
    state: int
    n: int
    source_kind: int
    flags: int
    op: int
    mask: int
    inv_shift: int
    strike_off: int


class Outcome(Row, frozen=True, gc=False):
    """One outcome of a market: shares, implied chance in millionths, atoms ever staked on it."""

    table: ClassVar[str] = "outcome"
    key: ClassVar[tuple[str, ...]] = (
        "market",
        "i",
    )

    market: str
    i: int
    supply: int
    price: int
    volume: int


class Position(Row, frozen=True, gc=False):
    """One wallet's shares in one market: every field of its account, and its money so far."""

    table: ClassVar[str] = "position"
    key: ClassVar[tuple[str, ...]] = (
        "market",
        "owner",
    )

    market: str
    owner: str
    address: str
    payer: str
    last_nonce: int
    nonce_bits: int
    last_seq: int
    credit: int
    bump: int
    seat: int
    shares: tuple[int, ...]
    staked: int
    cost: int
    held: tuple[int, ...]
    costs: tuple[int, ...]
    realised: int
    payout: int
    state: str
    stake_sig: str
    payout_sig: str | None


class Stake(Row, frozen=True, gc=False):
    """One stake as it happened; supply and price (millionths) are the outcome's after it."""

    table: ClassVar[str] = "stake"
    key: ClassVar[tuple[str, ...]] = (
        "market",
        "seq",
    )

    market: str
    seq: int
    owner: str
    actor: str
    outcome: int
    amount: int
    supply: int
    price: int
    nonce: int
    slot: int
    ts: datetime
    signature: str


class Resolution(Row, frozen=True, gc=False):
    """How one market is or was resolved: every field of its account; closed_slot once that is gone."""

    table: ClassVar[str] = "resolution"
    key: ClassVar[tuple[str, ...]] = ("market",)

    market: str
    proposer: str
    disputer: str
    payer: str
    evidence: str
    proposed_at: int
    window_end: int
    bond: int
    quorum: int
    owed: int
    tally: tuple[int, ...]
    total: int
    publish_time: int
    price: int
    proposed: int
    final_outcome: int
    flags: int
    bump: int
    bond_bump: int
    votes: int
    closed_slot: int | None


class Payout(Row, frozen=True, gc=False):
    """What one wallet got from one market; skipped where its account could not receive."""

    table: ClassVar[str] = "payout"
    key: ClassVar[tuple[str, ...]] = (
        "market",
        "owner",
    )

    market: str
    owner: str
    amount: int
    state: str
    seq: int
    slot: int
    signature: str


class LedgerLeg(Row, frozen=True, gc=False):
    """One movement of collateral: the sum of delta over a market and an account is that account's balance."""

    table: ClassVar[str] = "ledger_leg"
    key: ClassVar[tuple[str, ...]] = (
        "slot",
        "tx_index",
        "ix",
        "inner",
        "leg",
    )

    slot: int
    tx_index: int
    ix: int
    inner: int
    leg: int
    wallet: str
    market: str
    kind: str
    mint: str
    account: str
    delta: int


class WalletMarket(Row, frozen=True, gc=False):
    """One wallet's figures in one market; a wallet's totals are sums over these."""

    table: ClassVar[str] = "wallet_market"
    key: ClassVar[tuple[str, ...]] = (
        "wallet",
        "market",
    )

    wallet: str
    market: str
    volume: int
    pnl: int
    correct: bool | None
    staked: int


class Vote(Row, frozen=True, gc=False):
    """One wallet's vote on a proposal or in a dispute, and what it got back."""

    table: ClassVar[str] = "vote"
    key: ClassVar[tuple[str, ...]] = ("market", "round", "voter")

    market: str
    round: int
    voter: str
    address: str
    weight: int
    side: int
    bump: int
    state: str
    paid: int
    seq: int
    slot: int
    ts: datetime
    signature: str
