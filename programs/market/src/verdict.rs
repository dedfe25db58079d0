//! How a bonded resolution ends its market: the one place where its outcome becomes the payout.

use anchor_lang::prelude::*;

use crate::engine;
use crate::lifecycle::{self, Change, Via};
use crate::state::{Market, Resolution};

/// Decides a market by an outcome of its resolution (n = INVALID): the payout, the fees, and who resolved it.
pub fn conclude(market: &mut Market, resolution: &mut Resolution, outcome: u8, via: Via, now: i64) -> Result<Change> {
    resolution.final_outcome = outcome;
    market.resolver_to = resolution.resolver();
    let to = engine::decide(market, outcome)?;
    lifecycle::enter(market, via, to, now)
}
