//! propose_config_change: the admin announces a change of Config by its hash, so that everybody can see it come.

use anchor_lang::prelude::*;

use crate::constants::{change, CONFIG_ADDRESS};
use crate::events::ConfigChanged;
use crate::state::Config;

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct ProposeConfigChangeArgs {
    /// sha256 of the arguments of apply_config_change; zeros call off the one that was announced.
    pub hash: [u8; 32],
    /// From then on it can be applied, unix seconds.
    pub eta: i64,
}

#[event_cpi]
#[derive(Accounts)]
pub struct ProposeConfigChange<'info> {
    /// The settings.
    #[account(mut, address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// Config.admin.
    pub admin: Signer<'info>,
}

pub fn handler(ctx: Context<ProposeConfigChange>, args: ProposeConfigChangeArgs) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    let mut config = a.config.load_mut()?;
    config.require_admin(a.admin.key)?;
    config.announce(args.hash, args.eta, clock.unix_timestamp)?;
    let actor = a.admin.key();
    ConfigChanged::emit(&a.event_authority, &mut config, a.config.key(), (&clock, actor), change::PROPOSED)
}
