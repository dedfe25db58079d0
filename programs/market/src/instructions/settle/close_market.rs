//! close_market: anyone closes a market that owes nothing. It does not wait for losers.

use anchor_lang::prelude::*;

use market_math::parimutuel;

use crate::constants::{closed, engine, flag, CONFIG_ADDRESS, ID_SLOTS_MAX, RESOLUTION_SEED, VAULT_SEED};
use crate::errors::MarketError;
use crate::events::{emit, Closed, ClosedItem};
use crate::lifecycle::{self, State, Via};
use crate::payee::Payee;
use crate::pda;
use crate::settlement::{Signature, Till};
use crate::solvency;
use crate::state::{Config, Market};
use crate::token;

#[event_cpi]
#[derive(Accounts)]
pub struct CloseMarket<'info> {
    /// The settings: name the treasury.
    #[account(address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// The decided or rejected market, closed here.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the market's vault, closed here; of a rejected market there is none.
    #[account(mut, seeds = [VAULT_SEED, market.key().as_ref()], bump)]
    pub vault: UncheckedAccount<'info>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: where the market's resolution would be: closed before.
    #[account(seeds = [RESOLUTION_SEED, market.key().as_ref()], bump)]
    pub resolution: UncheckedAccount<'info>,
    /// CHECK: Market.payer, gets the market's rent.
    #[account(mut)]
    pub payer: UncheckedAccount<'info>,
    /// CHECK: Market.vault_payer, gets the vault's rent; of a rejected market anything.
    #[account(mut)]
    pub vault_payer: UncheckedAccount<'info>,
    /// CHECK: the treasury's token account, for SOL its wallet, if anything is left over; else left out.
    #[account(mut)]
    pub treasury_destination: Option<UncheckedAccount<'info>>,
    /// CHECK: the same of the creator, if a market maker has anything left over; else left out.
    #[account(mut)]
    pub creator_destination: Option<UncheckedAccount<'info>>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
}

impl<'info> CloseMarket<'info> {
    fn till(&self) -> Till<'_, 'info> {
        Till { market: self.market.as_ref(), vault: &self.vault, mint: &self.mint, token_program: &self.token_program }
    }

    fn validate(&self, market: &Market, slot: u64) -> Result<()> {
        let rejected = market.state()? == State::Rejected;
        require!(lifecycle::edge_of(market, Via::CloseMarket).is_some(), MarketError::NotDecided);
        require!(slot > market.created_slot.saturating_add(ID_SLOTS_MAX), MarketError::TooEarly);
        require_keys_eq!(market.payer, *self.payer.key, MarketError::WrongPayer);
        require!(rejected || market.vault_payer == *self.vault_payer.key, MarketError::WrongPayer);
        let shares = parimutuel::masked(market.supplies(), market.mask);
        require!(shares == 0 && market.escrow == 0, MarketError::SharesLeft);
        require!(market.fees_owed == [0; 3], MarketError::FeesLeft);
        require!(!market.has(flag::HAS_BOOK), MarketError::BookLeft);
        require!(*self.resolution.owner != crate::ID, MarketError::ResolutionLeft);
        Ok(())
    }

    /// Where what is left over goes: nowhere if nothing is, to the creator who funded a market maker, else to the treasury.
    fn heir(&self, market: &Market, residual: u64, now: i64) -> Result<Option<(Pubkey, &UncheckedAccount<'info>)>> {
        if residual == 0 {
            return Ok(None);
        }
        let treasury = self.config.load()?.treasury;
        let funded = market.engine == engine::LMSR;
        let wallet = if funded { market.creator } else { treasury };
        let named = if funded { self.creator_destination.as_ref() } else { self.treasury_destination.as_ref() };
        let payee = Payee {
            destination: named.ok_or(MarketError::WrongDestination)?,
            treasury_destination: self.treasury_destination.as_ref(),
            token_program: self.token_program.key,
            signed: true,
        };
        payee.choose(market, &wallet, false, &treasury, residual, now).map(Some)
    }
}

pub fn handler(ctx: Context<CloseMarket>) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    a.validate(&*a.market.load()?, clock.slot)?;
    let till = a.till();
    till.open(&a.market)?;
    let info = a.market.as_ref();
    let mut market = a.market.load_mut()?;
    let has_vault = market.decided();
    let residual = if has_vault { solvency::held(&market, info, &a.vault)? } else { 0 };
    let heir = a.heir(&market, residual, clock.unix_timestamp)?;
    let leaving = match heir {
        Some((_, to)) => till.pay(&market, to, residual)?,
        None => 0,
    };
    let unwrapped = market.has(flag::UNWRAPPED);
    if has_vault && !unwrapped {
        token::close(&a.vault, &a.vault_payer, info, &a.token_program, &[&Signature::of(&market).seeds()])?;
    }
    let vault_rent = if unwrapped { u64::from(market.vault_rent) } else { 0 };
    let rent = info.lamports().saturating_sub(leaving).saturating_sub(vault_rent);
    let address = a.market.key();
    let header = market.next(address, &clock, Pubkey::default());
    let item = ClosedItem { address, market: address, owner: market.creator, payer: market.payer, rent };
    let residual_to = heir.map_or(Pubkey::default(), |(wallet, _)| wallet);
    drop(market);
    let event = Closed { header, what: closed::MARKET, items: vec![item], residual, residual_to };
    emit(&a.event_authority, &event)?;
    if let Some((_, to)) = heir {
        till.finish(to, leaving)?;
    }
    till.finish(&a.vault_payer, vault_rent)?;
    pda::zero(info)?;
    pda::close(info, &a.payer)
}
