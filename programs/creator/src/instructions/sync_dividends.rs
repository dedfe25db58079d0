//! sync_dividends: anyone shares out what came into the dividends account; in a SOL pool lamports count too.

use anchor_lang::prelude::*;

use crate::errors::CreatorError;
use crate::events::{emit, DividendsSynced, PoolState};
use crate::solvency;
use crate::state::Pool;
use crate::till;

#[event_cpi]
#[derive(Accounts)]
pub struct SyncDividends<'info> {
    /// The pool.
    #[account(mut, dup)]
    pub pool: Account<'info, Pool>,
    /// CHECK: the pool's dividends account, pinned by the hash of its seeds.
    #[account(mut, constraint = pool.is_dividends(&pool.key(), dividends.key) @ CreatorError::WrongVault)]
    pub dividends: UncheckedAccount<'info>,
    /// CHECK: the program that owns the dividends account.
    pub token_program: UncheckedAccount<'info>,
}

pub fn handler(ctx: Context<SyncDividends>) -> Result<()> {
    let a = ctx.accounts;
    let accrued = till::accrue(&mut a.pool, &a.dividends, &a.token_program)?;
    require!(accrued > 0, CreatorError::NothingNew);
    solvency::check_dividends(&a.pool, &a.dividends)?;
    let address = a.pool.key();
    let header = a.pool.next(address, &Clock::get()?, Pubkey::default());
    emit(&a.event_authority, &DividendsSynced { header, pool: PoolState::of(&a.pool, accrued) })
}
