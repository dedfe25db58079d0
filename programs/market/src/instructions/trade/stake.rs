//! stake: pays collateral into a parimutuel market for as many shares of one outcome.

use anchor_lang::prelude::*;

use crate::constants::{CONFIG_ADDRESS, VAULT_SEED};
use crate::state::{Config, Market};

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct StakeArgs {
    pub outcome: u8,
    /// Base units of the mint.
    pub amount: u64,
    /// Least rate at landing, in bps: what one unit would pay if the outcome won now.
    pub min_rate_bps: u64,
    /// Acts once.
    pub nonce: u64,
    /// Last slot in which it may land.
    pub valid_until: u64,
}

#[event_cpi]
#[derive(Accounts)]
pub struct Stake<'info> {
    /// The settings: the pause alone is read.
    #[account(address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// The open market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the market's vault, pinned by its seeds.
    #[account(mut, seeds = [VAULT_SEED, market.key().as_ref()], bump = market.load()?.vault_bump)]
    pub vault: UncheckedAccount<'info>,
    /// CHECK: the owner's position, made at the first stake; Position::open looks into it.
    #[account(mut)]
    pub position: UncheckedAccount<'info>,
    /// Stakes; owns the position.
    pub owner: Signer<'info>,
    /// Pays a new position's rent and gets it back.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// CHECK: the owner's token account; the token program looks into it.
    #[account(mut)]
    pub owner_token: UncheckedAccount<'info>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

//HANDLER
pub fn handler(_ctx: Context<Stake>, _args: StakeArgs) -> Result<()> { Ok(()) }
