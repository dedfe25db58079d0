//! collect_fees: anyone pays out the fees of one kind: the protocol's at any time, the others once the market is decided.

use anchor_lang::prelude::*;

use crate::constants::{CONFIG_ADDRESS, VAULT_SEED};
use crate::state::{Config, Market};

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct CollectFeesArgs {
    /// 0 creator, 1 resolver, 2 protocol.
    pub kind: u8,
}

#[event_cpi]
#[derive(Accounts)]
pub struct CollectFees<'info> {
    /// The settings: name the treasury.
    #[account(address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// The market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the market's vault, pinned by its seeds.
    #[account(mut, seeds = [VAULT_SEED, market.key().as_ref()], bump = market.load()?.vault_bump)]
    pub vault: UncheckedAccount<'info>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: the recipient's associated token account; for SOL, once decided, the wallet; with FEE_TO_ACCOUNT Market.fee_to.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,
    /// CHECK: the treasury's, from the deadline on, if the destination cannot receive; else left out.
    #[account(mut)]
    pub treasury_destination: Option<UncheckedAccount<'info>>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
}

//HANDLER
pub fn handler(_ctx: Context<CollectFees>, _args: CollectFeesArgs) -> Result<()> { Ok(()) }
