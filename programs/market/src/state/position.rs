//! Position: one wallet's shares of one market. Opens only while the market is Active, closes only once it is decided.

use anchor_lang::prelude::*;
use market_math::nonce;

use crate::constants::{NONE, POSITION_SEED};
use crate::errors::MarketError;
use crate::pda;

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

    /// Reads the owner's position of an open market, or makes it: only its canonical address is ever made, so that reading need not
    /// derive it again.
    pub fn open<'info>(
        account: &AccountInfo<'info>,
        market: &Pubkey,
        n: u8,
        owner: &Pubkey,
        payer: &AccountInfo<'info>,
    ) -> Result<Self> {
        if *account.owner == crate::ID {
            let position = Self::try_deserialize(&mut &account.try_borrow_data()?[..])?;
            let theirs = position.market == *market && position.owner == *owner;
            require!(theirs, MarketError::WrongPosition);
            return Ok(position);
        }
        let seeds: [&[u8]; 3] = [POSITION_SEED, market.as_ref(), owner.as_ref()];
        let (address, bump) = Pubkey::find_program_address(&seeds, &crate::ID);
        require_keys_eq!(address, *account.key, MarketError::WrongPosition);
        let seeds: [&[u8]; 4] = [POSITION_SEED, market.as_ref(), owner.as_ref(), &[bump]];
        pda::create(account, payer, Self::space(n), &crate::ID, &seeds)?;
        Ok(Self::new(*market, *owner, *payer.key, bump, n))
    }

    fn new(market: Pubkey, owner: Pubkey, payer: Pubkey, bump: u8, n: u8) -> Self {
        Self {
            market,
            owner,
            payer,
            last_nonce: 0,
            nonce_bits: 0,
            last_seq: 0,
            credit: 0,
            bump,
            seat: NONE,
            reserved: [0; 2],
            shares: vec![0; usize::from(n)],
        }
    }

    /// This market's position in an account of a batch; None where it is closed, foreign or something else.
    pub fn of_market(account: &AccountInfo, market: &Pubkey) -> Option<Self> {
        if *account.owner != crate::ID {
            return None;
        }
        let data = account.try_borrow_data().ok()?;
        Self::try_deserialize(&mut &data[..]).ok().filter(|position| position.market == *market)
    }

    /// Writes it back.
    pub fn store(&self, account: &AccountInfo) -> Result<()> {
        self.try_serialize(&mut &mut account.try_borrow_mut_data()?[..])
    }

    /// Uses a nonce once, in a window of 64 so that several may fly at once.
    pub fn use_nonce(&mut self, n: u64) -> Result<()> {
        let after = nonce::used(self.last_nonce, self.nonce_bits, n).ok_or(MarketError::NonceUsed)?;
        (self.last_nonce, self.nonce_bits) = after;
        Ok(())
    }
}
