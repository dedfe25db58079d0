//! propose_outcome: somebody says with a bond how an optimistic market ended.

use anchor_lang::prelude::*;

use crate::constants::{BOND_VAULT_SEED, RESOLUTION_SEED};
use crate::state::{Market, Resolution};

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct ProposeOutcomeArgs {
    /// n = INVALID, which leads to Void.
    pub outcome: u8,
    /// sha256 of the evidence.
    pub evidence: [u8; 32],
}

#[event_cpi]
#[derive(Accounts)]
pub struct ProposeOutcome<'info> {
    /// The market, past its event.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// The resolution to be made.
    #[account(init, payer = payer, space = Resolution::SPACE, seeds = [RESOLUTION_SEED, market.key().as_ref()], bump)]
    pub resolution: Account<'info, Resolution>,
    /// CHECK: pinned by its seeds; made here as a token account of the market.
    #[account(mut, seeds = [BOND_VAULT_SEED, market.key().as_ref()], bump)]
    pub bond_vault: UncheckedAccount<'info>,
    /// Market.source, or anyone from resolve_by.
    pub proposer: Signer<'info>,
    /// Pays the rents and gets them back.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// CHECK: the proposer's token account; the token program looks into it.
    #[account(mut)]
    pub proposer_token: UncheckedAccount<'info>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

//HANDLER
pub fn handler(_ctx: Context<ProposeOutcome>, _args: ProposeOutcomeArgs) -> Result<()> { Ok(()) }
