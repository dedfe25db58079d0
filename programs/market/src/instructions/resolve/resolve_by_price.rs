//! resolve_by_price: an oracle's update decides a price market, or becomes the candidate that may still be bettered.

use anchor_lang::prelude::*;

use crate::constants::CONFIG_ADDRESS;
use crate::state::{Config, Market};

#[event_cpi]
#[derive(Accounts)]
pub struct ResolveByPrice<'info> {
    /// The settings: name the oracles that are believed.
    #[account(address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// The market, past its event.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the market's resolution; made here for a candidate alone.
    #[account(mut)]
    pub resolution: UncheckedAccount<'info>,
    /// CHECK: a price update; price::read looks into it.
    pub price_update: UncheckedAccount<'info>,
    /// Brings it; gets the resolver's fee if the update ends the market.
    pub caller: Signer<'info>,
    /// Pays a candidate's rent and gets it back.
    #[account(mut)]
    pub payer: Signer<'info>,
    pub system_program: Program<'info, System>,
}

//HANDLER
pub fn handler(_ctx: Context<ResolveByPrice>) -> Result<()> { Ok(()) }
