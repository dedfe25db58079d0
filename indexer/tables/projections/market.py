"""The tables of config, markets, positions, resolutions, votes and money. Folded from events."""

from datetime import datetime

from sqlalchemy import Boolean, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from indexer.tables.columns import base58, base58s, big, hex32, moment, text, u64, u64s, u128
from indexer.tables.projections.base import Projections


class Config(Projections, table=True):
    """The program's one Config account."""

    config: str = base58(key=True)
    admin: str = base58()
    pending_admin: str = base58()
    guardian: str = base58()
    council: str = base58()
    treasury: str = base58()
    pyth: list[str] = base58s()
    pending_hash: str = hex32()
    eta: int = big()
    seq: int = big()
    pause: int = big()
    mode: int = big()
    bump: int = big()
    protocol_fee_bps: int = big()
    max_creator_fee_bps: int = big()
    max_resolver_fee_bps: int = big()
    approve_bps: int = big()
    bond_bps: int = big()
    quorum_bps: int = big()
    overturn_bps: int = big()
    slash_bps: int = big()
    max_conf_bps: int = big()
    min_dur_s: int = big()
    max_dur_s: int = big()
    proposal_s: int = big()
    activate_s: int = big()
    dispute_min_s: int = big()
    dispute_max_s: int = big()
    dispute_default_s: int = big()
    vote_s: int = big()
    council_s: int = big()
    void_delay_s: int = big()
    gate_s: int = big()
    config_delay_s: int = big()
    quorum_voters: int = big()


class MintRule(Projections, table=True):
    """The bounds of one collateral mint; a partition of the config's subject."""

    __tablename__ = "mint_rule"  # pyright: ignore[reportAssignmentType]

    mint: str = base58(key=True)
    min_stake: int = u64()
    max_stake: int = u64()
    min_subsidy: int = u64()
    min_bond: int = u64()
    bump: int = big()
    enabled: bool = Field(sa_type=Boolean)


class Orphan(Projections, table=True):
    """An account whose rent went back after its market was gone; a partition of the config's subject."""

    address: str = base58(key=True)
    owner: str = base58()
    slot: int = big()
    signature: str = base58()


class Market(Projections, table=True):
    """One market: every field of its account, and what readers want beside it.

    price: implied chance of each outcome in millionths; vault: atoms the vault should hold; payout: mask, num, den
    once decided; volume: atoms staked or traded.
    """

    __table_args__ = (Index("market_state_lock", "state", "lock"), Index("market_creator", "creator"))

    market: str = base58(key=True)
    slug: str = text()
    question: str = text()
    uri: str = text()
    metadata_hash: str = hex32()
    price: list[int] = u64s()
    volume: int = u128()
    vault: int = u128()
    payout: list[int] | None = u64s(null=True)
    created_time: datetime | None = moment(null=True)
    closed_slot: int | None = big(null=True)
    last_seq: int = big()
    creator: str = base58()
    mint: str = base58()
    payer: str = base58()
    vault_payer: str = base58()
    fee_to: str = base58()
    source: str = base58()
    resolver_to: str = base58()
    id: int = u64()
    created_slot: int = big()
    open: int = big()
    lock: int = big()
    event: int = big()
    resolve_by: int = big()
    void_after: int = big()
    deadline: int = big()
    strike: int = big()
    strike_until: int = big()
    supply: list[int] = u64s()
    escrow: int = u64()
    fees_owed: list[int] = u64s()
    min_stake: int = u64()
    max_stake: int = u64()
    min_bond: int = u64()
    subsidy: int = u64()
    b: int = u64()
    inv: int = u64()
    cost: int = u64()
    num: int = u64()
    den: int = u64()
    lot_k: int = u64()
    seq: int = big()
    dispute_s: int = big()
    vote_s: int = big()
    council_s: int = big()
    gate_s: int = big()
    likes: int = big()
    dislikes: int = big()
    quorum_voters: int = big()
    market_rent: int = big()
    vault_rent: int = big()
    expo: int = big()
    fee_bps: list[int] = u64s()
    bond_bps: int = big()
    quorum_bps: int = big()
    overturn_bps: int = big()
    slash_bps: int = big()
    max_conf_bps: int = big()
    approve_bps: int = big()
    version: int = big()
    bump: int = big()
    vault_bump: int = big()
    engine: int = big()
    state: int = big()
    n: int = big()
    source_kind: int = big()
    flags: int = big()
    op: int = big()
    mask: int = big()
    inv_shift: int = big()
    strike_off: int = big()


class Outcome(Projections, table=True):
    """One outcome of a market: shares, implied chance in millionths, atoms ever staked on it."""

    market: str = base58(key=True)
    i: int = big(key=True, autoincrement=False)
    supply: int = u64()
    price: int = u64()
    volume: int = u128()


class Position(Projections, table=True):
    """One wallet's shares in one market: every field of its account, and its money so far.

    staked: atoms paid in for shares; cost: of the shares still held, costs by outcome; held: shares by outcome, those
    in orders and seats too; realised: gain or loss of what was sold or settled; payout: atoms paid out; state: open or
    closed.
    """

    __table_args__ = (
        Index("position_owner", "owner"),
        Index("position_unpaid", "market", "owner", postgresql_where=sql("state = 'open'")),
    )

    market: str = base58(key=True)
    owner: str = base58(key=True)
    address: str = base58()
    payer: str = base58()
    last_nonce: int = u64()
    nonce_bits: int = u64()
    last_seq: int = big()
    credit: int = u64()
    bump: int = big()
    seat: int = big()
    shares: list[int] = u64s()
    staked: int = u128()
    cost: int = u128()
    held: list[int] = u64s()
    costs: list[int] = u64s()
    realised: int = u128()
    payout: int = u128()
    state: str = text()
    stake_sig: str = base58()
    payout_sig: str | None = base58(null=True)


class Stake(Projections, table=True):
    """One stake as it happened; supply and price (millionths) are the outcome's after it."""

    __table_args__ = (Index("stake_slot", "market", "slot"), Index("stake_owner", "owner", "slot"))

    market: str = base58(key=True)
    seq: int = big(key=True, autoincrement=False)
    owner: str = base58()
    actor: str = base58()
    outcome: int = big()
    amount: int = u64()
    supply: int = u64()
    price: int = u64()
    nonce: int = u64()
    slot: int = big()
    ts: datetime = moment()
    signature: str = base58()


class Resolution(Projections, table=True):
    """How one market is or was resolved: every field of its account; closed_slot once that is gone."""

    market: str = base58(key=True)
    proposer: str = base58()
    disputer: str = base58()
    payer: str = base58()
    evidence: str = hex32()
    proposed_at: int = big()
    window_end: int = big()
    bond: int = u64()
    quorum: int = u64()
    owed: int = u64()
    tally: list[int] = u64s()
    total: int = u64()
    publish_time: int = big()
    price: int = big()
    proposed: int = big()
    final_outcome: int = big()
    flags: int = big()
    bump: int = big()
    bond_bump: int = big()
    votes: int = big()
    closed_slot: int | None = big(null=True)


class Payout(Projections, table=True):
    """What one wallet got from one market; skipped where its account could not receive."""

    market: str = base58(key=True)
    owner: str = base58(key=True)
    amount: int = u64()
    state: str = text()
    seq: int = big()
    slot: int = big()
    signature: str = base58()


class LedgerLeg(Projections, table=True):
    """One movement of collateral: the sum of delta over a market and an account is that account's balance."""

    __tablename__ = "ledger_leg"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ledger_leg_wallet", "wallet", "slot"), Index("ledger_leg_market", "market", "account"))

    slot: int = big(key=True, autoincrement=False)
    tx_index: int = big(key=True, autoincrement=False)
    ix: int = big(key=True, autoincrement=False)
    inner: int = big(key=True, autoincrement=False)
    leg: int = big(key=True, autoincrement=False)
    wallet: str = base58()
    market: str = base58()
    kind: str = text()
    mint: str = base58()
    account: str = text()
    delta: int = u128()


class WalletMarket(Projections, table=True):
    """One wallet's figures in one market; a wallet's totals are sums over these.

    volume: atoms staked or traded; staked: what the shares still held cost; pnl: atoms won or lost; correct: whether
    the larger part stood on the outcome that won, null while undecided or void.
    """

    __tablename__ = "wallet_market"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("wallet_market_market", "market"),)

    wallet: str = base58(key=True)
    market: str = base58(key=True)
    volume: int = u128()
    pnl: int = u128()
    correct: bool | None = Field(default=None, sa_type=Boolean, nullable=True)
    staked: int = u128()


class Vote(Projections, table=True):
    """One wallet's vote: on a proposal (round 0, side 1 likes it) or in a dispute (round 1, side = an outcome or n).

    Every field of its account; state: open or claimed, paid: atoms that came back of the weight with the claim.
    """

    __table_args__ = (Index("vote_voter", "voter", "slot"),)

    market: str = base58(key=True)
    round: int = big(key=True, autoincrement=False)
    voter: str = base58(key=True)
    address: str = base58()
    weight: int = u64()
    side: int = big()
    bump: int = big()
    state: str = text()
    paid: int = u64()
    seq: int = big()
    slot: int = big()
    ts: datetime = moment()
    signature: str = base58()
