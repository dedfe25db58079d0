//! withdraw: the owner takes free collateral out of a position, in any state.

use anchor_lang::prelude::*;

use crate::errors::MarketError;
use crate::events::{emit, PositionState, Value, Withdrawn};
use crate::pda;
use crate::settlement::{leave_book, Till};
use crate::solvency;
use crate::state::{Book, Market, Position};

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct WithdrawArgs {
    pub amount: u64,
    /// Acts once.
    pub nonce: u64,
    /// Last slot in which it may land.
    pub valid_until: u64,
}

#[event_cpi]
#[derive(Accounts)]
pub struct Withdraw<'info> {
    /// The market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the market's vault, pinned by the hash of its seeds.
    #[account(mut, constraint = pda::is_vault(vault.key, &market)? @ MarketError::WrongVault)]
    pub vault: UncheckedAccount<'info>,
    /// The owner's position.
    #[account(
        mut,
        constraint = position.market == market.key() && position.owner == owner.key() @ MarketError::WrongPosition,
    )]
    pub position: Account<'info, Position>,
    /// Owns the position.
    pub owner: Signer<'info>,
    /// CHECK: any token account of the mint; for SOL, once decided, any wallet.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,
    /// The market's book, if the position has a seat in it; else left out.
    #[account(mut)]
    pub book: Option<AccountLoader<'info, Book>>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
}

pub fn handler(ctx: Context<Withdraw>, args: WithdrawArgs) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    require!(clock.slot <= args.valid_until, MarketError::Expired);
    let till = Till { market: a.market.as_ref(), vault: &a.vault, mint: &a.mint, token_program: &a.token_program };
    till.open(&a.market)?;
    let mut market = a.market.load_mut()?;
    let position = &mut a.position;
    leave_book(&market, a.market.as_ref().key, a.book.as_ref(), position)?;
    require!(args.amount > 0 && args.amount <= position.credit, MarketError::CreditTooSmall);
    position.use_nonce(args.nonce)?;
    position.credit -= args.amount;
    market.escrow = market.escrow.checked_sub(args.amount).ok_or(MarketError::InvariantViolated)?;
    let leaving = till.pay(&market, &a.destination, args.amount)?;
    let receives = leaving == 0 || pda::receives(&a.destination, leaving)?;
    require!(receives, MarketError::Unpayable);
    solvency::check(&market, a.market.as_ref(), &a.vault, leaving)?;
    let header = market.next(a.market.key(), &clock, a.owner.key());
    position.last_seq = header.seq;
    let event = Withdrawn {
        header,
        amount: args.amount,
        nonce: args.nonce,
        flags: market.flags,
        vault_rent: market.vault_rent,
        positions: vec![PositionState::of(position)],
        value: Value::of(&market),
    };
    emit(&a.event_authority, &event)?;
    till.finish(&a.destination, leaving)
}
