//! withdraw: the owner takes free collateral out of a position, in any state.

use anchor_lang::prelude::*;

use crate::constants::VAULT_SEED;
use crate::errors::MarketError;
use crate::state::{Market, Position};

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct WithdrawArgs {
    pub amount: u64,
    /// Acts once.
    pub nonce: u64,
    /// Last slot in which it may land.
    pub valid_until: u64,
}

#[event_cpi]
#[derive(Accounts)]
pub struct Withdraw<'info> {
    /// The market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the market's vault, pinned by its seeds.
    #[account(mut, seeds = [VAULT_SEED, market.key().as_ref()], bump = market.load()?.vault_bump)]
    pub vault: UncheckedAccount<'info>,
    /// The owner's position.
    #[account(
        mut,
        constraint = position.market == market.key() && position.owner == owner.key() @ MarketError::WrongPosition,
    )]
    pub position: Account<'info, Position>,
    /// Owns the position.
    pub owner: Signer<'info>,
    /// CHECK: any token account of the mint; for SOL, once decided, any wallet.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
}

//HANDLER
pub fn handler(_ctx: Context<Withdraw>, _args: WithdrawArgs) -> Result<()> { Ok(()) }
