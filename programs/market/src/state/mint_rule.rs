//! MintRule: the bounds of money in one mint.

use anchor_lang::prelude::*;

use crate::errors::MarketError;

/// Bounds of one mint; 80 bytes at [`mint`, mint]. Amounts in its base units.
#[account]
pub struct MintRule {
    /// The token.
    pub mint: Pubkey,
    /// Least collateral a trade pays in.
    pub min_stake: u64,
    /// Greatest collateral a trade pays in.
    pub max_stake: u64,
    /// Least subsidy of a market maker.
    pub min_subsidy: u64,
    /// Least bond of a proposal.
    pub min_bond: u64,
    /// Bump of this address.
    pub bump: u8,
    /// Whether new markets may use this mint.
    pub enabled: bool,
    /// Zeros.
    pub reserved: [u8; 6],
}

impl MintRule {
    pub const SPACE: usize = 8 + 32 + 4 * 8 + 1 + 1 + 6;

    /// Bounds must leave something to stake.
    pub fn validate(&self) -> Result<()> {
        let ordered = 0 < self.min_stake && self.min_stake <= self.max_stake;
        require!(ordered && self.min_bond > 0, MarketError::BadMintRule);
        Ok(())
    }
}
