//! activate: the creator opens an approved market, which gets its vault.

use anchor_lang::prelude::*;

use crate::constants::{CONFIG_ADDRESS, VAULT_SEED};
use crate::state::{Config, Market};

#[event_cpi]
#[derive(Accounts)]
pub struct Activate<'info> {
    /// The settings: the pause, the bounds of trading time.
    #[account(address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// The approved market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: pinned by its seeds; made here as a token account of the market.
    #[account(mut, seeds = [VAULT_SEED, market.key().as_ref()], bump)]
    pub vault: UncheckedAccount<'info>,
    /// CHECK: the market's mint, looked into again.
    pub mint: UncheckedAccount<'info>,
    /// Market.creator.
    pub creator: Signer<'info>,
    /// Pays the vault's rent and gets it back.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// CHECK: with FEE_TO_ACCOUNT Market.fee_to, a token account of the mint; else left out.
    pub fee_to: Option<UncheckedAccount<'info>>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

//HANDLER
pub fn handler(_ctx: Context<Activate>) -> Result<()> { Ok(()) }
