//! dispute: anyone contradicts a proposed outcome with the same bond; then votes decide.

use anchor_lang::prelude::*;

use crate::constants::{source_kind, NONE};
use crate::errors::MarketError;
use crate::events::{emit, Disputed, StateChanged};
use crate::lifecycle::{self, State, Via};
use crate::solvency;
use crate::state::{Market, Resolution};
use crate::token::{self, Transfer};

#[event_cpi]
#[derive(Accounts)]
pub struct Dispute<'info> {
    /// The resolving market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// Its resolution.
    #[account(mut)]
    pub resolution: AccountLoader<'info, Resolution>,
    /// CHECK: the bond vault; Resolution::require_bond_vault looks into it.
    #[account(mut)]
    pub bond_vault: UncheckedAccount<'info>,
    /// Contradicts; pays the bond.
    pub disputer: Signer<'info>,
    /// CHECK: the disputer's token account; the token program looks into it.
    #[account(mut)]
    pub disputer_token: UncheckedAccount<'info>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
}

impl Dispute<'_> {
    fn validate(&self, market: &Market, resolution: &Resolution, now: i64) -> Result<()> {
        resolution.require_of(self.market.as_ref().key)?;
        require!(market.source_kind == source_kind::OPTIMISTIC, MarketError::WrongSource);
        lifecycle::check(market, Via::Dispute, now, resolution.window_end)?;
        resolution.require_bond_vault(&self.bond_vault)?;
        token::require_mint(market, &self.mint, &self.token_program)
    }

    fn post_bond(&self, bond: u64) -> Result<()> {
        let transfer = Transfer {
            token_program: &self.token_program,
            mint: &self.mint,
            from: &self.disputer_token,
            to: &self.bond_vault,
            authority: &self.disputer,
        };
        transfer.run(bond, &[])
    }
}

pub fn handler(ctx: Context<Dispute>) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    let now = clock.unix_timestamp;
    let (address, actor) = (a.market.key(), a.disputer.key());
    let mut market = a.market.load_mut()?;
    let mut resolution = a.resolution.load_mut()?;
    a.validate(&market, &resolution, now)?;
    a.post_bond(resolution.bond)?;
    resolution.disputer = actor;
    resolution.window_end = now.saturating_add(i64::from(market.vote_s));
    resolution.owed = resolution.owed.checked_add(resolution.bond).ok_or(MarketError::Overflow)?;
    let change = lifecycle::enter(&mut market, Via::Dispute, State::Disputed, now)?;
    solvency::check_bonds(&resolution, &a.bond_vault)?;
    let event = Disputed {
        header: market.next(address, &clock, actor),
        disputer: actor,
        bond: resolution.bond,
        owed: resolution.owed,
        window_end: resolution.window_end,
    };
    emit(&a.event_authority, &event)?;
    StateChanged::emit(&a.event_authority, &mut market, address, (&clock, actor), change, NONE)
}
