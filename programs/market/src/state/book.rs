//! Book: the resting orders of a market and the seats of their makers. Its rules are those of market-math's `book`.

use anchor_lang::prelude::*;
use market_math::book::{self, ORDERS, SEATS, TICKS};

use crate::constants::BOOK_SEED;
use crate::errors::MarketError;
use crate::pda;
use crate::state::Market;

/// One price level of one side.
#[zero_copy]
#[derive(Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Tick {
    /// Place of its oldest order.
    pub head: u8,
    /// Place of its newest order.
    pub tail: u8,
    /// Zeros.
    pub reserved: [u8; 2],
}

/// A resting order.
#[zero_copy]
#[derive(Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Order {
    /// Its age: greater is newer; never given twice.
    pub seq: u64,
    /// Its owner's own number.
    pub client_id: u64,
    /// From then on it is dead; 0 = never.
    pub expiry: i64,
    /// What is left of it.
    pub lots: u64,
    /// Its maker's seat.
    pub seat: u8,
    /// In YES terms.
    pub tick: u8,
    /// 1: it locks shares and sells them; 0: it locks collateral and buys.
    pub sells: u8,
    /// Next newer order of its level, 255 = none.
    pub next: u8,
    /// Next older order of its level, 255 = none.
    pub prev: u8,
    /// Zeros.
    pub reserved: [u8; 3],
}

/// What one maker has in the book.
#[zero_copy]
#[derive(Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Seat {
    /// Zeros = free.
    pub owner: Pubkey,
    /// Collateral and shares in its orders.
    pub locked: u64,
    /// Collateral to be swept.
    pub credit: u64,
    /// YES and NO shares to be swept.
    pub shares: [u64; 2],
}

/// An order book; 9120 bytes at [`book`, market]. Zeros but for the first fields and order_seq: nothing in it.
#[account(zero_copy)]
#[repr(C)]
pub struct Book {
    /// Of this market.
    pub market: Pubkey,
    /// Gets the rent back.
    pub payer: Pubkey,
    /// Bids, then asks: bit t: level t has orders.
    pub levels: [[u64; 2]; 2],
    /// Bids, then asks: bit i: place i of the side has an order.
    pub used: [u64; 2],
    /// Bit i: seat i is taken.
    pub seated: u64,
    /// Seq of the newest order ever.
    pub order_seq: u64,
    /// Levels 1 to 99 of the bids, then of the asks.
    pub ticks: [Tick; 198],
    /// 64 places of bids, then 64 of asks.
    pub orders: [Order; 128],
    /// Makers.
    pub seats: [Seat; 48],
}

const _: () = assert!(8 + std::mem::size_of::<Book>() == 9_120);
const _: () = assert!(TICKS == 99 && ORDERS == 128 && SEATS == 48);

impl Book {
    pub const SPACE: usize = 8 + std::mem::size_of::<Book>();

    /// Makes a market's empty book at its address.
    pub fn create<'info>(account: &AccountInfo<'info>, market: &Pubkey, payer: &AccountInfo<'info>) -> Result<()> {
        let bump = pda::canonical(account.key, &[BOOK_SEED, market.as_ref()], &crate::ID);
        let bump = bump.ok_or(MarketError::WrongBook)?;
        let seeds: [&[u8]; 3] = [BOOK_SEED, market.as_ref(), &[bump]];
        pda::create(account, payer, Self::SPACE, &crate::ID, &seeds)?;
        let mut data = account.try_borrow_mut_data()?;
        let head = [Self::DISCRIMINATOR, market.as_ref(), payer.key.as_ref()].concat();
        data.get_mut(..head.len()).ok_or(MarketError::WrongBook)?.copy_from_slice(&head);
        Ok(())
    }

    /// Refuses another market's book.
    pub fn require_of(&self, market: &Pubkey) -> Result<()> {
        require_keys_eq!(self.market, *market, MarketError::WrongBook);
        Ok(())
    }

    /// The book as its rules see it.
    pub fn rules(&mut self, market: &Market) -> book::Book<'_> {
        book::Book {
            levels: &mut self.levels,
            used: &mut self.used,
            seated: &mut self.seated,
            order_seq: &mut self.order_seq,
            ticks: bytemuck::cast_slice_mut(&mut self.ticks),
            orders: bytemuck::cast_slice_mut(&mut self.orders),
            seats: bytemuck::cast_slice_mut(&mut self.seats),
            k: market.lot_k,
        }
    }
}
