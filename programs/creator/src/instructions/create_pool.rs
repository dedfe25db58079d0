//! create_pool: a creator makes their pool and buys its first shares, before anybody else can.

use anchor_lang::prelude::*;
use market::{pda, token};

use crate::constants::{DIVIDENDS_SEED, POOL_SEED, RESERVE_SEED};
use crate::errors::CreatorError;
use crate::events::{emit, HolderState, PoolCreated, PoolState};
use crate::instructions::buy_shares;
use crate::solvency;
use crate::state::{Holder, Pool, Terms};
use crate::till::Till;

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct CreatePoolArgs {
    /// The share that follows k others costs a k^2 + c.
    pub a: u64,
    /// Price of the first share.
    pub c: u64,
    /// A buy locks the holder's shares for so long, seconds.
    pub lock_s: u32,
    /// The first buy.
    pub shares: u64,
    /// The most that the first buy may cost.
    pub max_cost: u64,
    /// Acts once.
    pub nonce: u64,
    /// Last slot in which it may land.
    pub valid_until: u64,
}

#[event_cpi]
#[derive(Accounts)]
pub struct CreatePool<'info> {
    /// Made here.
    #[account(init, payer = payer, space = Pool::SPACE, seeds = [POOL_SEED, creator.key().as_ref()], bump)]
    pub pool: Account<'info, Pool>,
    /// CHECK: pinned by its seeds; made here as a token account of the pool, holds the price of all shares.
    #[account(mut, seeds = [RESERVE_SEED, pool.key().as_ref()], bump)]
    pub reserve: UncheckedAccount<'info>,
    /// CHECK: pinned by its seeds; made here as a token account of the pool, takes in its dividends.
    #[account(mut, seeds = [DIVIDENDS_SEED, pool.key().as_ref()], bump)]
    pub dividends: UncheckedAccount<'info>,
    /// CHECK: the creator's holder, made here; Holder::open looks into it.
    #[account(mut)]
    pub holder: UncheckedAccount<'info>,
    /// Makes the pool, owns the first shares.
    pub creator: Signer<'info>,
    /// Pays the rents, which stay.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// CHECK: the creator's token account; the token program looks into it.
    #[account(mut)]
    pub creator_token: UncheckedAccount<'info>,
    /// CHECK: a mint that markets take; token::require_plain_mint looks into it.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

impl CreatePool<'_> {
    fn make_accounts(&self, bumps: &CreatePoolBumps) -> Result<()> {
        let pool = self.pool.key();
        let reserve: [&[u8]; 3] = [RESERVE_SEED, pool.as_ref(), &[bumps.reserve]];
        let dividends: [&[u8]; 3] = [DIVIDENDS_SEED, pool.as_ref(), &[bumps.dividends]];
        for (account, seeds) in [(&self.reserve, &reserve), (&self.dividends, &dividends)] {
            pda::create(account, &self.payer, token::ACCOUNT_BYTES, self.token_program.key, seeds)?;
            token::initialize(account, &self.mint, &self.token_program, &pool)?;
        }
        Ok(())
    }
}

pub fn handler(ctx: Context<CreatePool>, args: CreatePoolArgs) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    require!(clock.slot <= args.valid_until, CreatorError::Expired);
    let terms = Terms { a: args.a, c: args.c, lock_s: args.lock_s };
    terms.validate()?;
    token::require_plain_mint(&a.mint)?;
    let bumps = [ctx.bumps.pool, ctx.bumps.reserve, ctx.bumps.dividends];
    a.pool.set_inner(Pool::new(a.creator.key(), a.mint.key(), &terms, bumps));
    a.pool.require_mint(&a.mint, &a.token_program)?;
    a.make_accounts(&ctx.bumps)?;
    let (address, actor) = (a.pool.key(), a.creator.key());
    let mut holder = Holder::open(&a.holder, &address, &actor, &a.payer)?;
    holder.use_nonce(args.nonce)?;
    let value = buy_shares::buy(&mut a.pool, &mut holder, args.shares, args.max_cost, clock.unix_timestamp)?;
    let till = Till { pool: a.pool.as_ref(), mint: &a.mint, token_program: &a.token_program };
    till.pull(&a.creator_token, &a.creator, &a.reserve, value)?;
    let header = a.pool.next(address, &clock, actor);
    holder.last_seq = header.seq;
    holder.store(&a.holder)?;
    solvency::check(&a.pool, &a.reserve, &a.dividends)?;
    let event = PoolCreated {
        header,
        creator: a.pool.creator,
        mint: a.pool.mint,
        a: a.pool.a,
        c: a.pool.c,
        lock_s: a.pool.lock_s,
        version: a.pool.version,
        bump: a.pool.bump,
        reserve_bump: a.pool.reserve_bump,
        dividends_bump: a.pool.dividends_bump,
        shares: args.shares,
        value,
        nonce: args.nonce,
        holder: HolderState::of(&holder),
        pool: PoolState::of(&a.pool, 0),
    };
    emit(&a.event_authority, &event)
}
