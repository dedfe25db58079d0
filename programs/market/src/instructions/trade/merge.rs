//! merge: takes complete sets back for the collateral in them, until the market is decided. No pause, halt or lock stops it.

use anchor_lang::prelude::*;

use crate::constants::{trade_kind, NONE};
use crate::engine::sets;
use crate::errors::MarketError;
use crate::events::{emit, PositionState, Traded, Value};
use crate::pda;
use crate::settlement::Till;
use crate::solvency;
use crate::state::{Market, Position};
use crate::token;

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct MergeArgs {
    /// Shares of each outcome, and base units of the mint.
    pub amount: u64,
    /// Acts once.
    pub nonce: u64,
    /// Last slot in which it may land.
    pub valid_until: u64,
}

#[event_cpi]
#[derive(Accounts)]
pub struct Merge<'info> {
    /// The undecided market.
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

impl<'info> Merge<'info> {
    fn validate(&self, market: &Market, args: &MergeArgs, clock: &Clock) -> Result<()> {
        sets::require_sets(market)?;
        market.require_undecided()?;
        require!(clock.slot <= args.valid_until, MarketError::Expired);
        require!(args.amount > 0, MarketError::AmountTooSmall);
        token::require_mint(market, &self.mint, &self.token_program)
    }

    fn till(&self) -> Till<'_, 'info> {
        Till { market: self.market.as_ref(), vault: &self.vault, mint: &self.mint, token_program: &self.token_program }
    }
}

pub fn handler(ctx: Context<Merge>, args: MergeArgs) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    let mut market = a.market.load_mut()?;
    a.validate(&market, &args, &clock)?;
    a.position.use_nonce(args.nonce)?;
    sets::merge(&mut market, &mut a.position, args.amount)?;
    a.till().pay(&market, &a.destination, args.amount)?;
    let header = market.next(a.market.key(), &clock, a.owner.key());
    a.position.last_seq = header.seq;
    solvency::check(&market, a.market.as_ref(), &a.vault, 0)?;
    let event = Traded {
        header,
        kind: trade_kind::MERGE,
        outcome: NONE,
        shares: args.amount,
        value: args.amount,
        fee: 0,
        nonce: args.nonce,
        positions: vec![PositionState::of(&a.position)],
        after: Value::of(&market),
    };
    emit(&a.event_authority, &event)
}
