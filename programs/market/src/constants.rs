//! Numbers that clients share: bits, kinds, bounds and fixed addresses. Their twins are `idl/enums.py` and `idl/limits.py`.

use anchor_lang::prelude::*;

#[cfg(any(
    all(feature = "localnet", feature = "devnet"),
    all(feature = "localnet", feature = "mainnet"),
    all(feature = "devnet", feature = "mainnet"),
))]
compile_error!("build for one cluster: exactly one of the features localnet, devnet, mainnet");
#[cfg(not(any(feature = "localnet", feature = "devnet", feature = "mainnet")))]
compile_error!("build for a cluster: name one of the features localnet, devnet, mainnet");

/// The only key that may make Config; on localnet the seeded wallet `authority`.
#[cfg(feature = "localnet")]
pub const INIT_AUTHORITY: Pubkey = Pubkey::from_str_const("6LJW96i7cHCfuFvevKwbBa2AqTvqpXfjVz5FuZPGoxaE");
/// Elsewhere the deployer's multisig, named when building.
#[cfg(not(feature = "localnet"))]
pub const INIT_AUTHORITY: Pubkey = Pubkey::from_str_const(env!("SEALBOOK_INIT_AUTHORITY"));

/// Config's address, computed while compiling.
pub const CONFIG_ADDRESS: Pubkey =
    Pubkey::new_from_array(anchor_lang::derive_program_address(&[CONFIG_SEED], &crate::ID_CONST.to_bytes()).0);

pub const CONFIG_SEED: &[u8] = b"config";
pub const MINT_RULE_SEED: &[u8] = b"mint";
pub const MARKET_SEED: &[u8] = b"market";
pub const VAULT_SEED: &[u8] = b"vault";
pub const BOND_VAULT_SEED: &[u8] = b"bond";
pub const POSITION_SEED: &[u8] = b"position";
pub const RESOLUTION_SEED: &[u8] = b"resolution";
pub const VOTE_SEED: &[u8] = b"vote";
pub const BOOK_SEED: &[u8] = b"book";

/// Version of the Market layout.
pub const MARKET_VERSION: u8 = 1;
/// 100 % in basis points.
pub const BPS: u64 = 10_000;
/// Most that creator, resolver and protocol may take together.
pub const FEE_BPS_MAX: u32 = 1_000;
pub const OUTCOMES_MIN: u8 = 2;
pub const OUTCOMES_MAX: u8 = 8;
pub const QUESTION_BYTES_MIN: usize = 10;
pub const QUESTION_BYTES_MAX: usize = 280;
pub const URI_BYTES_MAX: usize = 120;
/// A market id carries a slot at most this much older than the chain, and a market cannot close sooner than this.
pub const ID_SLOTS_MAX: u64 = 150;
/// Width of the price window from E on, and least distance from lock to event of a price market.
pub const PRICE_WINDOW_S: i64 = 60;
pub const DAY_S: i64 = 86_400;
pub const RESOLVE_BY_MAX_S: i64 = 30 * DAY_S;
pub const VOID_AFTER_MIN_S: i64 = 3 * DAY_S;
pub const VOID_AFTER_MAX_S: i64 = 30 * DAY_S;
/// From this long after the decision, what creator or resolver cannot receive goes to the treasury.
pub const UNCLAIMED_S: i64 = 30 * DAY_S;
/// From its eta on an announced change of Config can be applied for this long.
pub const CONFIG_OPEN_S: i64 = 7 * DAY_S;
/// Exponents further apart than this void the market.
pub const EXPO_DIGITS_MAX: u32 = 12;
/// Greatest absolute exponent of a strike.
pub const EXPO_MAX: u32 = 18;
/// Beyond every market's outcomes, so that deciding it leads to Void; events and proposals write it as n.
pub const INVALID: u8 = OUTCOMES_MAX;
/// Greatest Market.lot_k.
pub const LOT_K_MAX: u64 = 1 << 40;
/// Most orders that one order may look at.
pub const MATCHES_MAX: u8 = 16;
/// No outcome, no seat.
pub const NONE: u8 = 255;

/// Who brings the prices in: Market.engine.
pub mod engine {
    pub const PARIMUTUEL: u8 = 0;
    pub const LMSR: u8 = 1;
    pub const BOOK: u8 = 2;
}

/// Market.source_kind.
pub mod source_kind {
    pub const PRICE: u8 = 0;
    pub const OPTIMISTIC: u8 = 1;
}

/// Market.op: the condition that makes outcome 0 true.
pub mod op {
    pub const GTE: u8 = 0;
    pub const GT: u8 = 1;
    pub const LTE: u8 = 2;
    pub const LT: u8 = 3;
    pub const UPDOWN: u8 = 4;
}

/// Traded.kind.
pub mod trade_kind {
    pub const BUY: u8 = 0;
    pub const SELL: u8 = 1;
    pub const SPLIT: u8 = 2;
    pub const MERGE: u8 = 3;
}

/// Bits of Market.flags.
pub mod flag {
    pub const UNWRAPPED: u8 = 1;
    pub const HALTED: u8 = 2;
    pub const STRIKE_SET: u8 = 4;
    pub const STRIKE_FINAL: u8 = 8;
    pub const STRIKE_WIDE: u8 = 16;
    pub const FEE_TO_ACCOUNT: u8 = 32;
    pub const HAS_BOOK: u8 = 64;
}

/// Bits of Config.pause: each stops new risk of one kind, never a way out.
pub mod pause {
    pub const CREATE: u8 = 1;
    pub const STAKE: u8 = 2;
    pub const BUY: u8 = 4;
    pub const SPLIT: u8 = 8;
    pub const ORDER: u8 = 16;
    pub const ALL: u8 = 31;
}

/// Config.mode: who may create, and where a new market starts.
pub mod mode {
    pub const ANYONE_APPROVED: u8 = 0;
    pub const ANYONE_PROPOSED: u8 = 1;
    pub const ADMIN_APPROVED: u8 = 2;
}

/// What an order does with what it cannot match at once.
pub mod order_kind {
    /// Rests.
    pub const LIMIT: u8 = 0;
    /// Is given up.
    pub const IOC: u8 = 1;
    /// All of the order is matched at once, or nothing.
    pub const FOK: u8 = 2;
    /// Rests whole, or is refused.
    pub const POST_ONLY: u8 = 3;
}

/// OrderPlaced.fills[].how: what became of an order of the book.
pub mod step {
    pub const MINT: u8 = 0;
    pub const TRANSFER: u8 = 1;
    pub const MERGE: u8 = 2;
    /// Cancelled: the taker's own.
    pub const OWN: u8 = 3;
    /// Cancelled: it had expired.
    pub const EXPIRED: u8 = 4;
    /// Cancelled: its side was full, and it the newest at the worst price.
    pub const EVICTED: u8 = 5;
    /// Cancelled: its seat went to somebody with more in their order.
    pub const SEAT: u8 = 6;
}

/// OrdersCancelled.reason.
pub mod cancelled {
    pub const OWNER: u8 = 0;
    /// Expired, or trading is over.
    pub const PRUNED: u8 = 1;
}

/// Index into Market.fees_owed and Market.fee_bps.
pub mod fee_kind {
    pub const CREATOR: u8 = 0;
    pub const RESOLVER: u8 = 1;
    pub const PROTOCOL: u8 = 2;
}

/// Bits of Resolution.flags. COUNCIL_TIMEOUT is set from Contested on and cleared by a ruling: it says that the council has not ruled.
pub mod resolution_flag {
    pub const BY_SOURCE: u8 = 1;
    pub const PROPOSER_PAID: u8 = 2;
    pub const DISPUTER_PAID: u8 = 4;
    pub const COUNCIL_TIMEOUT: u8 = 8;
}

/// Vote.round: what is voted on.
pub mod round {
    /// Whether a proposed market may open: side 0 against, 1 for it.
    pub const PROPOSAL: u8 = 0;
    /// How a disputed market ended: any outcome, or n = INVALID.
    pub const DISPUTE: u8 = 1;
}

/// ConfigChanged.kind.
pub mod change {
    pub const INIT: u8 = 0;
    pub const PROPOSED: u8 = 1;
    pub const APPLIED: u8 = 2;
    pub const ADMIN: u8 = 3;
}

/// Closed.what.
pub mod closed {
    pub const MARKET: u8 = 0;
    pub const RESOLUTION: u8 = 1;
    pub const BOOK: u8 = 2;
    pub const ORPHAN: u8 = 3;
}

/// PaidOut.items[].status.
pub mod paid {
    /// Paid, and its Position closed.
    pub const PAID: u8 = 0;
    /// The destination cannot receive: nothing changed.
    pub const NO_DESTINATION: u8 = 1;
    /// The rent payer cannot receive: nothing changed.
    pub const NO_PAYER: u8 = 2;
}
