//! init_config: makes Config, once, by the cluster's init authority.

use anchor_lang::prelude::*;

use crate::constants::{change, CONFIG_SEED, INIT_AUTHORITY};
use crate::errors::MarketError;
use crate::events::ConfigChanged;
use crate::state::{Config, ConfigTerms};

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct InitConfigArgs {
    /// Takes the admin's place at once.
    pub admin: Pubkey,
    pub terms: ConfigTerms,
}

#[event_cpi]
#[derive(Accounts)]
pub struct InitConfig<'info> {
    /// The settings to be made.
    #[account(init, payer = payer, space = 8 + std::mem::size_of::<Config>(), seeds = [CONFIG_SEED], bump)]
    pub config: AccountLoader<'info, Config>,
    /// The cluster's init authority.
    #[account(address = INIT_AUTHORITY @ MarketError::NotInitAuthority)]
    pub authority: Signer<'info>,
    /// Pays the rent.
    #[account(mut)]
    pub payer: Signer<'info>,
    pub system_program: Program<'info, System>,
}

pub fn handler(ctx: Context<InitConfig>, args: InitConfigArgs) -> Result<()> {
    let a = ctx.accounts;
    args.terms.validate()?;
    require!(args.admin != Pubkey::default(), MarketError::BadConfig);
    let mut config = a.config.load_init()?;
    config.admin = args.admin;
    config.bump = ctx.bumps.config;
    config.set(&args.terms);
    let actor = a.authority.key();
    ConfigChanged::emit(&a.event_authority, &mut config, a.config.key(), (&Clock::get()?, actor), change::INIT)
}
