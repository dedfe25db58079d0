//! From the event to the decision.

pub mod announce_void;
pub mod cancel_void;
pub mod dispute;
pub mod finalize;
pub mod propose_outcome;
pub mod record_strike;
pub mod resolve_by_price;
pub mod rule;
pub mod tally_dispute;
pub mod void_inactive;

pub use announce_void::*;
pub use cancel_void::*;
pub use dispute::*;
pub use finalize::*;
pub use propose_outcome::*;
pub use record_strike::*;
pub use resolve_by_price::*;
pub use rule::*;
pub use tally_dispute::*;
pub use void_inactive::*;
