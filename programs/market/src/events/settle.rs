//! From the decision to the last lamport.

use anchor_lang::prelude::*;

use super::{Header, Value};
use crate::state::Market;

/// One payment of PaidOut.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct PayoutItem {
    pub owner: Pubkey,
    /// Paid, or what would be paid once it can be.
    pub amount: u64,
    /// 0 paid and the Position closed; else skipped and unchanged: 1 destination, 2 rent payer cannot receive.
    pub status: u8,
}

/// Positions were paid and closed, by their owner (actor) or by anyone (actor zero).
#[event]
pub struct PaidOut {
    pub header: Header,
    pub items: Vec<PayoutItem>,
    /// Market.flags and Market.vault_rent after it: the first payment of a SOL market unwraps.
    pub flags: u8,
    pub vault_rent: u32,
    pub value: Value,
}

impl PaidOut {
    pub fn of(header: Header, market: &Market, items: Vec<PayoutItem>) -> Self {
        Self { header, items, flags: market.flags, vault_rent: market.vault_rent, value: Value::of(market) }
    }
}

/// A bond went back to its owner.
#[event]
pub struct BondClaimed {
    pub header: Header,
    pub owner: Pubkey,
    pub amount: u64,
    /// Resolution.owed and Resolution.flags after it.
    pub owed: u64,
    pub flags: u8,
}

/// Fees were paid out.
#[event]
pub struct FeesCollected {
    pub header: Header,
    /// 0 creator, 1 resolver, 2 protocol.
    pub kind: u8,
    /// The wallet paid, or with FEE_TO_ACCOUNT the token account.
    pub recipient: Pubkey,
    pub amount: u64,
    pub flags: u8,
    pub vault_rent: u32,
    pub value: Value,
}

/// The market maker's rest went back to who funded it.
#[event]
pub struct SubsidyWithdrawn {
    pub header: Header,
    /// The creator; in the end the treasury, if the creator cannot receive.
    pub recipient: Pubkey,
    pub amount: u64,
    pub flags: u8,
    pub vault_rent: u32,
    pub value: Value,
}

/// One account of Closed.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ClosedItem {
    pub address: Pubkey,
    /// Of a Position or a Vote: its market and its owner; else the market twice.
    pub market: Pubkey,
    pub owner: Pubkey,
    /// Who got the rent, lamports.
    pub payer: Pubkey,
    pub rent: u64,
}

/// Accounts were closed. Subject: the market; Config for ORPHAN.
#[event]
pub struct Closed {
    pub header: Header,
    /// 0 MARKET, 1 RESOLUTION, 2 BOOK, 3 ORPHAN.
    pub what: u8,
    pub items: Vec<ClosedItem>,
    /// Left over in the vault or bond vault, and who got it (a wallet; zeros if nothing was left).
    pub residual: u64,
    pub residual_to: Pubkey,
}
