//! While the market is open.

use anchor_lang::prelude::*;

use super::{Header, PositionState, Value};

/// A stake was paid into a parimutuel market.
#[event]
pub struct Staked {
    pub header: Header,
    pub outcome: u8,
    pub amount: u64,
    pub nonce: u64,
    /// What one unit would pay if this outcome won now, in bps.
    pub rate_bps: u64,
    pub positions: Vec<PositionState>,
    pub value: Value,
}

/// Shares were bought of or sold to the market maker, or complete sets made or taken back.
#[event]
pub struct Traded {
    pub header: Header,
    /// 0 BUY, 1 SELL, 2 SPLIT, 3 MERGE.
    pub kind: u8,
    /// 255 of a complete set.
    pub outcome: u8,
    pub shares: u64,
    /// Collateral against them: a buyer pays value + fee, a seller gets value - fee.
    pub value: u64,
    pub fee: u64,
    pub nonce: u64,
    pub positions: Vec<PositionState>,
    /// Of the market.
    pub after: Value,
}

/// Shares went from one position to another: in `positions` in this order.
#[event]
pub struct SharesTransferred {
    pub header: Header,
    pub outcome: u8,
    pub shares: u64,
    pub nonce: u64,
    pub positions: Vec<PositionState>,
}

/// Free collateral was taken out of a Position.
#[event]
pub struct Withdrawn {
    pub header: Header,
    pub amount: u64,
    pub nonce: u64,
    pub flags: u8,
    pub vault_rent: u32,
    pub positions: Vec<PositionState>,
    pub value: Value,
}
