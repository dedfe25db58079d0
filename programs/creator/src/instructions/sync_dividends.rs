//! sync_dividends: anyone shares out what came into the dividends account; in a SOL pool lamports count too.

use anchor_lang::prelude::*;

use crate::constants::DIVIDENDS_SEED;
use crate::errors::CreatorError;
use crate::events::{emit, DividendsSynced, PoolState};
use crate::solvency;
use crate::state::Pool;
use crate::till;

#[event_cpi]
#[derive(Accounts)]
pub struct SyncDividends<'info> {
    /// The pool.
    #[account(mut)]
    pub pool: Account<'info, Pool>,
    /// CHECK: the pool's dividends account, pinned by its seeds.
    #[account(mut, seeds = [DIVIDENDS_SEED, pool.key().as_ref()], bump = pool.dividends_bump)]
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
