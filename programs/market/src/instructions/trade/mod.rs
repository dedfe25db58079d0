//! While the market is open.

pub mod stake;
pub mod withdraw;

pub use stake::*;
pub use withdraw::*;
