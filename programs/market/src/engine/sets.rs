//! Complete sets, a share of every outcome against a unit of collateral: what the market maker and the book have in common.

use anchor_lang::prelude::*;
use market_math::lmsr::SUPPLY_MAX;

use crate::constants::{engine, fee_kind};
use crate::errors::MarketError;
use crate::lifecycle::State;
use crate::state::{Market, Position};

/// Refuses the engine whose shares are no sets.
pub fn require_sets(market: &Market) -> Result<()> {
    require!(market.engine != engine::PARIMUTUEL, MarketError::WrongEngine);
    Ok(())
}

/// Makes `amount` of every share; the market maker's cost moves with them exactly.
pub fn split(market: &mut Market, position: &mut Position, amount: u64) -> Result<()> {
    for (supply, shares) in market.supply.iter_mut().zip(&mut position.shares) {
        let more = supply.checked_add(amount).filter(|after| *after <= SUPPLY_MAX);
        *supply = more.ok_or(MarketError::SupplyTooLarge)?;
        *shares = shares.checked_add(amount).ok_or(MarketError::Overflow)?;
    }
    if market.engine == engine::LMSR {
        market.cost = market.cost.checked_add(amount).ok_or(MarketError::Overflow)?;
    }
    Ok(())
}

/// Takes `amount` of every share back.
pub fn merge(market: &mut Market, position: &mut Position, amount: u64) -> Result<()> {
    for (supply, shares) in market.supply.iter_mut().zip(&mut position.shares) {
        *shares = shares.checked_sub(amount).ok_or(MarketError::NotEnoughShares)?;
        *supply = supply.checked_sub(amount).ok_or(MarketError::InvariantViolated)?;
    }
    if market.engine == engine::LMSR {
        market.cost = market.cost.checked_sub(amount).ok_or(MarketError::InvariantViolated)?;
    }
    Ok(())
}

/// The winner's share is worth a unit; of a void market every share an n-th, and the fees so far are all the protocol's.
pub fn decide(market: &mut Market, outcome: u8) -> Result<State> {
    if outcome < market.n {
        (market.mask, market.num, market.den) = (1 << outcome, 1, 1);
        return Ok(State::Finalized);
    }
    (market.mask, market.num, market.den) = (u8::MAX >> (8 - market.n), 1, u64::from(market.n));
    let [creator, resolver, protocol] = market.fees_owed;
    let all = protocol.checked_add(creator).and_then(|sum| sum.checked_add(resolver)).ok_or(MarketError::Overflow)?;
    market.fees_owed = [0; 3];
    *market.fees_owed.get_mut(usize::from(fee_kind::PROTOCOL)).ok_or(MarketError::Overflow)? = all;
    Ok(State::Void)
}
