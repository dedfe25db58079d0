//! close_market: anyone closes a market that owes nothing. It does not wait for losers.

use anchor_lang::prelude::*;

use crate::constants::{CONFIG_ADDRESS, RESOLUTION_SEED, VAULT_SEED};
use crate::state::{Config, Market};

#[event_cpi]
#[derive(Accounts)]
pub struct CloseMarket<'info> {
    /// The settings: name the treasury.
    #[account(address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// The decided or rejected market, closed here.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the market's vault, closed here; of a rejected market there is none.
    #[account(mut, seeds = [VAULT_SEED, market.key().as_ref()], bump)]
    pub vault: UncheckedAccount<'info>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: where the market's resolution would be: closed before.
    #[account(seeds = [RESOLUTION_SEED, market.key().as_ref()], bump)]
    pub resolution: UncheckedAccount<'info>,
    /// CHECK: Market.payer, gets the market's rent.
    #[account(mut)]
    pub payer: UncheckedAccount<'info>,
    /// CHECK: Market.vault_payer, gets the vault's rent; of a rejected market anything.
    #[account(mut)]
    pub vault_payer: UncheckedAccount<'info>,
    /// CHECK: the treasury's token account, for SOL its wallet, if anything is left over; else left out.
    #[account(mut)]
    pub treasury_destination: Option<UncheckedAccount<'info>>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
}

//HANDLER
pub fn handler(_ctx: Context<CloseMarket>) -> Result<()> { Ok(()) }
