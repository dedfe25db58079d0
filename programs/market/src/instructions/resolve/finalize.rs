//! finalize: a proposal or a price candidate stands, its window being over.

use anchor_lang::prelude::*;

use crate::errors::MarketError;
use crate::state::{Market, Resolution};

#[event_cpi]
#[derive(Accounts)]
pub struct Finalize<'info> {
    /// The resolving market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// Its resolution.
    #[account(mut, constraint = resolution.market == market.key() @ MarketError::WrongResolution)]
    pub resolution: Account<'info, Resolution>,
}

//HANDLER
pub fn handler(_ctx: Context<Finalize>) -> Result<()> { Ok(()) }
