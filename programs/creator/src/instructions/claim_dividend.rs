//! claim_dividend: the owner takes their dividends, to any token account.

use anchor_lang::prelude::*;

use crate::constants::dividend;
use crate::errors::CreatorError;
use crate::events::{emit, DividendItem, DividendPaid, PoolState};
use crate::solvency;
use crate::state::{Holder, Pool};
use crate::till::{self, Till};

#[event_cpi]
#[derive(Accounts)]
pub struct ClaimDividend<'info> {
    /// The pool.
    #[account(mut, dup)]
    pub pool: Account<'info, Pool>,
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

pub fn handler(ctx: Context<ClaimDividend>) -> Result<()> {
    let a = ctx.accounts;
    a.pool.require_mint(&a.mint, &a.token_program)?;
    let accrued = till::accrue(&mut a.pool, &a.dividends, &a.token_program)?;
    let amount = a.holder.take(&mut a.pool)?;
    require!(amount > 0, CreatorError::NothingOwed);
    let till = Till { pool: a.pool.as_ref(), mint: &a.mint, token_program: &a.token_program };
    till.pay(&a.pool, &a.dividends, &a.destination, amount)?;
    let address = a.pool.key();
    let header = a.pool.next(address, &Clock::get()?, a.owner.key());
    a.holder.last_seq = header.seq;
    solvency::check_dividends(&a.pool, &a.dividends)?;
    let item = DividendItem { owner: a.holder.owner, amount, status: dividend::PAID, debt: a.holder.debt };
    emit(&a.event_authority, &DividendPaid { header, items: vec![item], pool: PoolState::of(&a.pool, accrued) })
}
