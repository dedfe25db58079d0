//! transfer_shares: the owner gives shares of one outcome to another position of the market.

use anchor_lang::prelude::*;

use crate::errors::MarketError;
use crate::events::{emit, PositionState, SharesTransferred};
use crate::lifecycle::State;
use crate::state::{Market, Position};

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct TransferSharesArgs {
    pub outcome: u8,
    pub shares: u64,
    /// Acts once.
    pub nonce: u64,
    /// Last slot in which it may land.
    pub valid_until: u64,
}

#[event_cpi]
#[derive(Accounts)]
pub struct TransferShares<'info> {
    /// The market, before its lock.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// The giver's position.
    #[account(
        mut,
        constraint = from.market == market.key() && from.owner == owner.key() @ MarketError::WrongPosition,
    )]
    pub from: Account<'info, Position>,
    /// Another position of the market; the framework refuses the same one twice.
    #[account(mut, constraint = to.market == market.key() @ MarketError::WrongPosition)]
    pub to: Account<'info, Position>,
    /// Owns the giver's position.
    pub owner: Signer<'info>,
}

impl TransferShares<'_> {
    fn validate(&self, market: &Market, args: &TransferSharesArgs, clock: &Clock) -> Result<()> {
        require!(market.state == State::Active as u8, MarketError::WrongState);
        require!(clock.unix_timestamp < market.lock, MarketError::Locked);
        require!(clock.slot <= args.valid_until, MarketError::Expired);
        require!(args.outcome < market.n, MarketError::BadOutcome);
        require!(args.shares > 0, MarketError::AmountTooSmall);
        Ok(())
    }

    fn shift(&mut self, outcome: usize, amount: u64) -> Result<()> {
        let given = self.from.shares.get_mut(outcome).ok_or(MarketError::BadOutcome)?;
        *given = given.checked_sub(amount).ok_or(MarketError::NotEnoughShares)?;
        let taken = self.to.shares.get_mut(outcome).ok_or(MarketError::BadOutcome)?;
        *taken = taken.checked_add(amount).ok_or(MarketError::Overflow)?;
        Ok(())
    }
}

pub fn handler(ctx: Context<TransferShares>, args: TransferSharesArgs) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    a.validate(&*a.market.load()?, &args, &clock)?;
    a.from.use_nonce(args.nonce)?;
    a.shift(usize::from(args.outcome), args.shares)?;
    let header = a.market.load_mut()?.next(a.market.key(), &clock, a.owner.key());
    (a.from.last_seq, a.to.last_seq) = (header.seq, header.seq);
    let event = SharesTransferred {
        header,
        outcome: args.outcome,
        shares: args.shares,
        nonce: args.nonce,
        positions: vec![PositionState::of(&a.from), PositionState::of(&a.to)],
    };
    emit(&a.event_authority, &event)
}
