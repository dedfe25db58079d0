//! What happened, with the state after it: a reader never computes. Header first, `seq` gapless for its subject, the pool.

use anchor_lang::event::EVENT_IX_TAG_LE;
use anchor_lang::prelude::*;
use anchor_lang::solana_program::instruction::{AccountMeta, Instruction};
use market::cpi;
use market::events::Header;

use crate::state::{Holder, Pool};

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

/// Where a pool stands after the event, in base units of its mint.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct PoolState {
    pub supply: u64,
    /// Dividends counted in and not paid yet.
    pub recorded: u64,
    pub acc: u128,
    pub carry: u64,
    /// Dividends that this event counted in.
    pub accrued: u64,
}

impl PoolState {
    pub fn of(pool: &Pool, accrued: u64) -> Self {
        Self { supply: pool.supply, recorded: pool.recorded, acc: pool.acc, carry: pool.carry, accrued }
    }
}

/// A Holder after the event.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct HolderState {
    pub owner: Pubkey,
    pub shares: u64,
    pub debt: u128,
    pub pending: u64,
    pub locked_until: i64,
    pub last_nonce: u64,
    pub nonce_bits: u64,
}

impl HolderState {
    pub fn of(holder: &Holder) -> Self {
        Self {
            owner: holder.owner,
            shares: holder.shares,
            debt: holder.debt,
            pending: holder.pending,
            locked_until: holder.locked_until,
            last_nonce: holder.last_nonce,
            nonce_bits: holder.nonce_bits,
        }
    }
}

/// A pool was made, and its creator bought the first shares.
#[event]
pub struct PoolCreated {
    pub header: Header,
    pub creator: Pubkey,
    pub mint: Pubkey,
    pub a: u64,
    pub c: u64,
    pub lock_s: u32,
    pub version: u8,
    pub bump: u8,
    pub reserve_bump: u8,
    pub dividends_bump: u8,
    /// The first buy.
    pub shares: u64,
    pub value: u64,
    pub nonce: u64,
    pub holder: HolderState,
    pub pool: PoolState,
}

/// Shares were bought or sold on the curve.
#[event]
pub struct SharesTraded {
    pub header: Header,
    /// 0 bought, 1 sold.
    pub side: u8,
    pub shares: u64,
    /// Paid for them, or brought by them.
    pub value: u64,
    pub nonce: u64,
    pub holder: HolderState,
    pub pool: PoolState,
}

/// Dividends were counted in (pool.accrued).
#[event]
pub struct DividendsSynced {
    pub header: Header,
    pub pool: PoolState,
}

/// One payment of DividendPaid.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct DividendItem {
    pub owner: Pubkey,
    /// Paid, or what would be paid once it can be.
    pub amount: u64,
    /// 0 paid, and Holder.pending 0; 1 skipped and unchanged: the destination cannot receive.
    pub status: u8,
    /// Holder.debt after it.
    pub debt: u128,
}

/// Holders were paid their dividends, by their owner (actor) or by anyone (actor zero).
#[event]
pub struct DividendPaid {
    pub header: Header,
    pub items: Vec<DividendItem>,
    pub pool: PoolState,
}
