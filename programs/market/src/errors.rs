//! Every refusal, with a stable number and a sentence that a wallet can show.
//!
//! Groups: 6000 config, 6100 lifecycle, 6200 trade, 6300 book, 6400 resolve, 6500 settle, 6900 bugs. A number is never given twice or moved.

use anchor_lang::prelude::*;

#[error_code]
pub enum MarketError {
    #[msg("Only the init authority of this cluster may make the configuration.")]
    NotInitAuthority = 0,
    #[msg("Only the admin may do this.")]
    NotAdmin = 1,
    #[msg("Only the guardian or the admin may pause, and only the admin may lift a pause.")]
    NotGuardian = 2,
    #[msg("A configuration value is out of its bounds.")]
    BadConfig = 3,
    #[msg("This mint is not of a token program, or has an extension that markets do not take.")]
    BadMint = 4,
    #[msg("Markets in this mint are not enabled.")]
    MintDisabled = 5,
    #[msg("The bounds of this mint's rule contradict each other.")]
    BadMintRule = 6,
    #[msg("This is paused for now; ways out never are.")]
    Paused = 7,
    #[msg("These are not the bytes of the change that was announced, or none was.")]
    WrongChange = 8,
    #[msg("A change of the configuration has to be announced for longer.")]
    EtaTooSoon = 9,
    #[msg("Only the wallet that was offered the admin's place may take it.")]
    NotPendingAdmin = 10,

    #[msg("The market is not in a state that allows this.")]
    WrongState = 100,
    #[msg("It is too early for this.")]
    TooEarly = 101,
    #[msg("It is too late for this.")]
    TooLate = 102,
    #[msg("The market's times are out of order or out of bounds.")]
    BadTimes = 103,
    #[msg("The market's id must carry a slot of the last 150.")]
    BadId = 104,
    #[msg("This kind of engine is not offered.")]
    BadEngine = 105,
    #[msg("The number of outcomes is out of bounds for this kind of market.")]
    BadOutcomeCount = 106,
    #[msg("This kind of source is not offered, or its key is empty.")]
    BadSource = 107,
    #[msg("The condition does not fit this kind of source.")]
    BadOp = 108,
    #[msg("A flag was set that a creator may not choose.")]
    BadFlags = 109,
    #[msg("The fees are above what the configuration allows.")]
    FeeTooHigh = 110,
    #[msg("The dispute window is out of bounds.")]
    BadDispute = 111,
    #[msg("The strike does not fit the condition.")]
    BadStrike = 112,
    #[msg("The question must have 10 to 280 bytes.")]
    BadQuestion = 113,
    #[msg("The metadata address may have 120 bytes.")]
    BadUri = 114,
    #[msg("The fee account is not an open token account of the market's mint.")]
    BadFeeTo = 115,
    #[msg("Only the market's creator may do this.")]
    NotCreator = 116,
    #[msg("The market is halted: a void was announced.")]
    Halted = 117,
    #[msg("No void was announced.")]
    NotHalted = 118,
    #[msg("The subsidy is below the mint's least, or no market maker can be made of it.")]
    BadSubsidy = 119,

    #[msg("The market has no such outcome.")]
    BadOutcome = 200,
    #[msg("The amount is below the market's least stake.")]
    AmountTooSmall = 201,
    #[msg("The amount is above the market's greatest stake.")]
    AmountTooLarge = 202,
    #[msg("This nonce was used before, or is too old.")]
    NonceUsed = 203,
    #[msg("The transaction came after the slot it was valid until.")]
    Expired = 204,
    #[msg("The rate fell below the bound before the transaction landed.")]
    RateTooLow = 205,
    #[msg("The market is not open for trading yet.")]
    NotOpen = 206,
    #[msg("The market is locked: trading is over.")]
    Locked = 207,
    #[msg("The market's engine does not have this instruction.")]
    WrongEngine = 208,
    #[msg("This position belongs to another wallet or another market.")]
    WrongPosition = 209,
    #[msg("The position holds less free collateral than that.")]
    CreditTooSmall = 210,
    #[msg("This is not the market's vault.")]
    WrongVault = 211,
    #[msg("This is not the market's mint, or not its token program.")]
    WrongMint = 212,
    #[msg("The trade is too small to move the price by an atom.")]
    DustTrade = 213,
    #[msg("The shares fell below the bound before the transaction landed.")]
    TooFewShares = 214,
    #[msg("The proceeds fell below the bound before the transaction landed.")]
    OutTooSmall = 215,
    #[msg("The position holds fewer shares than that.")]
    NotEnoughShares = 216,
    #[msg("The market cannot carry that many shares.")]
    SupplyTooLarge = 217,

    #[msg("The order's side, price, number of lots, kind, expiry or number of matches is out of bounds.")]
    BadOrder = 300,
    #[msg("This is not the market's order book, or the order book is missing.")]
    WrongBook = 301,
    #[msg("The order would meet another at once, and was to be posted only.")]
    WouldCross = 302,
    #[msg("The order could not be matched as a whole.")]
    NotFilled = 303,
    #[msg("The order would cost more or bring less than the bound.")]
    BoundMissed = 304,
    #[msg("The position holds fewer shares than the order sells.")]
    SharesTooFew = 305,
    #[msg("This side of the book is full of orders that are as good.")]
    BookFull = 306,
    #[msg("All seats are taken: name the one with the least in orders, and lock twice as much.")]
    SeatsFull = 307,
    #[msg("There is no such order of this wallet.")]
    NoSuchOrder = 308,
    #[msg("The position has no seat in the book.")]
    NoSeat = 309,
    #[msg("The seat has open orders: only its owner may sweep it before the decision.")]
    SeatInUse = 310,
    #[msg("No order can be pruned now.")]
    NothingToPrune = 311,
    #[msg("Seats of the book are not swept yet.")]
    SeatsLeft = 312,
    #[msg("The order book has to be closed first.")]
    BookLeft = 313,

    #[msg("The market is resolved by another kind of source.")]
    WrongSource = 400,
    #[msg("This account is not a price update of an accepted oracle for the market's feed.")]
    BadPrice = 401,
    #[msg("The price update is not within the window, or a better one is already held.")]
    PriceOutsideWindow = 402,
    #[msg("The strike is not final yet.")]
    StrikeNotFinal = 403,
    #[msg("The strike is final already.")]
    StrikeFinal = 404,
    #[msg("The market's strike was fixed when it was made.")]
    StrikeFixed = 405,
    #[msg("Until its deadline only the market's source may propose.")]
    NotSource = 406,
    #[msg("This resolution belongs to another market.")]
    WrongResolution = 407,
    #[msg("This is not the market's bond vault.")]
    WrongBondVault = 408,
    #[msg("Only the council may rule.")]
    NotCouncil = 409,
    #[msg("The vote's round, side or weight is not one that can be cast.")]
    BadVote = 410,
    #[msg("This vote belongs to another market.")]
    WrongVote = 411,
    #[msg("This wallet has voted already.")]
    VotedAlready = 412,

    #[msg("The market is not decided yet.")]
    NotDecided = 500,
    #[msg("This is not where the payment has to go.")]
    WrongDestination = 501,
    #[msg("The rent goes to the wallet that paid it.")]
    WrongPayer = 502,
    #[msg("The recipient cannot receive this now.")]
    Unpayable = 503,
    #[msg("Nothing is owed.")]
    NothingOwed = 504,
    #[msg("Accounts must come in threes, with one bump for each payment.")]
    BadTriples = 505,
    #[msg("Winning shares are still unpaid.")]
    SharesLeft = 506,
    #[msg("Fees are still uncollected.")]
    FeesLeft = 507,
    #[msg("The resolution has to be closed first.")]
    ResolutionLeft = 508,
    #[msg("The position's market still exists.")]
    MarketExists = 509,

    #[msg("The vault would hold less than it owes. Nothing was changed; please report this.")]
    InvariantViolated = 900,
    #[msg("A number left its range. Nothing was changed; please report this.")]
    Overflow = 901,
}
