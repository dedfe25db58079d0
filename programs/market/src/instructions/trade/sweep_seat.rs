//! sweep_seat: what is free in a seat goes into its owner's position, in any state. The owner may always; anyone may where no order is
//! open, so that a seat becomes free, and once the market is decided, when the orders are cancelled with it.

use anchor_lang::prelude::*;

use crate::constants::NONE;
use crate::engine::book;
use crate::errors::MarketError;
use crate::events::{emit, PositionState, SeatSwept};
use crate::state::{Book, Market, Position};

#[event_cpi]
#[derive(Accounts)]
pub struct SweepSeat<'info> {
    /// The market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// Its book.
    #[account(mut)]
    pub book: AccountLoader<'info, Book>,
    /// The seat's position.
    #[account(mut, constraint = position.market == market.key() @ MarketError::WrongPosition)]
    pub position: Account<'info, Position>,
    /// The owner, or anyone where anyone may.
    pub caller: Signer<'info>,
}

pub fn handler(ctx: Context<SweepSeat>) -> Result<()> {
    let a = ctx.accounts;
    let address = a.market.key();
    let mut market = a.market.load_mut()?;
    let mut book = a.book.load_mut()?;
    book.require_of(&address)?;
    let mut rules = book.rules(&market);
    let position = &mut a.position;
    let seat = position.seat;
    require!(seat != NONE, MarketError::NoSeat);
    let idle = rules.seats.get(usize::from(seat)).is_some_and(|held| held.locked == 0);
    require!(position.owner == a.caller.key() || idle || market.decided(), MarketError::SeatInUse);
    let (credit, shares) = (position.credit, position.shares.clone());
    book::leave(&market, &mut rules, position)?;
    let header = market.next(address, &Clock::get()?, a.caller.key());
    position.last_seq = header.seq;
    let gained = |outcome: usize| {
        let (now, then) = (position.shares.get(outcome), shares.get(outcome));
        now.zip(then).map_or(0, |(now, then)| now.saturating_sub(*then))
    };
    let event = SeatSwept {
        header,
        seat,
        credit: position.credit.saturating_sub(credit),
        shares: [gained(0), gained(1)],
        positions: vec![PositionState::of(position)],
    };
    emit(&a.event_authority, &event)
}
