//! vote: one wallet says once whether a proposed market may open, or with a weight how a disputed one ended.

use anchor_lang::prelude::*;

use crate::constants::round;
use crate::errors::MarketError;
use crate::events::{emit, VoteCast};
use crate::lifecycle;
use crate::solvency;
use crate::state::{Market, Resolution, Vote};
use crate::token::{self, Transfer};

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct VoteArgs {
    /// 0 on a proposal, 1 on a dispute.
    pub round: u8,
    /// On a proposal 0 against, 1 for; on a dispute the outcome, n = INVALID.
    pub side: u8,
    /// On a proposal 1; on a dispute collateral, at least the least stake.
    pub weight: u64,
}

#[event_cpi]
#[derive(Accounts)]
pub struct CastVote<'info> {
    /// The proposed or disputed market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the vote to be made; Vote::cast looks into it.
    #[account(mut)]
    pub vote: UncheckedAccount<'info>,
    /// Votes; pays the rent and gets it back.
    #[account(mut)]
    pub voter: Signer<'info>,
    /// The market's resolution; left out on a proposal, like all that follow.
    #[account(mut)]
    pub resolution: Option<AccountLoader<'info, Resolution>>,
    /// CHECK: the market's bond vault.
    #[account(mut)]
    pub bond_vault: Option<UncheckedAccount<'info>>,
    /// CHECK: the voter's token account; the token program looks into it.
    #[account(mut)]
    pub voter_token: Option<UncheckedAccount<'info>>,
    /// CHECK: the market's mint.
    pub mint: Option<UncheckedAccount<'info>>,
    /// CHECK: the program that owns the mint.
    pub token_program: Option<UncheckedAccount<'info>>,
    pub system_program: Program<'info, System>,
}

/// What a vote on a dispute needs beside the market.
struct Stakes<'a, 'info> {
    resolution: &'a AccountLoader<'info, Resolution>,
    bond_vault: &'a AccountInfo<'info>,
    voter_token: &'a AccountInfo<'info>,
    mint: &'a AccountInfo<'info>,
    token_program: &'a AccountInfo<'info>,
}

/// Where a dispute's votes stand, for the event.
#[derive(Default)]
struct Standing {
    tally: Vec<u64>,
    total: u64,
    owed: u64,
    votes: u32,
}

impl<'info> CastVote<'info> {
    fn on_proposal(&self, market: &mut Market, args: &VoteArgs, now: i64) -> Result<Standing> {
        lifecycle::check_proposal_vote(market, now)?;
        require!(args.weight == 1 && args.side <= 1, MarketError::BadVote);
        let count = if args.side == 1 { &mut market.likes } else { &mut market.dislikes };
        *count = count.checked_add(1).ok_or(MarketError::Overflow)?;
        Ok(Standing::default())
    }

    /// Moves the weight into the bond vault and counts it.
    fn on_dispute(&self, market: &Market, args: &VoteArgs, now: i64) -> Result<Standing> {
        let address = self.market.key();
        let stakes = self.stakes().ok_or(MarketError::WrongResolution)?;
        let mut resolution = stakes.resolution.load_mut()?;
        resolution.require_of(&address)?;
        lifecycle::check_dispute_vote(market, now, resolution.window_end)?;
        require!(args.side <= market.n, MarketError::BadVote);
        require!(args.weight >= market.min_stake, MarketError::AmountTooSmall);
        resolution.require_bond_vault(stakes.bond_vault)?;
        token::require_mint(market, stakes.mint, stakes.token_program)?;
        let transfer = Transfer {
            token_program: stakes.token_program,
            mint: stakes.mint,
            from: stakes.voter_token,
            to: stakes.bond_vault,
            authority: &self.voter,
        };
        transfer.run(args.weight, &[])?;
        resolution.count(args.side, args.weight)?;
        solvency::check_bonds(&resolution, stakes.bond_vault)?;
        Ok(Standing {
            tally: resolution.tallies(market.n),
            total: resolution.total,
            owed: resolution.owed,
            votes: resolution.votes(),
        })
    }

    fn stakes(&self) -> Option<Stakes<'_, 'info>> {
        Some(Stakes {
            resolution: self.resolution.as_ref()?,
            bond_vault: self.bond_vault.as_ref()?,
            voter_token: self.voter_token.as_ref()?,
            mint: self.mint.as_ref()?,
            token_program: self.token_program.as_ref()?,
        })
    }
}

pub fn handler(ctx: Context<CastVote>, args: VoteArgs) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    let (address, voter) = (a.market.key(), a.voter.key());
    let mut market = a.market.load_mut()?;
    let standing = match args.round {
        round::PROPOSAL => a.on_proposal(&mut market, &args, clock.unix_timestamp)?,
        round::DISPUTE => a.on_dispute(&market, &args, clock.unix_timestamp)?,
        _ => return err!(MarketError::BadVote),
    };
    let vote = Vote::cast(&a.vote, &address, &a.voter, (args.round, args.side, args.weight))?;
    let event = VoteCast {
        header: market.next(address, &clock, voter),
        voter,
        round: vote.round,
        side: vote.side,
        weight: vote.weight,
        bump: vote.bump,
        likes: market.likes,
        dislikes: market.dislikes,
        tally: standing.tally,
        total: standing.total,
        owed: standing.owed,
        votes: standing.votes,
    };
    emit(&a.event_authority, &event)
}
