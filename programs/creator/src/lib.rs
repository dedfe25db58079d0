//! The creator program: shares of creators on a price curve, with lock-up and dividends. Dispatch only; every rule is in the
//! instruction's own file, on a state type, or in market-math (`curve`, `dividends`).
//!
//! A pool never ends and owes nothing to anybody but its holders: its reserve holds the price of all shares, its dividends account
//! what came in (a market's creator fee, or anybody's gift) and was not taken yet.

// Anchor wants every instruction's items at one place; the handlers are called by their full names.
#![allow(ambiguous_glob_reexports)]

use anchor_lang::prelude::*;

pub mod constants;
pub mod errors;
pub mod events;
pub mod instructions;
pub mod solvency;
pub mod state;
pub mod till;

use instructions::*;

declare_id!("BqmvVcRWv4Z8NX7g4s17iuWfLmvEM9bJvx2bXqUbHvEf");

market::entrypoint!(ID, EVENT_AUTHORITY_AND_BUMP.0, {
    buy_shares BuyShares,
    sell_shares SellShares,
    pay_dividends PayDividends,
    claim_dividend ClaimDividend,
    sync_dividends SyncDividends,
    create_pool CreatePool,
});

#[program]
pub mod creator {
    use super::*;

    /// Makes the creator's pool, with the creator's first buy.
    pub fn create_pool(ctx: Context<CreatePool>, args: CreatePoolArgs) -> Result<()> {
        create_pool::handler(ctx, args)
    }

    /// Buys shares on the curve, which locks all shares of the holder for a while.
    pub fn buy_shares(ctx: Context<BuyShares>, args: BuySharesArgs) -> Result<()> {
        buy_shares::handler(ctx, args)
    }

    /// Sells shares on the curve, once their lock is over.
    pub fn sell_shares(ctx: Context<SellShares>, args: SellSharesArgs) -> Result<()> {
        sell_shares::handler(ctx, args)
    }

    /// Anyone shares out what came into the dividends account.
    pub fn sync_dividends(ctx: Context<SyncDividends>) -> Result<()> {
        sync_dividends::handler(ctx)
    }

    /// The owner takes their dividends, to any token account.
    pub fn claim_dividend(ctx: Context<ClaimDividend>) -> Result<()> {
        claim_dividend::handler(ctx)
    }

    /// Anyone pays holders their dividends: remaining accounts in pairs [holder, destination].
    pub fn pay_dividends<'info>(ctx: Context<'info, PayDividends<'info>>, args: PayDividendsArgs) -> Result<()> {
        pay_dividends::handler(ctx, args)
    }
}
