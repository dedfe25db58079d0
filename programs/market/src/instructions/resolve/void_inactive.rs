//! void_inactive: anyone voids a market that nobody decided, whose void was announced, or whose strike is not to be believed.

use anchor_lang::prelude::*;

use crate::constants::{INVALID, NONE};
use crate::engine;
use crate::events::StateChanged;
use crate::lifecycle::{self, Via};
use crate::state::Market;

#[event_cpi]
#[derive(Accounts)]
pub struct VoidInactive<'info> {
    /// The active market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
}

pub fn handler(ctx: Context<VoidInactive>) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    let mut market = a.market.load_mut()?;
    lifecycle::check(&market, Via::VoidInactive, clock.unix_timestamp, 0)?;
    let to = engine::decide(&mut market, INVALID)?;
    let change = lifecycle::enter(&mut market, Via::VoidInactive, to, clock.unix_timestamp)?;
    let nobody = Pubkey::default();
    StateChanged::emit(&a.event_authority, &mut market, a.market.key(), (&clock, nobody), change, NONE)
}
