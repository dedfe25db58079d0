//! close_orphan: anyone returns the rent of positions whose market is gone. An address never comes back, so they are worth nothing.

use anchor_lang::prelude::*;

use crate::constants::CONFIG_ADDRESS;
use crate::state::Config;

#[event_cpi]
#[derive(Accounts)]
pub struct CloseOrphan<'info> {
    /// The settings: the subject of the event.
    #[account(mut, address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
}

//HANDLER
pub fn handler<'info>(_ctx: Context<'info, CloseOrphan<'info>>) -> Result<()> { Ok(()) }
