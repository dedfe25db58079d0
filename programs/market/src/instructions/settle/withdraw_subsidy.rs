//! withdraw_subsidy: anyone gives the creator back what the decided market maker does not owe.

use anchor_lang::prelude::*;

use crate::constants::CONFIG_ADDRESS;
use crate::engine::lmsr;
use crate::errors::MarketError;
use crate::events::{emit, SubsidyWithdrawn, Value};
use crate::payee::Payee;
use crate::pda;
use crate::settlement::Till;
use crate::solvency;
use crate::state::{Config, Market};

#[event_cpi]
#[derive(Accounts)]
pub struct WithdrawSubsidy<'info> {
    /// The settings: name the treasury.
    #[account(address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// The decided market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the market's vault, pinned by the hash of its seeds.
    #[account(mut, constraint = pda::is_vault(vault.key, &market)? @ MarketError::WrongVault)]
    pub vault: UncheckedAccount<'info>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: the creator's associated token account; for SOL the creator.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,
    /// CHECK: the treasury's, from the deadline on, if the destination cannot receive; else left out.
    #[account(mut)]
    pub treasury_destination: Option<UncheckedAccount<'info>>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
}

pub fn handler(ctx: Context<WithdrawSubsidy>) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    let till = Till { market: a.market.as_ref(), vault: &a.vault, mint: &a.mint, token_program: &a.token_program };
    till.open(&a.market)?;
    let market = &mut *a.market.load_mut()?;
    lmsr::require_maker(market)?;
    require!(market.decided(), MarketError::NotDecided);
    let amount = solvency::surplus(market, a.market.as_ref(), &a.vault)?;
    require!(amount > 0, MarketError::NothingOwed);
    let payee = Payee {
        destination: &a.destination,
        treasury_destination: a.treasury_destination.as_ref(),
        token_program: a.token_program.key,
        signed: true,
    };
    let (creator, treasury) = (market.creator, a.config.load()?.treasury);
    let (recipient, to) = payee.choose(market, &creator, false, &treasury, amount, clock.unix_timestamp)?;
    let leaving = till.pay(market, to, amount)?;
    solvency::check(market, a.market.as_ref(), &a.vault, leaving)?;
    let event = SubsidyWithdrawn {
        header: market.next(a.market.key(), &clock, Pubkey::default()),
        recipient,
        amount,
        flags: market.flags,
        vault_rent: market.vault_rent,
        value: Value::of(market),
    };
    emit(&a.event_authority, &event)?;
    till.finish(to, leaving)
}
