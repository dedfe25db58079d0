//! claim_bond: anyone returns a bond to the token account of the one whose it is.

use anchor_lang::prelude::*;

use crate::constants::BOND_VAULT_SEED;
use crate::errors::MarketError;
use crate::state::{Market, Resolution};

#[event_cpi]
#[derive(Accounts)]
pub struct ClaimBond<'info> {
    /// The decided market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// Its resolution.
    #[account(mut, constraint = resolution.market == market.key() @ MarketError::WrongResolution)]
    pub resolution: Account<'info, Resolution>,
    /// CHECK: the bond vault, pinned by its seeds.
    #[account(mut, seeds = [BOND_VAULT_SEED, market.key().as_ref()], bump = resolution.bond_bump)]
    pub bond_vault: UncheckedAccount<'info>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: whose bond it is: Resolution.proposer.
    pub owner: UncheckedAccount<'info>,
    /// CHECK: the owner's associated token account.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
}

//HANDLER
pub fn handler(_ctx: Context<ClaimBond>) -> Result<()> { Ok(()) }
