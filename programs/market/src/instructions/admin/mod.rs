//! Settings: who may set them.

pub mod accept_admin;
pub mod apply_config_change;
pub mod init_config;
pub mod propose_config_change;
pub mod set_mint_rule;
pub mod set_pause;

pub use accept_admin::*;
pub use apply_config_change::*;
pub use init_config::*;
pub use propose_config_change::*;
pub use set_mint_rule::*;
pub use set_pause::*;
