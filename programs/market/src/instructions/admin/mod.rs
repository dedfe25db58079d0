//! Settings: who may set them.

pub mod init_config;
pub mod set_mint_rule;
pub mod set_pause;

pub use init_config::*;
pub use set_mint_rule::*;
pub use set_pause::*;
