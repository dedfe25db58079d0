//! claim: the owner burns a position of a decided market for what it pays, to any destination.

use anchor_lang::prelude::*;

use crate::constants::paid;
use crate::errors::MarketError;
use crate::events::{emit, PaidOut, PayoutItem};
use crate::pda;
use crate::settlement::{self, leave_book, Till};
use crate::solvency;
use crate::state::{Book, Market, Position};

#[event_cpi]
#[derive(Accounts)]
pub struct Claim<'info> {
    /// The decided market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the market's vault, pinned by the hash of its seeds.
    #[account(mut, constraint = pda::is_vault(vault.key, &market)? @ MarketError::WrongVault)]
    pub vault: UncheckedAccount<'info>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// The owner's position, closed here.
    #[account(
        mut,
        constraint = position.market == market.key() && position.owner == owner.key() @ MarketError::WrongPosition,
    )]
    pub position: Account<'info, Position>,
    /// Owns the position.
    pub owner: Signer<'info>,
    /// CHECK: any token account of the mint; for SOL any wallet.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,
    /// CHECK: Position.payer, gets its rent.
    #[account(mut, address = position.payer @ MarketError::WrongPayer)]
    pub payer: UncheckedAccount<'info>,
    /// The market's book, if the position has a seat in it; else left out.
    #[account(mut)]
    pub book: Option<AccountLoader<'info, Book>>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
}

pub fn handler(ctx: Context<Claim>) -> Result<()> {
    let a = ctx.accounts;
    let till = Till { market: a.market.as_ref(), vault: &a.vault, mint: &a.mint, token_program: &a.token_program };
    till.open(&a.market)?;
    let mut market = a.market.load_mut()?;
    leave_book(&market, a.market.as_ref().key, a.book.as_ref(), &mut a.position)?;
    let amount = settlement::worth(&market, &a.position)?;
    settlement::burn(&mut market, &a.position)?;
    pda::zero(a.position.as_ref())?;
    let leaving = till.pay(&market, &a.destination, amount)?;
    let receives = leaving == 0 || pda::receives(&a.destination, leaving)?;
    require!(receives, MarketError::Unpayable);
    solvency::check(&market, a.market.as_ref(), &a.vault, leaving)?;
    let header = market.next(a.market.key(), &Clock::get()?, a.owner.key());
    let items = vec![PayoutItem { owner: a.owner.key(), amount, status: paid::PAID }];
    emit(&a.event_authority, &PaidOut::of(header, &market, items))?;
    till.finish(&a.destination, leaving)?;
    pda::close(a.position.as_ref(), &a.payer)
}
