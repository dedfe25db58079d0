//! The pool engine on a Market: a stake mints as many shares, a decision shares the losers' stakes out.

use anchor_lang::prelude::*;
use market_math::parimutuel;

use crate::errors::MarketError;
use crate::lifecycle::State;
use crate::state::{Market, Position};

/// Mints `amount` shares of an outcome, and says the rate in bps that they would pay if it won now.
pub fn stake(market: &mut Market, position: &mut Position, outcome: u8, amount: u64) -> Result<u64> {
    let index = usize::from(outcome);
    let rate = parimutuel::stake_rate_bps(market.supplies(), index, amount, market.fee_total_bps());
    let supply = market.supply.get_mut(index).ok_or(MarketError::BadOutcome)?;
    let shares = position.shares.get_mut(index).ok_or(MarketError::BadOutcome)?;
    *supply = supply.checked_add(amount).ok_or(MarketError::Overflow)?;
    *shares = shares.checked_add(amount).ok_or(MarketError::Overflow)?;
    rate.ok_or_else(|| MarketError::Overflow.into())
}

/// Fixes the payout of an outcome (n = INVALID) and the fees; says whether the market is Finalized or Void by it.
pub fn decide(market: &mut Market, outcome: u8) -> Result<State> {
    let index = usize::from(outcome);
    let supplies = market.supplies();
    let won = supplies.get(index).is_some_and(|shares| *shares > 0);
    let payout = if won {
        parimutuel::payout(supplies, index, market.fee_total_bps()).ok_or(MarketError::Overflow)?
    } else {
        parimutuel::void_payout(supplies.len())
    };
    (market.mask, market.num, market.den) = (payout.mask, payout.num, payout.den);
    market.owe(payout.fee)?;
    Ok(if won { State::Finalized } else { State::Void })
}
