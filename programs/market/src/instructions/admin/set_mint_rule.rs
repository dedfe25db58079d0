//! set_mint_rule: the admin sets the bounds of a mint, and whether new markets may use it.

use anchor_lang::prelude::*;

use crate::constants::{CONFIG_ADDRESS, MINT_RULE_SEED};
use crate::state::{Config, MintRule};

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct SetMintRuleArgs {
    pub min_stake: u64,
    pub max_stake: u64,
    pub min_subsidy: u64,
    pub min_bond: u64,
    pub enabled: bool,
}

#[event_cpi]
#[derive(Accounts)]
pub struct SetMintRule<'info> {
    /// The settings: names the admin, counts the event.
    #[account(mut, address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// The rule, made at the first call.
    #[account(init_if_needed, payer = payer, space = MintRule::SPACE, seeds = [MINT_RULE_SEED, mint.key().as_ref()], bump)]
    pub mint_rule: Account<'info, MintRule>,
    /// CHECK: a mint that markets take; token::require_plain_mint looks into it.
    pub mint: UncheckedAccount<'info>,
    /// Config.admin.
    pub admin: Signer<'info>,
    /// Pays the rule's rent.
    #[account(mut)]
    pub payer: Signer<'info>,
    pub system_program: Program<'info, System>,
}

//HANDLER
pub fn handler(_ctx: Context<SetMintRule>, _args: SetMintRuleArgs) -> Result<()> { Ok(()) }
