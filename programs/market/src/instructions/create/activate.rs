//! activate: the creator opens an approved market, which gets its vault.

use anchor_lang::prelude::*;

use crate::constants::{flag, pause, CONFIG_ADDRESS, NONE, VAULT_SEED};
use crate::errors::MarketError;
use crate::events::{emit, Activated, StateChanged};
use crate::lifecycle::{self, State, Via};
use crate::pda;
use crate::state::{Config, Market};
use crate::token;

#[event_cpi]
#[derive(Accounts)]
pub struct Activate<'info> {
    /// The settings: the pause, the bounds of trading time.
    #[account(address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// The approved market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: pinned by its seeds; made here as a token account of the market.
    #[account(mut, seeds = [VAULT_SEED, market.key().as_ref()], bump)]
    pub vault: UncheckedAccount<'info>,
    /// CHECK: the market's mint, looked into again.
    pub mint: UncheckedAccount<'info>,
    /// Market.creator.
    pub creator: Signer<'info>,
    /// Pays the vault's rent and gets it back.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// CHECK: with FEE_TO_ACCOUNT Market.fee_to, a token account of the mint; else left out.
    pub fee_to: Option<UncheckedAccount<'info>>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

impl Activate<'_> {
    fn validate(&self, market: &Market, now: i64) -> Result<()> {
        lifecycle::check(market, Via::Activate, now, 0)?;
        require_keys_eq!(market.creator, *self.creator.key, MarketError::NotCreator);
        let config = self.config.load()?;
        config.require_unpaused(pause::CREATE)?;
        config.require_duration(market.open, market.lock, now)?;
        token::require_mint(market, &self.mint, &self.token_program)?;
        token::require_plain_mint(&self.mint)?;
        if market.has(flag::FEE_TO_ACCOUNT) {
            let account = self.fee_to.as_ref().ok_or(MarketError::BadFeeTo)?;
            let fits = *account.key == market.fee_to && token::is_open(account, &market.mint, self.token_program.key);
            require!(fits, MarketError::BadFeeTo);
        }
        Ok(())
    }

    fn make_vault(&self, bump: u8) -> Result<()> {
        let market = self.market.key();
        let seeds: [&[u8]; 3] = [VAULT_SEED, market.as_ref(), &[bump]];
        pda::create(&self.vault, &self.payer, token::ACCOUNT_BYTES, self.token_program.key, &seeds)?;
        token::initialize(&self.vault, &self.mint, &self.token_program, &market)
    }
}

pub fn handler(ctx: Context<Activate>) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    let mut market = a.market.load_mut()?;
    a.validate(&market, clock.unix_timestamp)?;
    a.make_vault(ctx.bumps.vault)?;
    market.vault_bump = ctx.bumps.vault;
    market.vault_payer = a.payer.key();
    let rent = Rent::get()?.minimum_balance(token::ACCOUNT_BYTES);
    market.vault_rent = u32::try_from(rent).map_err(|_| MarketError::Overflow)?;
    let change = lifecycle::enter(&mut market, Via::Activate, State::Active, clock.unix_timestamp)?;
    let (address, actor) = (a.market.key(), a.creator.key());
    let event = Activated {
        header: market.next(address, &clock, actor),
        subsidy: market.subsidy,
        b: market.b,
        inv: market.inv,
        inv_shift: market.inv_shift,
        cost: market.cost,
        vault_payer: market.vault_payer,
        vault_rent: market.vault_rent,
        vault_bump: market.vault_bump,
        has_book: false,
    };
    emit(&a.event_authority, &event)?;
    StateChanged::emit(&a.event_authority, &mut market, address, (&clock, actor), change, NONE)
}
