//! The only invariant: a pool holds what it owes. Called last in every instruction that moves value.

use anchor_lang::prelude::*;
use market::token;

use crate::errors::CreatorError;
use crate::state::Pool;

/// reserve >= price of all shares; dividends >= what was counted in and not paid.
pub fn check(pool: &Pool, reserve: &AccountInfo, dividends: &AccountInfo) -> Result<()> {
    require!(token::amount(reserve)? >= pool.cost(0, pool.supply)?, CreatorError::InvariantViolated);
    check_dividends(pool, dividends)
}

/// The part of it where no share moves.
pub fn check_dividends(pool: &Pool, dividends: &AccountInfo) -> Result<()> {
    require!(token::amount(dividends)? >= pool.recorded, CreatorError::InvariantViolated);
    Ok(())
}
