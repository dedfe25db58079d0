//! reject: the admin turns down a market that is not active yet; no money is inside.

use anchor_lang::prelude::*;

use crate::constants::CONFIG_ADDRESS;
use crate::state::{Config, Market};

#[event_cpi]
#[derive(Accounts)]
pub struct Reject<'info> {
    /// The settings: names the admin.
    #[account(address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// The proposed or approved market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// Config.admin.
    pub admin: Signer<'info>,
}

//HANDLER
pub fn handler(_ctx: Context<Reject>) -> Result<()> { Ok(()) }
