//! From a question to an open market.

pub mod activate;
pub mod create_market;
pub mod reject;
pub mod tally_proposal;
pub mod vote;

pub use activate::*;
pub use create_market::*;
pub use reject::*;
pub use tally_proposal::*;
pub use vote::*;
