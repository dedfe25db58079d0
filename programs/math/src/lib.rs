//! Market maths: pure functions on integers, without Anchor, accounts, clock or allocation. `idl/maths` is its bit-exact twin.
//!
//! Amounts are u64 base units, rates are basis points. A function answers None where a number would leave its range.
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

pub mod book;
pub mod curve;
pub mod dividends;
pub mod explog;
pub mod fees;
pub mod fixed;
pub mod lmsr;
pub mod nonce;
pub mod parimutuel;
pub mod tables;
