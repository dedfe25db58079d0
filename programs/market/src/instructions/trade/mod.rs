//! While the market is open.

pub mod buy;
pub mod cancel_all;
pub mod cancel_order;
pub mod merge;
pub mod place_order;
pub mod prune;
pub mod sell;
pub mod split;
pub mod stake;
pub mod sweep_seat;
pub mod transfer_shares;
pub mod withdraw;

pub use buy::*;
pub use cancel_all::*;
pub use cancel_order::*;
pub use merge::*;
pub use place_order::*;
pub use prune::*;
pub use sell::*;
pub use split::*;
pub use stake::*;
pub use sweep_seat::*;
pub use transfer_shares::*;
pub use withdraw::*;
