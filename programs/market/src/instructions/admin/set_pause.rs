//! set_pause: stops new risk of some kinds; ways out never stop.

use anchor_lang::prelude::*;

use crate::constants::CONFIG_ADDRESS;
use crate::events::{emit, PauseSet};
use crate::state::Config;

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct SetPauseArgs {
    /// All bits as they shall be.
    pub pause: u8,
}

#[event_cpi]
#[derive(Accounts)]
pub struct SetPause<'info> {
    /// The settings.
    #[account(mut, address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// Config.guardian (adds bits) or Config.admin (sets them).
    pub authority: Signer<'info>,
}

pub fn handler(ctx: Context<SetPause>, args: SetPauseArgs) -> Result<()> {
    let a = ctx.accounts;
    let mut config = a.config.load_mut()?;
    config.set_pause(a.authority.key, args.pause)?;
    let header = config.next(a.config.key(), &Clock::get()?, a.authority.key());
    emit(&a.event_authority, &PauseSet { header, pause: args.pause })
}
