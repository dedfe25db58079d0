//! pay_out: anyone pays positions of a decided market to their owners. One recipient who cannot be paid stops nobody else.

use anchor_lang::prelude::*;

use crate::constants::VAULT_SEED;
use crate::state::Market;

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct PayOutArgs {
    /// Bump of each destination's ATA (seeds owner, token program, mint); empty for SOL.
    pub bumps: Vec<u8>,
}

#[event_cpi]
#[derive(Accounts)]
pub struct PayOut<'info> {
    /// The decided market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the market's vault, pinned by its seeds.
    #[account(mut, seeds = [VAULT_SEED, market.key().as_ref()], bump = market.load()?.vault_bump)]
    pub vault: UncheckedAccount<'info>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
}

//HANDLER
pub fn handler<'info>(_ctx: Context<'info, PayOut<'info>>, _args: PayOutArgs) -> Result<()> { Ok(()) }
