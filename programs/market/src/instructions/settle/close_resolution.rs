//! close_resolution: anyone closes a resolution that owes nothing; the rent goes back, a residual to the treasury.

use anchor_lang::prelude::*;

use crate::constants::{closed, CONFIG_ADDRESS};
use crate::errors::MarketError;
use crate::events::{emit, Closed, ClosedItem};
use crate::pda;
use crate::settlement::Signature;
use crate::state::{Config, Market, Resolution};
use crate::token::{self, Transfer};

#[event_cpi]
#[derive(Accounts)]
pub struct CloseResolution<'info> {
    /// The settings: name the treasury.
    #[account(address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// The decided market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// Its resolution, closed here.
    #[account(mut)]
    pub resolution: AccountLoader<'info, Resolution>,
    /// CHECK: Resolution.payer, gets the rents.
    #[account(mut)]
    pub payer: UncheckedAccount<'info>,
    /// CHECK: the bond vault, closed here; left out for a price.
    #[account(mut)]
    pub bond_vault: Option<UncheckedAccount<'info>>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: the treasury's associated token account, if anything is left over; else left out.
    #[account(mut)]
    pub treasury_destination: Option<UncheckedAccount<'info>>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
}

impl<'info> CloseResolution<'info> {
    fn validate(&self, market: &Market) -> Result<()> {
        let resolution = self.resolution.load()?;
        resolution.require_of(self.market.as_ref().key)?;
        require_keys_eq!(resolution.payer, *self.payer.key, MarketError::WrongPayer);
        require!(market.decided(), MarketError::NotDecided);
        require!(resolution.owed == 0, MarketError::NothingOwed);
        match &self.bond_vault {
            Some(vault) => resolution.require_bond_vault(vault),
            None => {
                require!(resolution.is_price(), MarketError::WrongBondVault);
                Ok(())
            }
        }
    }

    /// Empties the bond vault into the treasury's account and closes it; says what was left over and whose it is now.
    fn close_bonds(&self, market: &Market, vault: &UncheckedAccount<'info>) -> Result<(u64, Pubkey)> {
        token::require_mint(market, &self.mint, &self.token_program)?;
        let residual = token::amount(vault)?;
        let to = if residual > 0 { self.treasury(market)? } else { Pubkey::default() };
        let signature = Signature::of(market);
        if let (Some(destination), true) = (&self.treasury_destination, residual > 0) {
            let transfer = Transfer {
                token_program: &self.token_program,
                mint: &self.mint,
                from: vault,
                to: destination,
                authority: self.market.as_ref(),
            };
            transfer.run(residual, &[&signature.seeds()])?;
        }
        let market_info = self.market.as_ref();
        token::close(vault, &self.payer, market_info, &self.token_program, &[&signature.seeds()])?;
        Ok((residual, to))
    }

    fn treasury(&self, market: &Market) -> Result<Pubkey> {
        let treasury = self.config.load()?.treasury;
        let program = self.token_program.key;
        let given = self.treasury_destination.as_ref();
        let theirs = given.is_some_and(|to| token::is_associated(to.key, &treasury, &market.mint, program));
        require!(theirs, MarketError::WrongDestination);
        Ok(treasury)
    }
}

pub fn handler(ctx: Context<CloseResolution>) -> Result<()> {
    let a = ctx.accounts;
    let mut market = a.market.load_mut()?;
    a.validate(&market)?;
    let (residual, residual_to) = match &a.bond_vault {
        Some(vault) => a.close_bonds(&market, vault)?,
        None => (0, Pubkey::default()),
    };
    let info = a.resolution.as_ref();
    pda::zero(info)?;
    let (address, payer) = (a.market.key(), a.payer.key());
    let header = market.next(address, &Clock::get()?, Pubkey::default());
    let item = ClosedItem { address: *info.key, market: address, owner: address, payer, rent: info.lamports() };
    let event = Closed { header, what: closed::RESOLUTION, items: vec![item], residual, residual_to };
    emit(&a.event_authority, &event)?;
    pda::close(info, &a.payer)
}
