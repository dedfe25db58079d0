//! record_strike: an oracle's update becomes the strike of an UPDOWN market, or proves that there is none.

use anchor_lang::prelude::*;

use crate::constants::CONFIG_ADDRESS;
use crate::state::{Config, Market};

#[event_cpi]
#[derive(Accounts)]
pub struct RecordStrike<'info> {
    /// The settings: name the oracles that are believed.
    #[account(address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// The active UPDOWN market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: a price update; price::read looks into it.
    pub price_update: UncheckedAccount<'info>,
    /// Brings it: named in the event.
    pub caller: Signer<'info>,
}

//HANDLER
pub fn handler(_ctx: Context<RecordStrike>) -> Result<()> { Ok(()) }
