//! One file an instruction: its arguments, its accounts, its checks, its handler.

pub mod buy_shares;
pub mod claim_dividend;
pub mod create_pool;
pub mod pay_dividends;
pub mod sell_shares;
pub mod sync_dividends;

pub use buy_shares::*;
pub use claim_dividend::*;
pub use create_pool::*;
pub use pay_dividends::*;
pub use sell_shares::*;
pub use sync_dividends::*;
