//! sell_shares: gives shares back for what the last ones of the pool cost, from the reserve.

use anchor_lang::prelude::*;

use crate::constants::share_side;
use crate::errors::CreatorError;
use crate::events::{emit, HolderState, PoolState, SharesTraded};
use crate::solvency;
use crate::state::{Holder, Pool};
use crate::till::{self, Till};

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct SellSharesArgs {
    pub shares: u64,
    /// The least that they may bring at landing.
    pub min_out: u64,
    /// Acts once.
    pub nonce: u64,
    /// Last slot in which it may land.
    pub valid_until: u64,
}

#[event_cpi]
#[derive(Accounts)]
pub struct SellShares<'info> {
    /// The pool.
    #[account(mut, dup)]
    pub pool: Account<'info, Pool>,
    /// CHECK: the pool's reserve, pinned by the hash of its seeds.
    #[account(mut, constraint = pool.is_reserve(&pool.key(), reserve.key) @ CreatorError::WrongVault)]
    pub reserve: UncheckedAccount<'info>,
    /// CHECK: the pool's dividends account, pinned by the hash of its seeds.
    #[account(mut, constraint = pool.is_dividends(&pool.key(), dividends.key) @ CreatorError::WrongVault)]
    pub dividends: UncheckedAccount<'info>,
    /// The owner's holder.
    #[account(
        mut,
        constraint = holder.pool == pool.key() && holder.owner == owner.key() @ CreatorError::WrongHolder,
    )]
    pub holder: Account<'info, Holder>,
    /// Owns the holder.
    pub owner: Signer<'info>,
    /// CHECK: any token account of the mint.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,
    /// CHECK: the pool's mint.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
}

impl SellShares<'_> {
    /// Burns the shares; returns what they bring, which is at least the bound.
    fn sell(&mut self, args: &SellSharesArgs, now: i64) -> Result<u64> {
        let (pool, holder) = (&mut self.pool, &mut self.holder);
        require!(now >= holder.locked_until, CreatorError::SharesLocked);
        let after = holder.shares.checked_sub(args.shares).ok_or(CreatorError::SharesTooFew)?;
        holder.hold(pool, after)?;
        let out = pool.burn_shares(args.shares)?;
        require!(out >= args.min_out, CreatorError::OutTooLow);
        Ok(out)
    }
}

pub fn handler(ctx: Context<SellShares>, args: SellSharesArgs) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    require!(clock.slot <= args.valid_until, CreatorError::Expired);
    a.pool.require_mint(&a.mint, &a.token_program)?;
    a.holder.use_nonce(args.nonce)?;
    let accrued = till::accrue(&mut a.pool, &a.dividends, &a.token_program)?;
    let value = a.sell(&args, clock.unix_timestamp)?;
    let till = Till { pool: a.pool.as_ref(), mint: &a.mint, token_program: &a.token_program };
    till.pay(&a.pool, &a.reserve, &a.destination, value)?;
    let address = a.pool.key();
    let header = a.pool.next(address, &clock, a.owner.key());
    a.holder.last_seq = header.seq;
    solvency::check(&a.pool, &a.reserve, &a.dividends)?;
    let event = SharesTraded {
        header,
        side: share_side::SELL,
        shares: args.shares,
        value,
        nonce: args.nonce,
        holder: HolderState::of(&a.holder),
        pool: PoolState::of(&a.pool, accrued),
    };
    emit(&a.event_authority, &event)
}
