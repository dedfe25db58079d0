//! From the event to the decision.

use anchor_lang::prelude::*;

use super::{emit, Header};
use crate::lifecycle::Change;
use crate::price::Update;
use crate::state::Market;

/// The strike of an UPDOWN market was set or bettered.
#[event]
pub struct StrikeRecorded {
    pub header: Header,
    pub price: i64,
    pub expo: i32,
    pub conf: u64,
    pub publish: i64,
    pub prev: i64,
    /// From then on the candidate is final; 0 = it is final.
    pub until: i64,
    pub wide: bool,
    pub poster: Pubkey,
    /// Market.strike_off and Market.flags after it.
    pub strike_off: u8,
    pub flags: u8,
}

/// A closing price that may still be bettered: the Resolution after it.
#[event]
pub struct PriceCandidate {
    pub header: Header,
    pub price: i64,
    pub expo: i32,
    pub conf: u64,
    pub publish: i64,
    pub prev: i64,
    /// Resolution.window_end.
    pub until: i64,
    pub wide: bool,
    pub poster: Pubkey,
    /// What it decides if it stands; n = INVALID.
    pub outcome: u8,
    /// Resolution.proposed_at, .payer and .bump.
    pub proposed_at: i64,
    pub payer: Pubkey,
    pub bump: u8,
}

/// A price update ended the market, or proved that its strike window was empty; StateChanged follows.
#[event]
pub struct PriceResolved {
    pub header: Header,
    pub price: i64,
    pub expo: i32,
    pub conf: u64,
    pub publish: i64,
    pub prev: i64,
    pub caller: Pubkey,
}

impl PriceResolved {
    pub fn of(header: Header, update: &Update, caller: Pubkey) -> Self {
        let Update { price, conf, expo, publish, prev } = *update;
        Self { header, price, expo, conf, publish, prev, caller }
    }
}

/// A void was announced (trading is halted until the deadline), or called off (deadline 0).
#[event]
pub struct VoidAnnounced {
    pub header: Header,
    pub deadline: i64,
    pub flags: u8,
}

/// The state changed: what is fixed from now on.
#[event]
pub struct StateChanged {
    pub header: Header,
    pub from: u8,
    pub to: u8,
    pub flags: u8,
    pub deadline: i64,
    /// The winner; n = INVALID; 255 = none.
    pub outcome: u8,
    /// A claim pays floor(sum of shares in mask * num / den).
    pub mask: u8,
    pub num: u64,
    pub den: u64,
    pub fees_owed: [u64; 3],
    pub resolver_to: Pubkey,
}

impl StateChanged {
    /// Emits what a transition left in the market; `outcome` 255 where it decided none.
    pub fn emit(
        authority: &AccountInfo,
        market: &mut Market,
        address: Pubkey,
        (clock, actor): (&Clock, Pubkey),
        change: Change,
        outcome: u8,
    ) -> Result<()> {
        let header = market.next(address, clock, actor);
        let event = Self {
            header,
            from: change.from as u8,
            to: change.to as u8,
            flags: market.flags,
            deadline: market.deadline,
            outcome,
            mask: market.mask,
            num: market.num,
            den: market.den,
            fees_owed: market.fees_owed,
            resolver_to: market.resolver_to,
        };
        emit(authority, &event)
    }
}

/// An outcome was proposed with a bond: the Resolution after it.
#[event]
pub struct OutcomeProposed {
    pub header: Header,
    pub proposer: Pubkey,
    pub payer: Pubkey,
    /// n = INVALID.
    pub outcome: u8,
    pub evidence: [u8; 32],
    pub bond: u64,
    pub quorum: u64,
    pub owed: u64,
    pub window_end: i64,
    /// Resolution.flags, .bump and .bond_bump.
    pub flags: u8,
    pub bump: u8,
    pub bond_bump: u8,
}
