//! reject: the admin turns down a market that is not active yet; no money is inside.

use anchor_lang::prelude::*;

use crate::constants::{CONFIG_ADDRESS, NONE};
use crate::events::StateChanged;
use crate::lifecycle::{self, State, Via};
use crate::state::{Config, Market};

#[event_cpi]
#[derive(Accounts)]
pub struct Reject<'info> {
    /// The settings: names the admin.
    #[account(address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// The proposed or approved market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// Config.admin.
    pub admin: Signer<'info>,
}

pub fn handler(ctx: Context<Reject>) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    a.config.load()?.require_admin(a.admin.key)?;
    let mut market = a.market.load_mut()?;
    lifecycle::check(&market, Via::Reject, clock.unix_timestamp, 0)?;
    let change = lifecycle::enter(&mut market, Via::Reject, State::Rejected, clock.unix_timestamp)?;
    StateChanged::emit(&a.event_authority, &mut market, a.market.key(), (&clock, a.admin.key()), change, NONE)
}
