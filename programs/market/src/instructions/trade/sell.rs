//! sell: gives shares of one outcome back to the market maker. A pause never stops it.

use anchor_lang::prelude::*;

use crate::constants::trade_kind;
use crate::engine::lmsr;
use crate::errors::MarketError;
use crate::events::{emit, PositionState, Traded, Value};
use crate::pda;
use crate::settlement::Till;
use crate::solvency;
use crate::state::{Market, Position};
use crate::token;

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct SellArgs {
    pub outcome: u8,
    pub shares: u64,
    /// Least collateral to get, the fee taken off.
    pub min_out: u64,
    /// Acts once.
    pub nonce: u64,
    /// Last slot in which it may land.
    pub valid_until: u64,
}

#[event_cpi]
#[derive(Accounts)]
pub struct Sell<'info> {
    /// The open market.
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
    /// CHECK: any token account of the mint.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
}

impl<'info> Sell<'info> {
    fn validate(&self, market: &Market, args: &SellArgs, clock: &Clock) -> Result<()> {
        lmsr::require_maker(market)?;
        market.require_open(clock.unix_timestamp)?;
        require!(clock.slot <= args.valid_until, MarketError::Expired);
        require!(args.outcome < market.n, MarketError::BadOutcome);
        token::require_mint(market, &self.mint, &self.token_program)
    }

    fn till(&self) -> Till<'_, 'info> {
        Till { market: self.market.as_ref(), vault: &self.vault, mint: &self.mint, token_program: &self.token_program }
    }
}

pub fn handler(ctx: Context<Sell>, args: SellArgs) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    let mut market = a.market.load_mut()?;
    a.validate(&market, &args, &clock)?;
    a.position.use_nonce(args.nonce)?;
    let sold = lmsr::sell(&mut market, &mut a.position, args.outcome, args.shares)?;
    let out = sold.value.checked_sub(sold.fee).ok_or(MarketError::InvariantViolated)?;
    require!(out >= args.min_out.max(1), MarketError::OutTooSmall);
    a.till().pay(&market, &a.destination, out)?;
    let header = market.next(a.market.key(), &clock, a.owner.key());
    a.position.last_seq = header.seq;
    solvency::check(&market, a.market.as_ref(), &a.vault, 0)?;
    let event = Traded {
        header,
        kind: trade_kind::SELL,
        outcome: args.outcome,
        shares: sold.shares,
        value: sold.value,
        fee: sold.fee,
        nonce: args.nonce,
        positions: vec![PositionState::of(&a.position)],
        after: Value::of(&market),
    };
    emit(&a.event_authority, &event)
}
