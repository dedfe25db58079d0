//! cancel_all: the owner takes all their orders out of the book, in any state. It never fails: without orders it says that there are none.

use anchor_lang::prelude::*;

use crate::constants::{cancelled, step};
use crate::engine::book;
use crate::events::{emit_sized, OrdersCancelled};
use crate::state::{Book, Market};

/// Bytes of OrdersCancelled without items, and of one item.
pub const EVENT_BYTES: usize = 128;
pub const ITEM_BYTES: usize = 51;

#[event_cpi]
#[derive(Accounts)]
pub struct CancelAll<'info> {
    /// The market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// Its book.
    #[account(mut)]
    pub book: AccountLoader<'info, Book>,
    /// Owns the orders.
    pub owner: Signer<'info>,
}

pub fn handler(ctx: Context<CancelAll>) -> Result<()> {
    let a = ctx.accounts;
    let address = a.market.key();
    let mut market = a.market.load_mut()?;
    let mut book = a.book.load_mut()?;
    book.require_of(&address)?;
    let mut rules = book.rules(&market);
    let owner = a.owner.key.to_bytes();
    let seat = rules.seats.iter().position(|seat| seat.owner == owner).and_then(|seat| u8::try_from(seat).ok());
    let places = seat.map(|seat| book::orders_of(&rules, seat)).unwrap_or_default();
    let mut items = Vec::with_capacity(places.len());
    for index in places {
        items.push(book::cancel(&mut rules, index, step::OWN)?);
    }
    let (best_bid, best_ask) = book::bests(&rules);
    let header = market.next(address, &Clock::get()?, a.owner.key());
    let event = OrdersCancelled { header, items, reason: cancelled::OWNER, best_bid, best_ask };
    emit_sized(&a.event_authority, &event, EVENT_BYTES + ITEM_BYTES * event.items.len())
}
