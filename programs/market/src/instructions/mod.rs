//! One instruction a file: its Args, its Accounts, its checks, its handler.

pub mod admin;
pub mod create;
pub mod resolve;
pub mod settle;
pub mod trade;

pub use admin::*;
pub use create::*;
pub use resolve::*;
pub use settle::*;
pub use trade::*;
