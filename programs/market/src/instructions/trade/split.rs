//! split: makes complete sets, a share of every outcome for each unit paid in; no fee.

use anchor_lang::prelude::*;

use crate::constants::{pause, trade_kind, CONFIG_ADDRESS, NONE};
use crate::engine::sets;
use crate::errors::MarketError;
use crate::events::{emit, PositionState, Traded, Value};
use crate::pda;
use crate::solvency;
use crate::state::{Config, Market, Position};
use crate::token::{self, Transfer};

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct SplitArgs {
    /// Base units of the mint, and shares of each outcome.
    pub amount: u64,
    /// Acts once.
    pub nonce: u64,
    /// Last slot in which it may land.
    pub valid_until: u64,
}

#[event_cpi]
#[derive(Accounts)]
pub struct Split<'info> {
    /// The settings: the pause alone is read.
    #[account(address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// The open market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the market's vault, pinned by the hash of its seeds.
    #[account(mut, constraint = pda::is_vault(vault.key, &market)? @ MarketError::WrongVault)]
    pub vault: UncheckedAccount<'info>,
    /// CHECK: the owner's position, made at the first trade; Position::open looks into it.
    #[account(mut)]
    pub position: UncheckedAccount<'info>,
    /// Pays; owns the position.
    pub owner: Signer<'info>,
    /// Pays a new position's rent and gets it back.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// CHECK: the owner's token account; the token program looks into it.
    #[account(mut)]
    pub owner_token: UncheckedAccount<'info>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

impl Split<'_> {
    fn validate(&self, market: &Market, args: &SplitArgs, clock: &Clock) -> Result<()> {
        sets::require_sets(market)?;
        market.require_trading(&*self.config.load()?, pause::SPLIT, clock.unix_timestamp)?;
        require!(clock.slot <= args.valid_until, MarketError::Expired);
        market.require_stake(args.amount)?;
        token::require_mint(market, &self.mint, &self.token_program)
    }

    fn pull(&self, amount: u64) -> Result<()> {
        let transfer = Transfer {
            token_program: &self.token_program,
            mint: &self.mint,
            from: &self.owner_token,
            to: &self.vault,
            authority: &self.owner,
        };
        transfer.run(amount, &[])
    }
}

pub fn handler(ctx: Context<Split>, args: SplitArgs) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    let address = a.market.key();
    let mut market = a.market.load_mut()?;
    a.validate(&market, &args, &clock)?;
    let mut position = Position::open(&a.position, &address, market.n, a.owner.key, &a.payer)?;
    position.use_nonce(args.nonce)?;
    sets::split(&mut market, &mut position, args.amount)?;
    a.pull(args.amount)?;
    let header = market.next(address, &clock, a.owner.key());
    position.last_seq = header.seq;
    position.store(&a.position)?;
    solvency::check(&market, a.market.as_ref(), &a.vault, 0)?;
    let event = Traded {
        header,
        kind: trade_kind::SPLIT,
        outcome: NONE,
        shares: args.amount,
        value: args.amount,
        fee: 0,
        nonce: args.nonce,
        positions: vec![PositionState::of(&position)],
        after: Value::of(&market),
    };
    emit(&a.event_authority, &event)
}
