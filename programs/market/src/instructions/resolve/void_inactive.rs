//! void_inactive: anyone voids a market that nobody decided, whose void was announced, or whose strike is not to be believed.

use anchor_lang::prelude::*;

use crate::state::Market;

#[event_cpi]
#[derive(Accounts)]
pub struct VoidInactive<'info> {
    /// The active market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
}

//HANDLER
pub fn handler(_ctx: Context<VoidInactive>) -> Result<()> { Ok(()) }
