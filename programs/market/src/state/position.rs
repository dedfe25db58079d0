//! Position: one wallet's shares of one market. Opens only while the market is Active, closes only once it is decided.

use anchor_lang::prelude::*;

use crate::errors::MarketError;

/// A wallet's shares; 144 + 8 n bytes at [`position`, market, owner].
#[account]
pub struct Position {
    /// Of this market.
    pub market: Pubkey,
    /// Owns the shares.
    pub owner: Pubkey,
    /// Gets the rent back.
    pub payer: Pubkey,
    /// Greatest nonce used.
    pub last_nonce: u64,
    /// Bit k: nonce last_nonce - k was used.
    pub nonce_bits: u64,
    /// Market.seq of the last event that touched it.
    pub last_seq: u64,
    /// Collateral free to withdraw.
    pub credit: u64,
    /// Bump of this address.
    pub bump: u8,
    /// Seat in the book, 255 = none.
    pub seat: u8,
    /// Zeros.
    pub reserved: [u8; 2],
    /// Shares of each outcome, n of them.
    pub shares: Vec<u64>,
}

impl Position {
    pub const fn space(n: u8) -> usize {
        8 + 3 * 32 + 4 * 8 + 4 + 4 + 8 * n as usize
    }

    /// Uses a nonce once, in a window of 64 so that several may fly at once.
    pub fn use_nonce(&mut self, n: u64) -> Result<()> {
        require!(n != 0, MarketError::NonceUsed);
        if n > self.last_nonce {
            let shift = n - self.last_nonce;
            self.nonce_bits = if shift >= 64 { 1 } else { self.nonce_bits << shift | 1 };
            self.last_nonce = n;
            return Ok(());
        }
        let back = self.last_nonce - n;
        require!(back < 64 && self.nonce_bits >> back & 1 == 0, MarketError::NonceUsed);
        self.nonce_bits |= 1 << back;
        Ok(())
    }
}
