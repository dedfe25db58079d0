//! close_book: anyone closes the book of a decided market once nobody has anything in it; the rent goes back.

use anchor_lang::prelude::*;

use crate::constants::{closed, flag};
use crate::errors::MarketError;
use crate::events::{emit, Closed, ClosedItem};
use crate::pda;
use crate::state::{Book, Market};

#[event_cpi]
#[derive(Accounts)]
pub struct CloseBook<'info> {
    /// The decided market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// Its book, closed here.
    #[account(mut)]
    pub book: AccountLoader<'info, Book>,
    /// CHECK: Book.payer, gets the rent.
    #[account(mut)]
    pub payer: UncheckedAccount<'info>,
}

impl CloseBook<'_> {
    fn validate(&self, market: &Market) -> Result<()> {
        let book = self.book.load()?;
        book.require_of(self.market.as_ref().key)?;
        require_keys_eq!(book.payer, *self.payer.key, MarketError::WrongPayer);
        require!(market.decided(), MarketError::NotDecided);
        require!(book.seated == 0, MarketError::SeatsLeft);
        Ok(())
    }
}

pub fn handler(ctx: Context<CloseBook>) -> Result<()> {
    let a = ctx.accounts;
    let mut market = a.market.load_mut()?;
    a.validate(&market)?;
    market.flags &= !flag::HAS_BOOK;
    let info = a.book.as_ref();
    let (address, payer) = (a.market.key(), a.payer.key());
    let header = market.next(address, &Clock::get()?, Pubkey::default());
    let item = ClosedItem { address: *info.key, market: address, owner: address, payer, rent: info.lamports() };
    let event = Closed { header, what: closed::BOOK, items: vec![item], residual: 0, residual_to: Pubkey::default() };
    emit(&a.event_authority, &event)?;
    pda::zero(info)?;
    pda::close(info, &a.payer)
}
