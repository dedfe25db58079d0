//! accept_admin: the wallet that was offered the admin's place takes it.

use anchor_lang::prelude::*;

use crate::constants::{change, CONFIG_ADDRESS};
use crate::errors::MarketError;
use crate::events::ConfigChanged;
use crate::state::Config;

#[event_cpi]
#[derive(Accounts)]
pub struct AcceptAdmin<'info> {
    /// The settings.
    #[account(mut, address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// Config.pending_admin.
    pub pending_admin: Signer<'info>,
}

pub fn handler(ctx: Context<AcceptAdmin>) -> Result<()> {
    let a = ctx.accounts;
    let actor = a.pending_admin.key();
    let mut config = a.config.load_mut()?;
    require_keys_eq!(config.pending_admin, actor, MarketError::NotPendingAdmin);
    (config.admin, config.pending_admin) = (actor, Pubkey::default());
    ConfigChanged::emit(&a.event_authority, &mut config, a.config.key(), (&Clock::get()?, actor), change::ADMIN)
}
