//! tally_dispute: the votes of a dispute decide it, or it is contested and the council has to.

use anchor_lang::prelude::*;

use crate::constants::{resolution_flag, round, NONE};
use crate::events::{emit, StateChanged, Tallied};
use crate::lifecycle::{self, Change, State, Via};
use crate::state::{Market, Resolution};
use crate::verdict;

#[event_cpi]
#[derive(Accounts)]
pub struct TallyDispute<'info> {
    /// The disputed market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// Its resolution.
    #[account(mut)]
    pub resolution: AccountLoader<'info, Resolution>,
}

/// What the votes come to: the outcome decided, or NONE, with the transition.
fn count(market: &mut Market, resolution: &mut Resolution, now: i64) -> Result<(u8, Change)> {
    let via = Via::TallyDispute;
    if let Some(outcome) = resolution.verdict(market.overturn_bps) {
        return Ok((outcome, verdict::conclude(market, resolution, outcome, via, now)?));
    }
    resolution.set(resolution_flag::COUNCIL_TIMEOUT);
    if market.council_s == 0 {
        let outcome = resolution.by_timeout(market.n);
        return Ok((outcome, verdict::conclude(market, resolution, outcome, via, now)?));
    }
    resolution.window_end = now.saturating_add(i64::from(market.council_s));
    Ok((NONE, lifecycle::enter(market, via, State::Contested, now)?))
}

pub fn handler(ctx: Context<TallyDispute>) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    let now = clock.unix_timestamp;
    let (address, nobody) = (a.market.key(), Pubkey::default());
    let mut market = a.market.load_mut()?;
    let mut resolution = a.resolution.load_mut()?;
    resolution.require_of(&address)?;
    lifecycle::check(&market, Via::TallyDispute, now, resolution.window_end)?;
    let (outcome, change) = count(&mut market, &mut resolution, now)?;
    let event = Tallied {
        header: market.next(address, &clock, nobody),
        round: round::DISPUTE,
        outcome,
        tally: resolution.tallies(market.n),
        total: resolution.total,
        window_end: resolution.window_end,
        flags: resolution.flags,
    };
    emit(&a.event_authority, &event)?;
    StateChanged::emit(&a.event_authority, &mut market, address, (&clock, nobody), change, outcome)
}
