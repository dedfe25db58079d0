//! finalize: a proposal or a price candidate stands, its window being over; so does what the council did not rule on, or it is void.

use anchor_lang::prelude::*;

use crate::events::StateChanged;
use crate::lifecycle::{self, State, Via};
use crate::state::{Market, Resolution};
use crate::verdict;

#[event_cpi]
#[derive(Accounts)]
pub struct Finalize<'info> {
    /// The resolving or contested market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// Its resolution.
    #[account(mut)]
    pub resolution: AccountLoader<'info, Resolution>,
}

pub fn handler(ctx: Context<Finalize>) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    let now = clock.unix_timestamp;
    let address = a.market.key();
    let mut market = a.market.load_mut()?;
    let mut resolution = a.resolution.load_mut()?;
    resolution.require_of(&address)?;
    lifecycle::check(&market, Via::Finalize, now, resolution.window_end)?;
    let undisputed = market.state()? == State::Resolving;
    let outcome = if undisputed { resolution.proposed } else { resolution.by_timeout(market.n) };
    let change = verdict::conclude(&mut market, &mut resolution, outcome, Via::Finalize, now)?;
    let nobody = Pubkey::default();
    StateChanged::emit(&a.event_authority, &mut market, address, (&clock, nobody), change, outcome)
}
