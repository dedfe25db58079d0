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
