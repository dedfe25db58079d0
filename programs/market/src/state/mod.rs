//! Accounts: their fields in their order on chain, and the rules that live on one account alone.

pub mod book;
pub mod config;
pub mod market;
pub mod mint_rule;
pub mod position;
pub mod resolution;
pub mod vote;

pub use book::Book;
pub use config::{Config, ConfigTerms};
pub use market::Market;
pub use mint_rule::MintRule;
pub use position::Position;
pub use resolution::Resolution;
pub use vote::Vote;
