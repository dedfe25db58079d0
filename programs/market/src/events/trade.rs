//! While the market is open.

use anchor_lang::prelude::*;

use super::{Header, PositionState, Value};

/// A stake was paid into a parimutuel market.
#[event]
pub struct Staked {
    pub header: Header,
    pub outcome: u8,
    pub amount: u64,
    pub nonce: u64,
    /// What one unit would pay if this outcome won now, in bps.
    pub rate_bps: u64,
    pub positions: Vec<PositionState>,
    pub value: Value,
}

/// Shares were bought of or sold to the market maker, or complete sets made or taken back.
#[event]
pub struct Traded {
    pub header: Header,
    /// 0 BUY, 1 SELL, 2 SPLIT, 3 MERGE.
    pub kind: u8,
    /// 255 of a complete set.
    pub outcome: u8,
    pub shares: u64,
    /// Collateral against them: a buyer pays value + fee, a seller gets value - fee.
    pub value: u64,
    pub fee: u64,
    pub nonce: u64,
    pub positions: Vec<PositionState>,
    /// Of the market.
    pub after: Value,
}

/// Shares went from one position to another: in `positions` in this order.
#[event]
pub struct SharesTransferred {
    pub header: Header,
    pub outcome: u8,
    pub shares: u64,
    pub nonce: u64,
    pub positions: Vec<PositionState>,
}

/// An order as it was sent, and what of it rests.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct PlacedOrder {
    /// 0 buy, 1 sell.
    pub side: u8,
    /// 0 YES, 1 NO; `tick` is its price.
    pub outcome: u8,
    pub tick: u8,
    pub lots: u64,
    /// 0 LIMIT, 1 IOC, 2 FOK, 3 POST_ONLY.
    pub kind: u8,
    pub expiry: i64,
    pub client_id: u64,
    /// Lots that rest, at a place of the book and with a seq of its own; 255 and 0 where nothing rests.
    pub rest: u64,
    pub index: u8,
    pub seq: u64,
}

/// What became of one order of the book.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct Fill {
    pub maker: Pubkey,
    pub index: u8,
    pub seq: u64,
    /// In YES terms.
    pub tick: u8,
    /// Filled or cancelled.
    pub lots: u64,
    /// 0 mint, 1 transfer, 2 merge; cancelled: 3 own, 4 expired, 5 evicted, 6 seat.
    pub how: u8,
}

/// An order was matched, and what is left of it may rest.
#[event]
pub struct OrderPlaced {
    pub header: Header,
    pub order: PlacedOrder,
    /// Every order of the book that it met or pushed out, in that order.
    pub fills: Vec<Fill>,
    /// Lots matched, and the collateral against their shares, without the fee.
    pub filled: u64,
    pub amount: u64,
    pub fee: u64,
    /// In YES terms; 255 = none.
    pub best_bid: u8,
    pub best_ask: u8,
    pub nonce: u64,
    /// The owner's, and that of whoever lost their seat.
    pub positions: Vec<PositionState>,
    pub value: Value,
}

/// Orders were taken out of the book into their seats.
#[event]
pub struct OrdersCancelled {
    pub header: Header,
    pub items: Vec<Fill>,
    /// 0 by their owner, 1 pruned: expired, or trading is over.
    pub reason: u8,
    pub best_bid: u8,
    pub best_ask: u8,
}

/// What was free in a seat went to its owner's Position; its orders too, where the market is decided.
#[event]
pub struct SeatSwept {
    pub header: Header,
    pub seat: u8,
    pub credit: u64,
    pub shares: [u64; 2],
    pub positions: Vec<PositionState>,
}

/// Free collateral was taken out of a Position.
#[event]
pub struct Withdrawn {
    pub header: Header,
    pub amount: u64,
    pub nonce: u64,
    pub flags: u8,
    pub vault_rent: u32,
    pub positions: Vec<PositionState>,
    pub value: Value,
}
