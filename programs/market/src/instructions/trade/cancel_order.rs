//! cancel_order: the owner takes one order out of the book; what it locks goes into their seat.

use anchor_lang::prelude::*;

use crate::constants::{cancelled, step};
use crate::engine::book;
use crate::errors::MarketError;
use crate::events::{emit, OrdersCancelled};
use crate::state::{Book, Market};

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct CancelOrderArgs {
    /// Its place in the book.
    pub index: u8,
    /// Its seq: a place is given again, a seq is not.
    pub seq: u64,
}

#[event_cpi]
#[derive(Accounts)]
pub struct CancelOrder<'info> {
    /// The market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// Its book.
    #[account(mut)]
    pub book: AccountLoader<'info, Book>,
    /// Owns the order.
    pub owner: Signer<'info>,
}

pub fn handler(ctx: Context<CancelOrder>, args: CancelOrderArgs) -> Result<()> {
    let a = ctx.accounts;
    let address = a.market.key();
    let mut market = a.market.load_mut()?;
    let mut book = a.book.load_mut()?;
    book.require_of(&address)?;
    let mut rules = book.rules(&market);
    let theirs = rules.order(args.index).is_some_and(|order| {
        let seat = rules.seats.get(usize::from(order.seat));
        order.seq == args.seq && seat.is_some_and(|seat| seat.owner == a.owner.key.to_bytes())
    });
    require!(theirs, MarketError::NoSuchOrder);
    let items = vec![book::cancel(&mut rules, args.index, step::OWN)?];
    let (best_bid, best_ask) = book::bests(&rules);
    let header = market.next(address, &Clock::get()?, a.owner.key());
    let event = OrdersCancelled { header, items, reason: cancelled::OWNER, best_bid, best_ask };
    emit(&a.event_authority, &event)
}
