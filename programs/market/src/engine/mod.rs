//! How shares are born and what a decision pays, one engine a file; no Accounts types here.

pub mod parimutuel;
