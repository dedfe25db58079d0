//! While the market is open.

pub mod buy;
pub mod merge;
pub mod sell;
pub mod split;
pub mod stake;
pub mod transfer_shares;
pub mod withdraw;

pub use buy::*;
pub use merge::*;
pub use sell::*;
pub use split::*;
pub use stake::*;
pub use transfer_shares::*;
pub use withdraw::*;
