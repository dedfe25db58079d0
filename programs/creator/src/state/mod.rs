//! Accounts: their fields in their order on chain, and the rules that live on one account alone.

pub mod holder;
pub mod pool;

pub use holder::Holder;
pub use pool::{Pool, Terms};
