//! announce_void: the admin halts a market; from the deadline on anyone may void it.

use anchor_lang::prelude::*;

use crate::constants::CONFIG_ADDRESS;
use crate::state::{Config, Market};

#[event_cpi]
#[derive(Accounts)]
pub struct AnnounceVoid<'info> {
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
pub fn handler(_ctx: Context<AnnounceVoid>) -> Result<()> { Ok(()) }
