//! buy_shares: pays the price of the next shares into the reserve. What came in before belongs to those who held before.

use anchor_lang::prelude::*;

use crate::constants::share_side;
use crate::errors::CreatorError;
use crate::events::{emit, HolderState, PoolState, SharesTraded};
use crate::solvency;
use crate::state::{Holder, Pool};
use crate::till::{self, Till};

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct BuySharesArgs {
    pub shares: u64,
    /// The most that they may cost at landing.
    pub max_cost: u64,
    /// Acts once.
    pub nonce: u64,
    /// Last slot in which it may land.
    pub valid_until: u64,
}

#[event_cpi]
#[derive(Accounts)]
pub struct BuyShares<'info> {
    /// The pool.
    #[account(mut, dup)]
    pub pool: Account<'info, Pool>,
    /// CHECK: the pool's reserve, pinned by the hash of its seeds.
    #[account(mut, constraint = pool.is_reserve(&pool.key(), reserve.key) @ CreatorError::WrongVault)]
    pub reserve: UncheckedAccount<'info>,
    /// CHECK: the pool's dividends account, pinned by the hash of its seeds.
    #[account(mut, constraint = pool.is_dividends(&pool.key(), dividends.key) @ CreatorError::WrongVault)]
    pub dividends: UncheckedAccount<'info>,
    /// CHECK: the owner's holder, made at the first buy; Holder::open looks into it.
    #[account(mut)]
    pub holder: UncheckedAccount<'info>,
    /// Buys; owns the holder.
    pub owner: Signer<'info>,
    /// Pays a new holder's rent, which stays.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// CHECK: the owner's token account; the token program looks into it.
    #[account(mut)]
    pub owner_token: UncheckedAccount<'info>,
    /// CHECK: the pool's mint.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

/// Mints shares to a holder, locked anew; returns their cost, which is at most `max_cost`.
pub fn buy(pool: &mut Pool, holder: &mut Holder, shares: u64, max_cost: u64, now: i64) -> Result<u64> {
    let cost = pool.mint_shares(shares)?;
    require!(cost <= max_cost, CreatorError::CostTooHigh);
    let after = holder.shares.checked_add(shares).ok_or(CreatorError::Overflow)?;
    holder.hold(pool, after)?;
    let until = now.checked_add(i64::from(pool.lock_s)).ok_or(CreatorError::Overflow)?;
    holder.locked_until = holder.locked_until.max(until);
    Ok(cost)
}

pub fn handler(ctx: Context<BuyShares>, args: BuySharesArgs) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    require!(clock.slot <= args.valid_until, CreatorError::Expired);
    a.pool.require_mint(&a.mint, &a.token_program)?;
    let (address, actor) = (a.pool.key(), a.owner.key());
    let mut holder = Holder::open(&a.holder, &address, &actor, &a.payer)?;
    holder.use_nonce(args.nonce)?;
    let accrued = till::accrue(&mut a.pool, &a.dividends, &a.token_program)?;
    let value = buy(&mut a.pool, &mut holder, args.shares, args.max_cost, clock.unix_timestamp)?;
    let till = Till { pool: a.pool.as_ref(), mint: &a.mint, token_program: &a.token_program };
    till.pull(&a.owner_token, &a.owner, &a.reserve, value)?;
    let header = a.pool.next(address, &clock, actor);
    holder.last_seq = header.seq;
    holder.store(&a.holder)?;
    solvency::check(&a.pool, &a.reserve, &a.dividends)?;
    let event = SharesTraded {
        header,
        side: share_side::BUY,
        shares: args.shares,
        value,
        nonce: args.nonce,
        holder: HolderState::of(&holder),
        pool: PoolState::of(&a.pool, accrued),
    };
    emit(&a.event_authority, &event)
}
