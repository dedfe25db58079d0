//! close_resolution: anyone closes a resolution that owes nothing; the rent goes back, a residual to the treasury.

use anchor_lang::prelude::*;

use crate::constants::CONFIG_ADDRESS;
use crate::errors::MarketError;
use crate::state::{Config, Market, Resolution};

#[event_cpi]
#[derive(Accounts)]
pub struct CloseResolution<'info> {
    /// The settings: name the treasury.
    #[account(address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// The decided market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// Its resolution, closed here.
    #[account(mut, constraint = resolution.market == market.key() @ MarketError::WrongResolution)]
    pub resolution: Account<'info, Resolution>,
    /// CHECK: Resolution.payer, gets the rents.
    #[account(mut, address = resolution.payer @ MarketError::WrongPayer)]
    pub payer: UncheckedAccount<'info>,
    /// CHECK: the bond vault, closed here; left out for a price.
    #[account(mut)]
    pub bond_vault: Option<UncheckedAccount<'info>>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: the treasury's associated token account, if anything is left over; else left out.
    #[account(mut)]
    pub treasury_destination: Option<UncheckedAccount<'info>>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
}

//HANDLER
pub fn handler(_ctx: Context<CloseResolution>) -> Result<()> { Ok(()) }
