//! claim_vote: anyone returns a vote's rent to its voter, and of a dispute its weight with what was won or lost.

use anchor_lang::prelude::*;

use crate::constants::round;
use crate::errors::MarketError;
use crate::events::{emit, VoteClaimed};
use crate::lifecycle::State;
use crate::pda;
use crate::settlement::Signature;
use crate::solvency;
use crate::state::{Market, Resolution, Vote};
use crate::token::{self, Transfer};

#[event_cpi]
#[derive(Accounts)]
pub struct ClaimVote<'info> {
    /// The market: past Proposed for a vote on a proposal, decided for one on a dispute.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// The vote, closed here.
    #[account(mut, constraint = vote.market == market.key() @ MarketError::WrongVote)]
    pub vote: Account<'info, Vote>,
    /// CHECK: Vote.voter, gets the rent.
    #[account(mut, address = vote.voter @ MarketError::WrongPayer)]
    pub voter: UncheckedAccount<'info>,
    /// The market's resolution; left out for a vote on a proposal, like all that follow.
    #[account(mut)]
    pub resolution: Option<AccountLoader<'info, Resolution>>,
    /// CHECK: the market's bond vault.
    #[account(mut)]
    pub bond_vault: Option<UncheckedAccount<'info>>,
    /// CHECK: the voter's associated token account.
    #[account(mut)]
    pub destination: Option<UncheckedAccount<'info>>,
    /// CHECK: the market's mint.
    pub mint: Option<UncheckedAccount<'info>>,
    /// CHECK: the program that owns the mint.
    pub token_program: Option<UncheckedAccount<'info>>,
}

/// What a vote on a dispute needs beside the market.
struct Stakes<'a, 'info> {
    resolution: &'a AccountLoader<'info, Resolution>,
    bond_vault: &'a AccountInfo<'info>,
    destination: &'a AccountInfo<'info>,
    mint: &'a AccountInfo<'info>,
    token_program: &'a AccountInfo<'info>,
}

impl Stakes<'_, '_> {
    /// The voter's own account, which can take tokens.
    fn require_destination(&self, market: &Market, voter: &Pubkey) -> Result<()> {
        token::require_mint(market, self.mint, self.token_program)?;
        let theirs = token::is_associated(self.destination.key, voter, &market.mint, self.token_program.key);
        require!(theirs, MarketError::WrongDestination);
        let open = token::is_open_of(self.destination, voter, &market.mint, self.token_program.key);
        require!(open, MarketError::Unpayable);
        Ok(())
    }
}

impl<'info> ClaimVote<'info> {
    fn stakes(&self) -> Option<Stakes<'_, 'info>> {
        Some(Stakes {
            resolution: self.resolution.as_ref()?,
            bond_vault: self.bond_vault.as_ref()?,
            destination: self.destination.as_ref()?,
            mint: self.mint.as_ref()?,
            token_program: self.token_program.as_ref()?,
        })
    }

    /// Pays what a vote on a dispute gets back; says how much, what is owed then, and to how many votes.
    fn pay(&self, market: &Market) -> Result<(u64, u64, u32)> {
        require!(market.decided(), MarketError::NotDecided);
        let stakes = self.stakes().ok_or(MarketError::WrongResolution)?;
        let mut resolution = stakes.resolution.load_mut()?;
        resolution.require_of(self.market.as_ref().key)?;
        resolution.require_bond_vault(stakes.bond_vault)?;
        stakes.require_destination(market, self.voter.key)?;
        let vote = &self.vote;
        let due = resolution.vote_due(vote.side, vote.weight, market.slash_bps).ok_or(MarketError::Overflow)?;
        resolution.pay_vote(due)?;
        let transfer = Transfer {
            token_program: stakes.token_program,
            mint: stakes.mint,
            from: stakes.bond_vault,
            to: stakes.destination,
            authority: self.market.as_ref(),
        };
        if due > 0 {
            transfer.run(due, &[&Signature::of(market).seeds()])?;
        }
        solvency::check_bonds(&resolution, stakes.bond_vault)?;
        Ok((due, resolution.owed, resolution.votes()))
    }
}

pub fn handler(ctx: Context<ClaimVote>) -> Result<()> {
    let a = ctx.accounts;
    let mut market = a.market.load_mut()?;
    let info: &AccountInfo = a.vote.as_ref();
    let rent = info.lamports();
    require!(pda::receives(&a.voter, rent)?, MarketError::Unpayable);
    pda::zero(info)?;
    let (amount, owed, votes) = if a.vote.round == round::DISPUTE {
        a.pay(&market)?
    } else {
        require!(market.state()? != State::Proposed, MarketError::WrongState);
        (0, 0, 0)
    };
    let header = market.next(a.market.key(), &Clock::get()?, Pubkey::default());
    let event = VoteClaimed { header, voter: a.vote.voter, round: a.vote.round, amount, rent, owed, votes };
    emit(&a.event_authority, &event)?;
    pda::close(info, &a.voter)
}
