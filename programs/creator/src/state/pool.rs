//! Pool: one creator's shares, their curve and what they have earned.

use anchor_lang::prelude::*;
use market::events::Header;
use market::pda;
use market::token::NATIVE_MINT;
use market_math::{curve, dividends};

use crate::constants::{DIVIDENDS_SEED, LOCK_S_MIN, POOL_SEED, POOL_VERSION, RESERVE_SEED};
use crate::errors::CreatorError;

/// A creator's pool; 160 bytes at [`pool`, creator]. Amounts in base units of `mint`. Never closes.
#[account]
pub struct Pool {
    /// Made it.
    pub creator: Pubkey,
    /// What shares cost and earn.
    pub mint: Pubkey,
    /// Shares of all holders.
    pub supply: u64,
    /// The share that follows k others costs a k^2 + c.
    pub a: u64,
    /// Price of the first share.
    pub c: u64,
    /// Dividends counted in and not paid yet.
    pub recorded: u64,
    /// Earned by one share since the pool began, in 2^-32 base units.
    pub acc: u128,
    /// Not divisible yet, in 2^-32 base units.
    pub carry: u64,
    /// Events so far.
    pub seq: u64,
    /// A buy locks the holder's shares for so long.
    pub lock_s: u32,
    /// Version of this layout.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// Bump of the reserve.
    pub reserve_bump: u8,
    /// Bump of the dividends account.
    pub dividends_bump: u8,
    /// Zeros.
    pub reserved: [u8; 16],
}

/// What a creator chooses.
pub struct Terms {
    pub a: u64,
    pub c: u64,
    pub lock_s: u32,
}

impl Terms {
    /// A curve in bounds that is not free for ever, and a lock of at least the cluster's floor.
    pub fn validate(&self) -> Result<()> {
        let bounded = self.a < curve::A_BOUND && self.c < curve::C_BOUND;
        require!(bounded && (self.a > 0 || self.c > 0), CreatorError::BadCurve);
        require!(self.lock_s >= LOCK_S_MIN, CreatorError::BadLock);
        Ok(())
    }
}

impl Pool {
    pub const SPACE: usize = 8 + 2 * 32 + 4 * 8 + 16 + 2 * 8 + 4 + 4 + 16;

    /// A pool without shares; `bumps` of the pool, its reserve and its dividends account.
    pub fn new(creator: Pubkey, mint: Pubkey, terms: &Terms, bumps: [u8; 3]) -> Self {
        let [bump, reserve_bump, dividends_bump] = bumps;
        Self {
            creator,
            mint,
            supply: 0,
            a: terms.a,
            c: terms.c,
            recorded: 0,
            acc: 0,
            carry: 0,
            seq: 0,
            lock_s: terms.lock_s,
            version: POOL_VERSION,
            bump,
            reserve_bump,
            dividends_bump,
            reserved: [0; 16],
        }
    }

    pub fn is_native(&self) -> bool {
        self.mint == NATIVE_MINT
    }

    /// The pool's mint and the program that owns it.
    pub fn require_mint(&self, mint: &AccountInfo, token_program: &AccountInfo) -> Result<()> {
        require!(*mint.key == self.mint && mint.owner == token_program.key, CreatorError::WrongMint);
        Ok(())
    }

    /// Whether an address is that of the pool's reserve.
    pub fn is_reserve(&self, pool: &Pubkey, address: &Pubkey) -> bool {
        pda::is_at(address, &[RESERVE_SEED, pool.as_ref()], self.reserve_bump, &crate::ID)
    }

    /// Whether an address is that of the pool's dividends account.
    pub fn is_dividends(&self, pool: &Pubkey, address: &Pubkey) -> bool {
        pda::is_at(address, &[DIVIDENDS_SEED, pool.as_ref()], self.dividends_bump, &crate::ID)
    }

    /// What n shares cost that follow s others.
    pub fn cost(&self, s: u64, n: u64) -> Result<u64> {
        curve::cost(self.a, self.c, s, n).ok_or_else(|| CreatorError::Overflow.into())
    }

    /// Mints shares; returns their cost.
    pub fn mint_shares(&mut self, n: u64) -> Result<u64> {
        require!(n > 0, CreatorError::AmountTooSmall);
        let after = self.supply.checked_add(n).filter(|after| *after <= curve::SUPPLY_MAX);
        let cost = self.cost(self.supply, n);
        self.supply = after.ok_or(CreatorError::SupplyExceeded)?;
        cost
    }

    /// Burns shares; returns what they bring.
    pub fn burn_shares(&mut self, n: u64) -> Result<u64> {
        require!(n > 0, CreatorError::AmountTooSmall);
        self.supply = self.supply.checked_sub(n).ok_or(CreatorError::InvariantViolated)?;
        self.cost(self.supply, n)
    }

    /// Counts in what the dividends account holds beyond what was counted; without shares it waits. Returns the amount.
    pub fn accrue(&mut self, balance: u64) -> Result<u64> {
        let amount = balance.checked_sub(self.recorded).ok_or(CreatorError::InvariantViolated)?;
        if self.supply == 0 || amount == 0 {
            return Ok(0);
        }
        let after = dividends::accrue(self.acc, self.carry, amount, self.supply);
        (self.acc, self.carry) = after.ok_or(CreatorError::Overflow)?;
        self.recorded = balance;
        Ok(amount)
    }

    /// Counts one more event of this pool and heads it.
    pub fn next(&mut self, address: Pubkey, clock: &Clock, actor: Pubkey) -> Header {
        self.seq += 1;
        Header { subject: address, seq: self.seq, slot: clock.slot, ts: clock.unix_timestamp, actor }
    }

    /// What the pool signs with.
    pub fn seeds(&self) -> [&[u8]; 3] {
        [POOL_SEED, self.creator.as_ref(), std::slice::from_ref(&self.bump)]
    }
}
