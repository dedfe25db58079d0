//! announce_void: the admin halts a market; from the deadline on anyone may void it.

use anchor_lang::prelude::*;

use crate::constants::{flag, CONFIG_ADDRESS};
use crate::errors::MarketError;
use crate::events::{emit, VoidAnnounced};
use crate::lifecycle::{self, Via};
use crate::state::{Config, Market};

#[event_cpi]
#[derive(Accounts)]
pub struct AnnounceVoid<'info> {
    /// The settings: name the admin.
    #[account(address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// The active market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// Config.admin.
    pub admin: Signer<'info>,
}

pub fn handler(ctx: Context<AnnounceVoid>) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    let config = a.config.load()?;
    config.require_admin(a.admin.key)?;
    let mut market = a.market.load_mut()?;
    lifecycle::check(&market, Via::AnnounceVoid, clock.unix_timestamp, 0)?;
    // A second announcement would only put the void off.
    require!(!market.has(flag::HALTED), MarketError::Halted);
    market.flags |= flag::HALTED;
    market.deadline = clock.unix_timestamp.saturating_add(i64::from(config.void_delay_s));
    let header = market.next(a.market.key(), &clock, a.admin.key());
    emit(&a.event_authority, &VoidAnnounced { header, deadline: market.deadline, flags: market.flags })
}
