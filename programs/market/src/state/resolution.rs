//! Resolution: how a market is being decided: a bonded proposal, or a closing price that may still be bettered.

use anchor_lang::prelude::*;

use crate::constants::{NONE, RESOLUTION_SEED};
use crate::errors::MarketError;
use crate::pda;

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

    /// A resolution that nobody proposed to yet.
    pub fn new(market: Pubkey, payer: Pubkey, bump: u8) -> Self {
        Self {
            market,
            proposer: Pubkey::default(),
            disputer: Pubkey::default(),
            payer,
            evidence: [0; 32],
            proposed_at: 0,
            window_end: 0,
            bond: 0,
            quorum: 0,
            owed: 0,
            tally: [0; 9],
            total: 0,
            publish_time: 0,
            price: 0,
            proposed: NONE,
            final_outcome: NONE,
            flags: 0,
            bump,
            bond_bump: 0,
            reserved: [0; 3],
        }
    }

    /// Reads the market's resolution; None while there is none.
    pub fn of_market(account: &AccountInfo, market: &Pubkey) -> Result<Option<Self>> {
        if *account.owner != crate::ID {
            return Ok(None);
        }
        let resolution = Self::try_deserialize(&mut &account.try_borrow_data()?[..])?;
        require_keys_eq!(resolution.market, *market, MarketError::WrongResolution);
        Ok(Some(resolution))
    }

    /// Makes the account, at its canonical address alone.
    pub fn create<'info>(account: &AccountInfo<'info>, market: &Pubkey, payer: &AccountInfo<'info>) -> Result<Self> {
        let (address, bump) = Pubkey::find_program_address(&[RESOLUTION_SEED, market.as_ref()], &crate::ID);
        require_keys_eq!(address, *account.key, MarketError::WrongResolution);
        let seeds: [&[u8]; 3] = [RESOLUTION_SEED, market.as_ref(), &[bump]];
        pda::create(account, payer, Self::SPACE, &crate::ID, &seeds)?;
        Ok(Self::new(*market, *payer.key, bump))
    }

    /// Writes it back.
    pub fn store(&self, account: &AccountInfo) -> Result<()> {
        self.try_serialize(&mut &mut account.try_borrow_mut_data()?[..])
    }

    /// Made for a closing price: it has no bond and no bond vault.
    pub fn is_price(&self) -> bool {
        self.bond == 0
    }

    pub fn has(&self, bit: u8) -> bool {
        self.flags & bit != 0
    }

    pub fn set(&mut self, bit: u8) {
        self.flags |= bit;
    }
}
