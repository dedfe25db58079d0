//! Votes on proposed markets, and disputes with their votes.

use anchor_lang::prelude::*;

use super::Header;

/// A vote was cast.
#[event]
pub struct VoteCast {
    pub header: Header,
    pub voter: Pubkey,
    /// 0 on a proposal, 1 on a dispute.
    pub round: u8,
    /// On a proposal 0 against, 1 for; on a dispute the outcome, n = INVALID.
    pub side: u8,
    pub weight: u64,
    /// Vote.bump.
    pub bump: u8,
    /// The market's counts after it.
    pub likes: u32,
    pub dislikes: u32,
    /// Of a dispute, Resolution after it: weight of each outcome and of INVALID, their sum, what is owed, votes; else empty and 0.
    pub tally: Vec<u64>,
    pub total: u64,
    pub owed: u64,
    pub votes: u32,
}

/// A vote was closed: its rent, and of a dispute its weight with what was won or lost, went back to the voter.
#[event]
pub struct VoteClaimed {
    pub header: Header,
    pub voter: Pubkey,
    pub round: u8,
    /// Paid to the voter's token account; 0 for a vote on a proposal.
    pub amount: u64,
    /// Lamports that came back with the account.
    pub rent: u64,
    /// Of a dispute, Resolution.owed and the votes left; else 0.
    pub owed: u64,
    pub votes: u32,
}

/// A proposed outcome was disputed: what changed in the Resolution. StateChanged follows.
#[event]
pub struct Disputed {
    pub header: Header,
    pub disputer: Pubkey,
    pub bond: u64,
    pub owed: u64,
    /// The votes end then.
    pub window_end: i64,
}

/// Votes were counted. StateChanged follows.
#[event]
pub struct Tallied {
    pub header: Header,
    /// 0 on a proposal, 1 on a dispute.
    pub round: u8,
    /// On a proposal 1 approved, 0 not; on a dispute the outcome decided (n = INVALID), 255 = contested.
    pub outcome: u8,
    /// On a proposal the votes against and for it; on a dispute the weight of each outcome and of INVALID.
    pub tally: Vec<u64>,
    pub total: u64,
    /// Of a dispute, Resolution.window_end and .flags after it; else 0.
    pub window_end: i64,
    pub flags: u8,
}

/// The council decided a contested market. StateChanged follows.
#[event]
pub struct Ruled {
    pub header: Header,
    /// n = INVALID.
    pub outcome: u8,
    /// Resolution.flags after it.
    pub flags: u8,
}
