//! apply_config_change: anyone makes an announced change true, within seven days of its time.

use anchor_lang::prelude::*;

use crate::constants::{change, CONFIG_ADDRESS};
use crate::errors::MarketError;
use crate::events::ConfigChanged;
use crate::state::{Config, ConfigTerms};

/// Room for the longest change.
const CHANGE_BYTES: usize = 320;

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct ApplyConfigChangeArgs {
    /// Offered the admin's place; zeros = nobody.
    pub pending_admin: Pubkey,
    pub terms: ConfigTerms,
}

#[event_cpi]
#[derive(Accounts)]
pub struct ApplyConfigChange<'info> {
    /// The settings.
    #[account(mut, address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
}

pub fn handler(ctx: Context<ApplyConfigChange>, args: ApplyConfigChangeArgs) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    let mut bytes = Vec::with_capacity(CHANGE_BYTES);
    args.serialize(&mut bytes).map_err(|_| MarketError::WrongChange)?;
    let mut config = a.config.load_mut()?;
    config.take_announced(&bytes, clock.unix_timestamp)?;
    args.terms.validate()?;
    config.set(&args.terms);
    config.pending_admin = args.pending_admin;
    let nobody = Pubkey::default();
    ConfigChanged::emit(&a.event_authority, &mut config, a.config.key(), (&clock, nobody), change::APPLIED)
}
