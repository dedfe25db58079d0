//! cancel_void: the admin calls an announced void off: trading goes on.

use anchor_lang::prelude::*;

use crate::constants::{flag, CONFIG_ADDRESS};
use crate::errors::MarketError;
use crate::events::{emit, VoidAnnounced};
use crate::lifecycle::{self, Via};
use crate::state::{Config, Market};

#[event_cpi]
#[derive(Accounts)]
pub struct CancelVoid<'info> {
    /// The settings: name the admin.
    #[account(address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// The active market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// Config.admin.
    pub admin: Signer<'info>,
}

pub fn handler(ctx: Context<CancelVoid>) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    a.config.load()?.require_admin(a.admin.key)?;
    let mut market = a.market.load_mut()?;
    lifecycle::check(&market, Via::CancelVoid, clock.unix_timestamp, 0)?;
    require!(market.has(flag::HALTED), MarketError::NotHalted);
    market.flags &= !flag::HALTED;
    market.deadline = 0;
    let header = market.next(a.market.key(), &clock, a.admin.key());
    emit(&a.event_authority, &VoidAnnounced { header, deadline: 0, flags: market.flags })
}
