//! cancel_void: the admin calls an announced void off: trading goes on.

use anchor_lang::prelude::*;

use crate::constants::CONFIG_ADDRESS;
use crate::state::{Config, Market};

#[event_cpi]
#[derive(Accounts)]
pub struct CancelVoid<'info> {
    /// The settings: name the admin.
    #[account(address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// The active market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// Config.admin.
    pub admin: Signer<'info>,
}

//HANDLER
pub fn handler(_ctx: Context<CancelVoid>) -> Result<()> { Ok(()) }
