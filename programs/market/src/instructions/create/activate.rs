//! activate: the creator opens an approved market, which gets its vault, and with a subsidy its market maker.

use anchor_lang::prelude::*;

use crate::constants::{engine, flag, pause, CONFIG_ADDRESS, NONE, VAULT_SEED};
use crate::engine::lmsr;
use crate::errors::MarketError;
use crate::events::{emit, Activated, StateChanged};
use crate::lifecycle::{self, State, Via};
use crate::pda;
use crate::solvency;
use crate::state::{Book, Config, Market, MintRule};
use crate::token::{self, Transfer};

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct ActivateArgs {
    /// What the creator puts into the market maker; 0 for every other engine.
    pub subsidy: u64,
}

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
    /// The rule of the mint, where a subsidy is paid; else left out.
    #[account(constraint = mint_rule.mint == market.load()?.mint @ MarketError::WrongMint)]
    pub mint_rule: Option<Account<'info, MintRule>>,
    /// CHECK: where the subsidy comes from, the token program looks into it; else left out.
    #[account(mut)]
    pub creator_token: Option<UncheckedAccount<'info>>,
    /// CHECK: of a book market the book, made here; else left out.
    #[account(mut)]
    pub book: Option<UncheckedAccount<'info>>,
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

    /// Pulls the subsidy and makes of it what the market maker works with.
    fn fund(&self, market: &mut Market, subsidy: u64) -> Result<()> {
        if market.engine != engine::LMSR {
            require!(subsidy == 0, MarketError::BadSubsidy);
            return Ok(());
        }
        let rule = self.mint_rule.as_ref().ok_or(MarketError::BadSubsidy)?;
        let from = self.creator_token.as_ref().ok_or(MarketError::BadSubsidy)?;
        lmsr::open(market, subsidy, rule.min_subsidy)?;
        let transfer = Transfer {
            token_program: &self.token_program,
            mint: &self.mint,
            from,
            to: &self.vault,
            authority: &self.creator,
        };
        transfer.run(subsidy, &[])
    }

    fn make_vault(&self, bump: u8) -> Result<()> {
        let market = self.market.key();
        let seeds: [&[u8]; 3] = [VAULT_SEED, market.as_ref(), &[bump]];
        pda::create(&self.vault, &self.payer, token::ACCOUNT_BYTES, self.token_program.key, &seeds)?;
        token::initialize(&self.vault, &self.mint, &self.token_program, &market)
    }

    /// Makes the book of a market that has one; says whether it does.
    fn make_book(&self, market: &mut Market) -> Result<bool> {
        if market.engine != engine::BOOK {
            return Ok(false);
        }
        let book = self.book.as_ref().ok_or(MarketError::WrongBook)?;
        Book::create(book, self.market.as_ref().key, &self.payer)?;
        market.flags |= flag::HAS_BOOK;
        Ok(true)
    }
}

pub fn handler(ctx: Context<Activate>, args: ActivateArgs) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    let mut market = a.market.load_mut()?;
    a.validate(&market, clock.unix_timestamp)?;
    a.make_vault(ctx.bumps.vault)?;
    a.fund(&mut market, args.subsidy)?;
    let has_book = a.make_book(&mut market)?;
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
        has_book,
    };
    emit(&a.event_authority, &event)?;
    solvency::check(&market, a.market.as_ref(), &a.vault, 0)?;
    StateChanged::emit(&a.event_authority, &mut market, address, (&clock, actor), change, NONE)
}
