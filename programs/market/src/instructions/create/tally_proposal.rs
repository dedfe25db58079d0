//! tally_proposal: the votes approve a proposed market or reject it; an approved one that nobody activated in time is rejected.

use anchor_lang::prelude::*;

use crate::constants::{round, BPS, CONFIG_ADDRESS, NONE};
use crate::events::{emit, StateChanged, Tallied};
use crate::lifecycle::{self, State, Via};
use crate::state::{Config, Market};

#[event_cpi]
#[derive(Accounts)]
pub struct TallyProposal<'info> {
    /// The settings: how long an approved market may be activated.
    #[account(address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// The market, past its deadline.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
}

/// Whether enough voted, and enough of them for it.
fn approved(market: &Market) -> bool {
    let (likes, total) = (u64::from(market.likes), u64::from(market.likes) + u64::from(market.dislikes));
    likes * BPS >= u64::from(market.approve_bps) * total && total >= u64::from(market.quorum_voters)
}

pub fn handler(ctx: Context<TallyProposal>) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    let now = clock.unix_timestamp;
    let (address, nobody) = (a.market.key(), Pubkey::default());
    let mut market = a.market.load_mut()?;
    lifecycle::check(&market, Via::TallyProposal, now, 0)?;
    let voted = market.state()? == State::Proposed;
    let change = if voted && approved(&market) {
        let activate_by = now.saturating_add(i64::from(a.config.load()?.activate_s));
        lifecycle::approve(&mut market, now, activate_by)?
    } else {
        lifecycle::enter(&mut market, Via::TallyProposal, State::Rejected, now)?
    };
    if voted {
        let tally = vec![u64::from(market.dislikes), u64::from(market.likes)];
        let total = tally.iter().sum();
        let outcome = u8::from(change.to == State::Approved);
        let header = market.next(address, &clock, nobody);
        let event = Tallied { header, round: round::PROPOSAL, outcome, tally, total, window_end: 0, flags: 0 };
        emit(&a.event_authority, &event)?;
    }
    StateChanged::emit(&a.event_authority, &mut market, address, (&clock, nobody), change, NONE)
}
