//! Every refusal, with a stable number and a sentence that a wallet can show.
//!
//! What the market program refuses for the same reason has its number and name, since both read tokens by the same code; the
//! group of its own is 6600. A number is never given twice or moved.

use anchor_lang::prelude::*;

#[error_code]
pub enum CreatorError {
    #[msg("This mint is not of a token program, or has an extension that pools do not take.")]
    BadMint = 4,

    #[msg("At least one share has to be traded.")]
    AmountTooSmall = 201,
    #[msg("This nonce was used before, or is too old.")]
    NonceUsed = 203,
    #[msg("The transaction came after the slot it was valid until.")]
    Expired = 204,
    #[msg("This is not the pool's token account.")]
    WrongVault = 211,
    #[msg("This is not the pool's mint, or not its token program.")]
    WrongMint = 212,

    #[msg("This is not where the payment has to go.")]
    WrongDestination = 501,
    #[msg("Nothing is owed.")]
    NothingOwed = 504,

    #[msg("The curve is out of its bounds, or every share would be free.")]
    BadCurve = 600,
    #[msg("Bought shares have to stay locked for longer.")]
    BadLock = 601,
    #[msg("The pool has fewer shares left to sell than that.")]
    SupplyExceeded = 602,
    #[msg("The shares cost more than the bound by the time the transaction landed.")]
    CostTooHigh = 603,
    #[msg("The shares bring less than the bound by the time the transaction landed.")]
    OutTooLow = 604,
    #[msg("The holder has fewer shares than that.")]
    SharesTooFew = 605,
    #[msg("The shares are still locked after a purchase.")]
    SharesLocked = 606,
    #[msg("This holder belongs to another wallet or another pool.")]
    WrongHolder = 607,
    #[msg("No dividends came in, or nobody holds shares that could earn them.")]
    NothingNew = 608,
    #[msg("Accounts must come in pairs, with one bump for each payment.")]
    BadPairs = 609,

    #[msg("The pool would hold less than it owes. Nothing was changed; please report this.")]
    InvariantViolated = 900,
    #[msg("A number left its range. Nothing was changed; please report this.")]
    Overflow = 901,
}
