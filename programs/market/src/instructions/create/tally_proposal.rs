//! tally_proposal: an approved market that nobody activated in time is rejected.

use anchor_lang::prelude::*;

use crate::state::Market;

#[event_cpi]
#[derive(Accounts)]
pub struct TallyProposal<'info> {
    /// The market, past its deadline.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
}

//HANDLER
pub fn handler(_ctx: Context<TallyProposal>) -> Result<()> { Ok(()) }
