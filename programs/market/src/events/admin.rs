//! Events whose subject is Config.

use anchor_lang::prelude::*;

use super::{emit_sized, Header};
use crate::state::{Config, ConfigTerms};

/// Room for ConfigChanged.
const EVENT_BYTES: usize = 576;

/// Config changed: all of it after the change.
#[event]
pub struct ConfigChanged {
    pub header: Header,
    /// 0 INIT, 1 PROPOSED, 2 APPLIED, 3 ADMIN.
    pub kind: u8,
    pub hash: [u8; 32],
    pub eta: i64,
    pub admin: Pubkey,
    pub pending_admin: Pubkey,
    pub pause: u8,
    pub bump: u8,
    pub terms: ConfigTerms,
}

impl ConfigChanged {
    /// Emits what a change left in Config.
    pub fn emit(
        authority: &AccountInfo,
        config: &mut Config,
        address: Pubkey,
        (clock, actor): (&Clock, Pubkey),
        kind: u8,
    ) -> Result<()> {
        let header = config.next(address, clock, actor);
        let event = Box::new(Self {
            header,
            kind,
            hash: config.pending_hash,
            eta: config.eta,
            admin: config.admin,
            pending_admin: config.pending_admin,
            pause: config.pause,
            bump: config.bump,
            terms: config.terms(),
        });
        emit_sized(authority, &*event, EVENT_BYTES)
    }
}

/// The pause bits were set or cleared.
#[event]
pub struct PauseSet {
    pub header: Header,
    pub pause: u8,
}

/// A mint's rule, all of it. Subject: Config.
#[event]
pub struct MintRuleSet {
    pub header: Header,
    pub mint: Pubkey,
    pub min_stake: u64,
    pub max_stake: u64,
    pub min_subsidy: u64,
    pub min_bond: u64,
    pub bump: u8,
    pub enabled: bool,
}
