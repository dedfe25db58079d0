//! The market maker on a Market: it works on `supply` itself, and `cost` is always C~(supply).

use anchor_lang::prelude::*;
use market_math::fees;
use market_math::lmsr::{self, Curve, Trade};

use crate::constants::engine;
use crate::errors::MarketError;
use crate::state::{Market, Position};

/// Shares against collateral, and the taker's fee beside it.
pub struct Bargain {
    pub shares: u64,
    pub value: u64,
    pub fee: u64,
}

pub fn require_maker(market: &Market) -> Result<()> {
    require!(market.engine == engine::LMSR, MarketError::WrongEngine);
    Ok(())
}

fn curve(market: &Market) -> Curve {
    Curve { b: market.b, inv: market.inv, shift: market.inv_shift }
}

/// Opens the market maker that a subsidy can carry.
pub fn open(market: &mut Market, subsidy: u64, least: u64) -> Result<()> {
    require!(subsidy >= least, MarketError::BadSubsidy);
    let curve = Curve::funded(subsidy, usize::from(market.n)).ok_or(MarketError::BadSubsidy)?;
    (market.subsidy, market.b, market.inv, market.inv_shift) = (subsidy, curve.b, curve.inv, curve.shift);
    market.cost = curve.cost(market.supplies()).ok_or(MarketError::Overflow)?;
    Ok(())
}

/// The most shares of an outcome that `max_cost` buys, fee and all.
pub fn buy(market: &mut Market, position: &mut Position, outcome: u8, max_cost: u64) -> Result<Bargain> {
    let net = fees::net_of(max_cost, market.fee_total_bps()).ok_or(MarketError::Overflow)?;
    let (curve, cost, n) = (curve(market), market.cost, usize::from(market.n));
    let supply = market.supply.get_mut(..n).ok_or(MarketError::BadOutcome)?;
    let trade = lmsr::buy(&curve, supply, cost, usize::from(outcome), net).ok_or(MarketError::SupplyTooLarge)?;
    require!(trade.value > 0, MarketError::DustTrade);
    let shares = position.shares.get_mut(usize::from(outcome)).ok_or(MarketError::BadOutcome)?;
    *shares = shares.checked_add(trade.shares).ok_or(MarketError::Overflow)?;
    settle(market, trade)
}

/// What shares of an outcome bring.
pub fn sell(market: &mut Market, position: &mut Position, outcome: u8, amount: u64) -> Result<Bargain> {
    let shares = position.shares.get_mut(usize::from(outcome)).ok_or(MarketError::BadOutcome)?;
    *shares = shares.checked_sub(amount).ok_or(MarketError::NotEnoughShares)?;
    let (curve, cost, n) = (curve(market), market.cost, usize::from(market.n));
    let supply = market.supply.get_mut(..n).ok_or(MarketError::BadOutcome)?;
    let trade = lmsr::sell(&curve, supply, cost, usize::from(outcome), amount).ok_or(MarketError::InvariantViolated)?;
    settle(market, trade)
}

/// Writes the new cost and what the trade owes to creator, resolver and protocol.
fn settle(market: &mut Market, trade: Trade) -> Result<Bargain> {
    market.cost = trade.cost;
    let fee = fees::trade_fee(trade.shares, trade.value, market.fee_total_bps()).ok_or(MarketError::Overflow)?;
    market.owe(fee)?;
    Ok(Bargain { shares: trade.shares, value: trade.value, fee })
}
