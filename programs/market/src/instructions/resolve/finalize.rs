//! finalize: a proposal or a price candidate stands, its window being over.

use anchor_lang::prelude::*;

use crate::constants::resolution_flag;
use crate::engine::parimutuel;
use crate::errors::MarketError;
use crate::events::StateChanged;
use crate::lifecycle::{self, State, Via};
use crate::state::{Market, Resolution};

#[event_cpi]
#[derive(Accounts)]
pub struct Finalize<'info> {
    /// The resolving market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// Its resolution.
    #[account(mut, constraint = resolution.market == market.key() @ MarketError::WrongResolution)]
    pub resolution: Account<'info, Resolution>,
}

pub fn handler(ctx: Context<Finalize>) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    let now = clock.unix_timestamp;
    let mut market = a.market.load_mut()?;
    let resolution = &mut a.resolution;
    lifecycle::check(&market, Via::Finalize, now, resolution.window_end)?;
    // A contested proposal stands only if it came from the market's source in its time.
    let stands = market.state()? == State::Resolving || resolution.has(resolution_flag::BY_SOURCE);
    let outcome = if stands { resolution.proposed } else { market.n };
    resolution.final_outcome = outcome;
    let to = parimutuel::decide(&mut market, outcome)?;
    market.resolver_to = if stands { resolution.proposer } else { Pubkey::default() };
    let change = lifecycle::enter(&mut market, Via::Finalize, to, now)?;
    let nobody = Pubkey::default();
    StateChanged::emit(&a.event_authority, &mut market, a.market.key(), (&clock, nobody), change, outcome)
}
