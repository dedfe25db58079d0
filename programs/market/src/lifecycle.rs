//! interim
use anchor_lang::prelude::*;
use crate::errors::MarketError;
#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State { Proposed = 0, Approved = 1, Active = 2, Resolving = 3, Disputed = 4, Contested = 5, Finalized = 6, Void = 7, Rejected = 8 }
impl State { pub fn of(_v: u8) -> Result<State> { Err(MarketError::WrongState.into()) } }
