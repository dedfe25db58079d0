//! How shares are born and what a decision pays, one engine a file; no Accounts types here.

use anchor_lang::prelude::*;

use crate::constants::engine;
use crate::lifecycle::State;
use crate::state::Market;

pub mod book;
pub mod lmsr;
pub mod parimutuel;
pub mod sets;

/// Fixes the payout of an outcome (n = INVALID) and the fees; says whether the market is Finalized or Void by it.
pub fn decide(market: &mut Market, outcome: u8) -> Result<State> {
    match market.engine {
        engine::PARIMUTUEL => parimutuel::decide(market, outcome),
        _ => sets::decide(market, outcome),
    }
}
