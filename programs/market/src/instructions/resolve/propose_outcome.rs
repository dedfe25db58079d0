//! propose_outcome: somebody says with a bond how an optimistic market ended.

use anchor_lang::prelude::*;

use market_math::fixed::mul_div_floor;

use crate::constants::{resolution_flag, source_kind, BOND_VAULT_SEED, BPS, NONE};
use crate::errors::MarketError;
use crate::events::{emit, OutcomeProposed, StateChanged};
use crate::lifecycle::{self, State, Via};
use crate::pda;
use crate::solvency;
use crate::state::{Market, Resolution};
use crate::token::{self, Transfer};

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct ProposeOutcomeArgs {
    /// n = INVALID, which leads to Void.
    pub outcome: u8,
    /// sha256 of the evidence.
    pub evidence: [u8; 32],
}

#[event_cpi]
#[derive(Accounts)]
pub struct ProposeOutcome<'info> {
    /// The market, past its event.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the resolution to be made; Resolution::create looks into it.
    #[account(mut)]
    pub resolution: UncheckedAccount<'info>,
    /// CHECK: made here at its canonical address, as a token account of the market.
    #[account(mut)]
    pub bond_vault: UncheckedAccount<'info>,
    /// Market.source, or anyone from resolve_by.
    pub proposer: Signer<'info>,
    /// Pays the rents and gets them back.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// CHECK: the proposer's token account; the token program looks into it.
    #[account(mut)]
    pub proposer_token: UncheckedAccount<'info>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

impl ProposeOutcome<'_> {
    fn validate(&self, market: &Market, args: &ProposeOutcomeArgs, now: i64) -> Result<()> {
        require!(market.source_kind == source_kind::OPTIMISTIC, MarketError::WrongSource);
        lifecycle::check(market, Via::ProposeOutcome, now, 0)?;
        require!(self.is_source(market) || now >= market.resolve_by, MarketError::NotSource);
        require!(args.outcome <= market.n, MarketError::BadOutcome);
        token::require_mint(market, &self.mint, &self.token_program)
    }

    fn is_source(&self, market: &Market) -> bool {
        market.source == *self.proposer.key
    }

    /// Makes the bond vault and pulls the bond into it.
    fn post_bond(&self, resolution: &Resolution) -> Result<()> {
        let (market, bond) = (self.market.key(), resolution.bond);
        let seeds: [&[u8]; 3] = [BOND_VAULT_SEED, market.as_ref(), &[resolution.bond_bump]];
        pda::create(&self.bond_vault, &self.payer, token::ACCOUNT_BYTES, self.token_program.key, &seeds)?;
        token::initialize(&self.bond_vault, &self.mint, &self.token_program, &market)?;
        let transfer = Transfer {
            token_program: &self.token_program,
            mint: &self.mint,
            from: &self.proposer_token,
            to: &self.bond_vault,
            authority: &self.proposer,
        };
        transfer.run(bond, &[])
    }

    /// Makes the resolution, and fixes bond, quorum and window at what they are now.
    fn resolution(&self, market: &Market, args: &ProposeOutcomeArgs, now: i64) -> Result<Resolution> {
        let interest = market.open_interest()?;
        let share = |bps: u16| mul_div_floor(interest, u64::from(bps), BPS).ok_or(MarketError::Overflow);
        let address = self.market.key();
        let bond_bump = pda::canonical(self.bond_vault.key, &[BOND_VAULT_SEED, address.as_ref()], &crate::ID);
        let mut resolution = Resolution::create(&self.resolution, &address, &self.payer)?;
        resolution.bond_bump = bond_bump.ok_or(MarketError::WrongBondVault)?;
        resolution.proposer = self.proposer.key();
        resolution.evidence = args.evidence;
        resolution.proposed = args.outcome;
        resolution.proposed_at = now;
        resolution.window_end = now.saturating_add(i64::from(market.dispute_s));
        resolution.bond = market.min_bond.max(share(market.bond_bps)?);
        resolution.quorum = resolution.bond.max(share(market.quorum_bps)?);
        resolution.owed = resolution.bond;
        if self.is_source(market) && now < market.resolve_by {
            resolution.set(resolution_flag::BY_SOURCE);
        }
        Ok(resolution)
    }
}

pub fn handler(ctx: Context<ProposeOutcome>, args: ProposeOutcomeArgs) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    let now = clock.unix_timestamp;
    let (address, actor) = (a.market.key(), a.proposer.key());
    let mut market = a.market.load_mut()?;
    a.validate(&market, &args, now)?;
    let resolution = a.resolution(&market, &args, now)?;
    a.post_bond(&resolution)?;
    let change = lifecycle::enter(&mut market, Via::ProposeOutcome, State::Resolving, now)?;
    solvency::check_bonds(&resolution, &a.bond_vault)?;
    let event = OutcomeProposed {
        header: market.next(address, &clock, actor),
        proposer: resolution.proposer,
        payer: resolution.payer,
        outcome: resolution.proposed,
        evidence: resolution.evidence,
        bond: resolution.bond,
        quorum: resolution.quorum,
        owed: resolution.owed,
        window_end: resolution.window_end,
        flags: resolution.flags,
        bump: resolution.bump,
        bond_bump: resolution.bond_bump,
    };
    resolution.store(&a.resolution)?;
    emit(&a.event_authority, &event)?;
    StateChanged::emit(&a.event_authority, &mut market, address, (&clock, actor), change, NONE)
}
