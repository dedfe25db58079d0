//! set_mint_rule: the admin sets the bounds of a mint, and whether new markets may use it.

use anchor_lang::prelude::*;

use crate::constants::{CONFIG_ADDRESS, MINT_RULE_SEED};
use crate::events::{emit, MintRuleSet};
use crate::state::{Config, MintRule};
use crate::token;

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

pub fn handler(ctx: Context<SetMintRule>, args: SetMintRuleArgs) -> Result<()> {
    let a = ctx.accounts;
    let mut config = a.config.load_mut()?;
    config.require_admin(a.admin.key)?;
    token::require_plain_mint(&a.mint)?;
    let rule = &mut a.mint_rule;
    rule.mint = a.mint.key();
    rule.bump = ctx.bumps.mint_rule;
    (rule.min_stake, rule.max_stake) = (args.min_stake, args.max_stake);
    (rule.min_subsidy, rule.min_bond, rule.enabled) = (args.min_subsidy, args.min_bond, args.enabled);
    rule.validate()?;
    let header = config.next(a.config.key(), &Clock::get()?, a.admin.key());
    let event = MintRuleSet {
        header,
        mint: rule.mint,
        min_stake: rule.min_stake,
        max_stake: rule.max_stake,
        min_subsidy: rule.min_subsidy,
        min_bond: rule.min_bond,
        bump: rule.bump,
        enabled: rule.enabled,
    };
    emit(&a.event_authority, &event)
}
