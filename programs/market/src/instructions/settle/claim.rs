//! claim: the owner burns a position of a decided market for what it pays, to any destination.

use anchor_lang::prelude::*;

use crate::constants::VAULT_SEED;
use crate::errors::MarketError;
use crate::state::{Market, Position};

#[event_cpi]
#[derive(Accounts)]
pub struct Claim<'info> {
    /// The decided market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the market's vault, pinned by its seeds.
    #[account(mut, seeds = [VAULT_SEED, market.key().as_ref()], bump = market.load()?.vault_bump)]
    pub vault: UncheckedAccount<'info>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// The owner's position, closed here.
    #[account(
        mut,
        constraint = position.market == market.key() && position.owner == owner.key() @ MarketError::WrongPosition,
    )]
    pub position: Account<'info, Position>,
    /// Owns the position.
    pub owner: Signer<'info>,
    /// CHECK: any token account of the mint; for SOL any wallet.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,
    /// CHECK: Position.payer, gets its rent.
    #[account(mut, address = position.payer @ MarketError::WrongPayer)]
    pub payer: UncheckedAccount<'info>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
}

//HANDLER
pub fn handler(_ctx: Context<Claim>) -> Result<()> { Ok(()) }
