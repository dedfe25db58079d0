//! tally_proposal: an approved market that nobody activated in time is rejected.

use anchor_lang::prelude::*;

use crate::constants::NONE;
use crate::events::StateChanged;
use crate::lifecycle::{self, State, Via};
use crate::state::Market;

#[event_cpi]
#[derive(Accounts)]
pub struct TallyProposal<'info> {
    /// The market, past its deadline.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
}

pub fn handler(ctx: Context<TallyProposal>) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    let mut market = a.market.load_mut()?;
    lifecycle::check(&market, Via::TallyProposal, clock.unix_timestamp, 0)?;
    let change = lifecycle::enter(&mut market, Via::TallyProposal, State::Rejected, clock.unix_timestamp)?;
    let nobody = Pubkey::default();
    StateChanged::emit(&a.event_authority, &mut market, a.market.key(), (&clock, nobody), change, NONE)
}
