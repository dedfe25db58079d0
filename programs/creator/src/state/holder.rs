//! Holder: one wallet's shares of one pool, and what they have earned.

use anchor_lang::prelude::*;
use market::pda;
use market_math::{dividends, nonce};

use crate::constants::HOLDER_SEED;
use crate::errors::CreatorError;
use crate::state::Pool;

/// A wallet's shares; 160 bytes at [`holder`, pool, owner]. Never closes.
#[account]
pub struct Holder {
    /// Of this pool.
    pub pool: Pubkey,
    /// Owns the shares.
    pub owner: Pubkey,
    /// Shares.
    pub shares: u64,
    /// Pool.acc up to which the shares' earnings are in `pending`.
    pub debt: u128,
    /// Earned and not paid yet.
    pub pending: u64,
    /// The shares cannot be sold before, unix seconds.
    pub locked_until: i64,
    /// Greatest nonce used.
    pub last_nonce: u64,
    /// Bit k: nonce last_nonce - k was used.
    pub nonce_bits: u64,
    /// Pool.seq of the last event that touched it.
    pub last_seq: u64,
    /// Bump of this address.
    pub bump: u8,
    /// Zeros.
    pub reserved: [u8; 23],
}

impl Holder {
    pub const SPACE: usize = 8 + 2 * 32 + 8 + 16 + 5 * 8 + 1 + 23;

    /// Reads the owner's holder of a pool, or makes it: only its canonical address is ever made, so that reading need not derive it
    /// again.
    pub fn open<'info>(
        account: &AccountInfo<'info>,
        pool: &Pubkey,
        owner: &Pubkey,
        payer: &AccountInfo<'info>,
    ) -> Result<Self> {
        if *account.owner == crate::ID {
            let holder = Self::try_deserialize(&mut &account.try_borrow_data()?[..])?;
            require!(holder.pool == *pool && holder.owner == *owner, CreatorError::WrongHolder);
            return Ok(holder);
        }
        let bump = pda::canonical(account.key, &[HOLDER_SEED, pool.as_ref(), owner.as_ref()], &crate::ID);
        let bump = bump.ok_or(CreatorError::WrongHolder)?;
        let seeds: [&[u8]; 4] = [HOLDER_SEED, pool.as_ref(), owner.as_ref(), &[bump]];
        pda::create(account, payer, Self::SPACE, &crate::ID, &seeds)?;
        Ok(Self::new(*pool, *owner, bump))
    }

    fn new(pool: Pubkey, owner: Pubkey, bump: u8) -> Self {
        Self {
            pool,
            owner,
            shares: 0,
            debt: 0,
            pending: 0,
            locked_until: 0,
            last_nonce: 0,
            nonce_bits: 0,
            last_seq: 0,
            bump,
            reserved: [0; 23],
        }
    }

    /// This pool's holder in an account of a batch; None where it is foreign or something else.
    pub fn of_pool(account: &AccountInfo, pool: &Pubkey) -> Option<Self> {
        if *account.owner != crate::ID {
            return None;
        }
        let data = account.try_borrow_data().ok()?;
        Self::try_deserialize(&mut &data[..]).ok().filter(|holder| holder.pool == *pool)
    }

    /// Writes it back.
    pub fn store(&self, account: &AccountInfo) -> Result<()> {
        self.try_serialize(&mut &mut account.try_borrow_mut_data()?[..])
    }

    /// Uses a nonce once, in a window of 64 so that several may fly at once.
    pub fn use_nonce(&mut self, n: u64) -> Result<()> {
        let after = nonce::used(self.last_nonce, self.nonce_bits, n).ok_or(CreatorError::NonceUsed)?;
        (self.last_nonce, self.nonce_bits) = after;
        Ok(())
    }

    /// Takes in what the shares earned up to the pool's present, then holds `shares`.
    pub fn hold(&mut self, pool: &Pool, shares: u64) -> Result<()> {
        let (whole, fraction) = dividends::earned(self.shares, pool.acc, self.debt).ok_or(CreatorError::Overflow)?;
        self.pending = self.pending.checked_add(whole).ok_or(CreatorError::Overflow)?;
        self.debt = dividends::debt_after(pool.acc, shares, fraction);
        self.shares = shares;
        Ok(())
    }

    /// Takes all dividends out of the holder and the pool; returns the amount, 0 if there are none.
    pub fn take(&mut self, pool: &mut Pool) -> Result<u64> {
        self.hold(pool, self.shares)?;
        let amount = std::mem::take(&mut self.pending);
        pool.recorded = pool.recorded.checked_sub(amount).ok_or(CreatorError::InvariantViolated)?;
        Ok(amount)
    }
}
