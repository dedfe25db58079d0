//! A market is made and opened.

use anchor_lang::prelude::*;

use super::Header;

/// A market was made: all its terms.
#[event]
pub struct MarketCreated {
    pub header: Header,
    pub creator: Pubkey,
    pub mint: Pubkey,
    pub payer: Pubkey,
    pub fee_to: Pubkey,
    /// Feed id of a price market, proposing key of an optimistic one.
    pub source: Pubkey,
    pub id: u64,
    pub open: i64,
    pub lock: i64,
    pub event: i64,
    pub resolve_by: i64,
    pub void_after: i64,
    pub deadline: i64,
    pub strike: i64,
    pub min_stake: u64,
    pub max_stake: u64,
    pub min_bond: u64,
    pub lot_k: u64,
    pub dispute_s: u32,
    pub vote_s: u32,
    pub council_s: u32,
    pub gate_s: u32,
    pub quorum_voters: u32,
    pub market_rent: u32,
    pub expo: i32,
    /// Creator, resolver, protocol.
    pub fee_bps: [u16; 3],
    pub bond_bps: u16,
    pub quorum_bps: u16,
    pub overturn_bps: u16,
    pub slash_bps: u16,
    pub max_conf_bps: u16,
    pub approve_bps: u16,
    pub version: u8,
    pub bump: u8,
    pub engine: u8,
    pub state: u8,
    pub n: u8,
    pub source_kind: u8,
    pub flags: u8,
    pub op: u8,
    pub metadata_hash: [u8; 32],
    pub uri: String,
    pub question: String,
}

/// Trading may begin: the vault exists.
#[event]
pub struct Activated {
    pub header: Header,
    pub subsidy: u64,
    pub b: u64,
    pub inv: u64,
    pub inv_shift: u8,
    pub cost: u64,
    pub vault_payer: Pubkey,
    pub vault_rent: u32,
    pub vault_bump: u8,
    pub has_book: bool,
}
