//! rule: the council decides a contested market.

use anchor_lang::prelude::*;

use crate::constants::{resolution_flag, CONFIG_ADDRESS};
use crate::errors::MarketError;
use crate::events::{emit, Ruled, StateChanged};
use crate::lifecycle::{self, Via};
use crate::state::{Config, Market, Resolution};
use crate::verdict;

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct RuleArgs {
    /// n = INVALID, which leads to Void.
    pub outcome: u8,
}

#[event_cpi]
#[derive(Accounts)]
pub struct Rule<'info> {
    /// The settings: name the council.
    #[account(address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// The contested market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// Its resolution.
    #[account(mut)]
    pub resolution: AccountLoader<'info, Resolution>,
    /// Config.council.
    pub council: Signer<'info>,
}

pub fn handler(ctx: Context<Rule>, args: RuleArgs) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    let now = clock.unix_timestamp;
    let (address, council) = (a.market.key(), a.council.key());
    require_keys_eq!(a.config.load()?.council, council, MarketError::NotCouncil);
    let mut market = a.market.load_mut()?;
    let mut resolution = a.resolution.load_mut()?;
    resolution.require_of(&address)?;
    lifecycle::check(&market, Via::Rule, now, resolution.window_end)?;
    require!(args.outcome <= market.n, MarketError::BadOutcome);
    resolution.flags &= !resolution_flag::COUNCIL_TIMEOUT;
    let change = verdict::conclude(&mut market, &mut resolution, args.outcome, Via::Rule, now)?;
    let event = Ruled { header: market.next(address, &clock, council), outcome: args.outcome, flags: resolution.flags };
    emit(&a.event_authority, &event)?;
    StateChanged::emit(&a.event_authority, &mut market, address, (&clock, council), change, args.outcome)
}
