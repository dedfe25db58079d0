//! From the decision to the last lamport.

pub mod claim;
pub mod claim_bond;
pub mod claim_vote;
pub mod close_book;
pub mod close_market;
pub mod close_orphan;
pub mod close_resolution;
pub mod collect_fees;
pub mod pay_out;
pub mod withdraw_subsidy;

pub use claim::*;
pub use claim_bond::*;
pub use claim_vote::*;
pub use close_book::*;
pub use close_market::*;
pub use close_orphan::*;
pub use close_resolution::*;
pub use collect_fees::*;
pub use pay_out::*;
pub use withdraw_subsidy::*;
