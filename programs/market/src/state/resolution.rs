//! Resolution: how a market is being decided: a bonded proposal, or a closing price that may still be bettered.

use anchor_lang::prelude::*;

use crate::constants::resolution_flag;

/// A market's resolution; 312 bytes at [`resolution`, market].
#[account]
pub struct Resolution {
    /// Of this market.
    pub market: Pubkey,
    /// Proposed the outcome, or brought the price.
    pub proposer: Pubkey,
    /// Disputed it; zeros = nobody.
    pub disputer: Pubkey,
    /// Gets the rent back.
    pub payer: Pubkey,
    /// sha256 of the proposer's evidence; zeros for a price.
    pub evidence: [u8; 32],
    /// When it was proposed, unix seconds.
    pub proposed_at: i64,
    /// The present window ends then.
    pub window_end: i64,
    /// Bond of each side.
    pub bond: u64,
    /// Weight without which a vote decides nothing.
    pub quorum: u64,
    /// What the bond vault owes.
    pub owed: u64,
    /// Weight of each outcome, then of INVALID.
    pub tally: [u64; 9],
    /// Sum of `tally`.
    pub total: u64,
    /// Publish time of the price held.
    pub publish_time: i64,
    /// The price held.
    pub price: i64,
    /// Outcome proposed; n = INVALID.
    pub proposed: u8,
    /// Outcome decided; 255 = not yet.
    pub final_outcome: u8,
    /// BY_SOURCE 1, PROPOSER_PAID 2, DISPUTER_PAID 4, COUNCIL_TIMEOUT 8.
    pub flags: u8,
    /// Bump of this address.
    pub bump: u8,
    /// Bump of the bond vault.
    pub bond_bump: u8,
    /// Zeros.
    pub reserved: [u8; 3],
}

impl Resolution {
    pub const SPACE: usize = 8 + 5 * 32 + 2 * 8 + 3 * 8 + 9 * 8 + 8 + 2 * 8 + 5 + 3;

    /// Made for a closing price: it has no bond and no bond vault.
    pub fn is_price(&self) -> bool {
        self.bond == 0
    }

    pub fn has(&self, bit: u8) -> bool {
        self.flags & bit != 0
    }

    pub fn set(&mut self, bit: u8) {
        debug_assert!(bit <= resolution_flag::COUNCIL_TIMEOUT);
        self.flags |= bit;
    }
}
