//! claim_bond: anyone returns a bond to the token account of the one whose it is.

use anchor_lang::prelude::*;

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
    #[account(mut)]
    pub resolution: AccountLoader<'info, Resolution>,
    /// CHECK: the bond vault; Resolution::require_bond_vault looks into it.
    #[account(mut)]
    pub bond_vault: UncheckedAccount<'info>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: whose bond it is: Resolution.proposer or .disputer.
    pub owner: UncheckedAccount<'info>,
    /// CHECK: the owner's associated token account.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
}

impl ClaimBond<'_> {
    fn validate(&self, market: &Market, resolution: &Resolution) -> Result<()> {
        resolution.require_of(self.market.as_ref().key)?;
        require!(market.decided(), MarketError::NotDecided);
        resolution.require_bond_vault(&self.bond_vault)?;
        token::require_mint(market, &self.mint, &self.token_program)
    }

    /// The owner's own account, which can take tokens.
    fn require_destination(&self, market: &Market) -> Result<()> {
        let (to, program) = (self.destination.key, self.token_program.key);
        let theirs = token::is_associated(to, self.owner.key, &market.mint, program);
        require!(theirs, MarketError::WrongDestination);
        let open = token::is_open_of(&self.destination, self.owner.key, &market.mint, self.token_program.key);
        require!(open, MarketError::Unpayable);
        Ok(())
    }
}

pub fn handler(ctx: Context<ClaimBond>) -> Result<()> {
    let a = ctx.accounts;
    let mut market = a.market.load_mut()?;
    let mut resolution = a.resolution.load_mut()?;
    a.validate(&market, &resolution)?;
    let due = resolution.bond_due(a.owner.key).ok_or(MarketError::NothingOwed)?;
    a.require_destination(&market)?;
    resolution.pay_bond(&due)?;
    let transfer = Transfer {
        token_program: &a.token_program,
        mint: &a.mint,
        from: &a.bond_vault,
        to: &a.destination,
        authority: a.market.as_ref(),
    };
    transfer.run(due.amount, &[&Signature::of(&market).seeds()])?;
    solvency::check_bonds(&resolution, &a.bond_vault)?;
    let header = market.next(a.market.key(), &Clock::get()?, Pubkey::default());
    let (owner, amount) = (a.owner.key(), due.amount);
    emit(&a.event_authority, &BondClaimed { header, owner, amount, owed: resolution.owed, flags: resolution.flags })
}
