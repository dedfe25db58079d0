//! The only invariant: a market holds what it owes. Called last in every instruction that moves value.

use anchor_lang::prelude::*;

use crate::constants::{engine, flag};
use crate::errors::MarketError;
use crate::state::{Market, Resolution};
use crate::token;
use market_math::parimutuel;

/// What the shares may still cost: before the decision all stakes, the market maker's C~, or the most that any outcome could
/// have to pay; after it what their payout comes to.
fn liability(market: &Market) -> Option<u128> {
    if !market.decided() {
        return match market.engine {
            engine::LMSR => Some(u128::from(market.cost)),
            _ => market.open_interest().ok().map(u128::from),
        };
    }
    let shares = parimutuel::masked(market.supplies(), market.mask);
    if market.num == market.den {
        return Some(shares);
    }
    Some(shares.checked_mul(u128::from(market.num))?.div_ceil(u128::from(market.den)))
}

/// liability + escrow + fees owed: what the vault must hold.
fn required(market: &Market) -> Option<u128> {
    let fees: u128 = market.fees_owed.iter().map(|fee| u128::from(*fee)).sum();
    liability(market)?.checked_add(u128::from(market.escrow))?.checked_add(fees)
}

/// vault >= liability + escrow + fees owed.
fn holds(market: &Market, vault: u64) -> Option<bool> {
    Some(u128::from(vault) >= required(market)?)
}

/// What the market holds beyond all that it owes.
pub fn surplus(market: &Market, market_info: &AccountInfo, vault: &AccountInfo) -> Result<u64> {
    let held = u128::from(held(market, market_info, vault)?);
    let rest = required(market).and_then(|owed| held.checked_sub(owed)).ok_or(MarketError::InvariantViolated)?;
    u64::try_from(rest).map_err(|_| MarketError::Overflow.into())
}

/// Refuses whatever would leave the market with less than it owes; `leaving` lamports are on their way out.
pub fn check(market: &Market, market_info: &AccountInfo, vault: &AccountInfo, leaving: u64) -> Result<()> {
    let held = held(market, market_info, vault)?.checked_sub(leaving).ok_or(MarketError::InvariantViolated)?;
    require!(holds(market, held) == Some(true), MarketError::InvariantViolated);
    Ok(())
}

/// What the market holds: the vault's tokens, or after unwrapping its own lamports beyond the rents.
pub fn held(market: &Market, market_info: &AccountInfo, vault: &AccountInfo) -> Result<u64> {
    if !market.has(flag::UNWRAPPED) {
        return token::amount(vault);
    }
    let rents = u64::from(market.market_rent) + u64::from(market.vault_rent);
    market_info.lamports().checked_sub(rents).ok_or_else(|| MarketError::InvariantViolated.into())
}

/// The bond vault holds what the resolution owes.
pub fn check_bonds(resolution: &Resolution, bond_vault: &AccountInfo) -> Result<()> {
    require!(token::amount(bond_vault)? >= resolution.owed, MarketError::InvariantViolated);
    Ok(())
}
