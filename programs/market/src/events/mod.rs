//! What happened, with the state after it: a reader never computes. Emitted by self-CPI only, since logs truncate and can be forged.
//!
//! Every event begins with its header; `seq` is gapless for its subject (Config or a Market). At most one event an instruction, and
//! StateChanged after it where the state changed.

use anchor_lang::event::EVENT_IX_TAG_LE;
use anchor_lang::prelude::*;
use anchor_lang::solana_program::instruction::{AccountMeta, Instruction};

use crate::cpi;
use crate::state::{Market, Position};

pub mod admin;
pub mod create;
pub mod resolve;
pub mod settle;
pub mod trade;
pub mod vote;

pub use admin::*;
pub use create::*;
pub use resolve::*;
pub use settle::*;
pub use trade::*;
pub use vote::*;

/// Room for every event but the longest, so that its bytes are written once.
const EVENT_BYTES: usize = 512;

/// Emits one event; `authority` is the event authority, which Accounts has checked.
pub fn emit<E: anchor_lang::Event + AnchorSerialize + anchor_lang::Discriminator>(
    authority: &AccountInfo,
    event: &E,
) -> Result<()> {
    emit_sized(authority, event, EVENT_BYTES)
}

/// Emits an event whose bytes may be many: the heap never frees, so its room is asked for once.
pub fn emit_sized<E: anchor_lang::Event + AnchorSerialize + anchor_lang::Discriminator>(
    authority: &AccountInfo,
    event: &E,
    bytes: usize,
) -> Result<()> {
    let mut data = Vec::with_capacity(bytes);
    data.extend_from_slice(EVENT_IX_TAG_LE);
    data.extend_from_slice(E::DISCRIMINATOR);
    event.serialize(&mut data)?;
    let instruction =
        Instruction { program_id: crate::ID, accounts: vec![AccountMeta::new_readonly(*authority.key, true)], data };
    let seeds: &[&[u8]] = &[b"__event_authority", &[crate::EVENT_AUTHORITY_AND_BUMP.1]];
    cpi::invoke(&instruction, [authority], &[seeds])
}

/// What every event begins with.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct Header {
    /// Config, a Market or a Pool.
    pub subject: Pubkey,
    /// 1 for the subject's first event, then without a gap.
    pub seq: u64,
    pub slot: u64,
    /// Clock.unix_timestamp, seconds.
    pub ts: i64,
    /// Whose signature mattered; all zeros where nobody's did (a crank that anyone may turn).
    pub actor: Pubkey,
}

/// Where a market's money stands after the event, in base units of its mint.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct Value {
    /// Shares of each outcome, n of them.
    pub supply: Vec<u64>,
    pub escrow: u64,
    /// Owed to creator, resolver, protocol.
    pub fees_owed: [u64; 3],
    pub cost: u64,
}

impl Value {
    pub fn of(market: &Market) -> Self {
        Self {
            supply: market.supplies().to_vec(),
            escrow: market.escrow,
            fees_owed: market.fees_owed,
            cost: market.cost,
        }
    }
}

/// A Position after the event.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct PositionState {
    pub owner: Pubkey,
    pub payer: Pubkey,
    pub last_nonce: u64,
    pub nonce_bits: u64,
    pub credit: u64,
    pub seat: u8,
    pub shares: Vec<u64>,
}

impl PositionState {
    pub fn of(position: &Position) -> Self {
        Self {
            owner: position.owner,
            payer: position.payer,
            last_nonce: position.last_nonce,
            nonce_bits: position.nonce_bits,
            credit: position.credit,
            seat: position.seat,
            shares: position.shares.clone(),
        }
    }
}
