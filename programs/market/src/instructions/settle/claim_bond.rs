//! claim_bond: anyone returns a bond to the token account of the one whose it is.

use anchor_lang::prelude::*;

use crate::constants::{resolution_flag, BOND_VAULT_SEED};
use crate::errors::MarketError;
use crate::events::{emit, BondClaimed};
use crate::settlement::Signature;
use crate::solvency;
use crate::state::{Market, Resolution};
use crate::token::{self, Transfer};

#[event_cpi]
#[derive(Accounts)]
pub struct ClaimBond<'info> {
    /// The decided market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// Its resolution.
    #[account(mut, constraint = resolution.market == market.key() @ MarketError::WrongResolution)]
    pub resolution: Account<'info, Resolution>,
    /// CHECK: the bond vault, pinned by its seeds.
    #[account(mut, seeds = [BOND_VAULT_SEED, market.key().as_ref()], bump = resolution.bond_bump)]
    pub bond_vault: UncheckedAccount<'info>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: whose bond it is: Resolution.proposer.
    pub owner: UncheckedAccount<'info>,
    /// CHECK: the owner's associated token account.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
}

pub fn handler(ctx: Context<ClaimBond>) -> Result<()> {
    let a = ctx.accounts;
    let mut market = a.market.load_mut()?;
    let resolution = &mut a.resolution;
    require!(market.decided(), MarketError::NotDecided);
    token::require_mint(&market, &a.mint, &a.token_program)?;
    let owed = resolution.owed > 0 && !resolution.has(resolution_flag::PROPOSER_PAID);
    require!(owed && resolution.proposer == *a.owner.key, MarketError::NothingOwed);
    let canonical = token::associated(a.owner.key, &market.mint, a.token_program.key);
    require_keys_eq!(canonical, *a.destination.key, MarketError::WrongDestination);
    let open = token::is_open_of(&a.destination, a.owner.key, &market.mint, a.token_program.key);
    require!(open, MarketError::Unpayable);
    resolution.set(resolution_flag::PROPOSER_PAID);
    let amount = resolution.bond;
    resolution.owed = resolution.owed.checked_sub(amount).ok_or(MarketError::InvariantViolated)?;
    let transfer = Transfer {
        token_program: &a.token_program,
        mint: &a.mint,
        from: &a.bond_vault,
        to: &a.destination,
        authority: a.market.as_ref(),
    };
    transfer.run(amount, &[&Signature::of(&market).seeds()])?;
    solvency::check_bonds(resolution, &a.bond_vault)?;
    let header = market.next(a.market.key(), &Clock::get()?, Pubkey::default());
    let event = BondClaimed { header, owner: a.owner.key(), amount, owed: resolution.owed, flags: resolution.flags };
    emit(&a.event_authority, &event)
}
