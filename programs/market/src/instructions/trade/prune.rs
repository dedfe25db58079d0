//! prune: anyone takes dead orders out of the book: expired ones, and once trading is over any. What they lock goes into their seats.

use anchor_lang::prelude::*;

use super::cancel_all::{EVENT_BYTES, ITEM_BYTES};
use crate::constants::{cancelled, step};
use crate::engine::book;
use crate::errors::MarketError;
use crate::events::{emit_sized, OrdersCancelled};
use crate::state::{Book, Market};

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct PruneArgs {
    /// Most orders to take out.
    pub n: u8,
}

#[event_cpi]
#[derive(Accounts)]
pub struct Prune<'info> {
    /// The market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// Its book.
    #[account(mut)]
    pub book: AccountLoader<'info, Book>,
}

pub fn handler(ctx: Context<Prune>, args: PruneArgs) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    let now = clock.unix_timestamp;
    let address = a.market.key();
    let mut market = a.market.load_mut()?;
    let mut book = a.book.load_mut()?;
    book.require_of(&address)?;
    let over = now >= market.lock;
    let mut rules = book.rules(&market);
    let dead = |index: &u8| rules.order(*index).is_some_and(|o| over || (o.expiry != 0 && o.expiry <= now));
    let places: Vec<u8> = book::places(&rules).filter(dead).take(usize::from(args.n)).collect();
    require!(!places.is_empty(), MarketError::NothingToPrune);
    let mut items = Vec::with_capacity(places.len());
    for index in places {
        items.push(book::cancel(&mut rules, index, step::EXPIRED)?);
    }
    let (best_bid, best_ask) = book::bests(&rules);
    let header = market.next(address, &clock, Pubkey::default());
    let event = OrdersCancelled { header, items, reason: cancelled::PRUNED, best_bid, best_ask };
    emit_sized(&a.event_authority, &event, EVENT_BYTES + ITEM_BYTES * event.items.len())
}
