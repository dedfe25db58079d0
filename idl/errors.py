"""What can be wrong with bytes, and what a program's error code means.

IdlError                  everything raised by this package
    SchemaError           an IDL file describes something that has no layout here
    DecodeError           bytes are not what they should be
        UnknownDiscriminator   no event, account or instruction begins like this
        Truncated              the data ends within a value
        TrailingBytes          the data goes on after the value
        BadValue               a value outside its type, or not in its one canonical form

A program error has a class: `retry_later` (the same transaction may succeed later), `look` (the world changed: read it
again, then decide) and `never` (this transaction can not succeed).
"""

from collections.abc import Iterable
from typing import Final, Literal

import msgspec
from solders.pubkey import Pubkey

from idl.error_table import CREATOR, MARKET, POSTER
from idl.foreign_errors import ANCHOR, SYSTEM, TOKEN, Row
from idl.program import CREATOR_ID, MARKET_ID, POSTER_ID, SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM

Class = Literal["retry_later", "look", "never"]


class IdlError(Exception):
    """The language of the chain was not understood."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__)


class SchemaError(IdlError):
    """An IDL file describes something that has no layout here."""


class DecodeError(IdlError):
    """Bytes are not what they should be."""


class UnknownDiscriminator(DecodeError):
    """No event, account or instruction begins like this."""


class Truncated(DecodeError):
    """The data ends within a value."""


class TrailingBytes(DecodeError):
    """The data goes on after the value."""


class BadValue(DecodeError):
    """A value is outside its type, or not in its one canonical form."""


class ProgramError(msgspec.Struct, frozen=True, gc=False):
    """One custom error of a program: its number, name, a sentence for a wallet to show, and its class."""

    code: int
    name: str
    sentence: str
    cls: Class


# Time alone mends these: the same instruction can succeed later.
_RETRY_LATER: Final = {
    "BookLeft", "MintDisabled", "NotDecided", "NotOpen", "NothingNew", "NothingToPrune", "Paused", "SeatInUse",
    "SeatsFull", "SeatsLeft", "SharesLocked", "StrikeNotFinal", "TooEarly", "Unpayable",
}  # fmt: skip
# Something moved between reading and landing: whoever acts reads again and decides anew.
_LOOK: Final = {
    "BadId", "BookFull", "BoundMissed", "CreditTooSmall", "DustTrade", "FeesLeft", "Halted", "InvariantViolated",
    "MarketExists", "NoSeat", "NoSuchOrder", "NonceUsed", "NotEnoughShares", "NotFilled", "NotHalted",
    "NotPendingAdmin", "NothingOwed", "OutTooSmall", "Overflow", "PriceOutsideWindow", "RateTooLow",
    "ResolutionLeft", "SharesLeft", "SharesTooFew", "StrikeFinal", "SupplyTooLarge", "TooFewShares", "VotedAlready",
    "WouldCross", "WrongChange", "WrongState",
    # the creator program's
    "CostTooHigh", "OutTooLow", "SupplyExceeded",
    # the framework's and the token program's
    "AccountNotInitialized", "AccountDiscriminatorNotFound", "AccountOwnedByWrongProgram", "InsufficientFunds",
    "AccountFrozen", "UninitializedState", "AlreadyInUse", "AccountAlreadyInUse", "ResultWithNegativeLamports",
    "ConstraintSeeds",
}  # fmt: skip
_NEVER: Final = {
    "AmountTooLarge", "AmountTooSmall", "BadConfig", "BadDispute", "BadEngine", "BadFeeTo", "BadFlags", "BadMint",
    "BadMintRule", "BadOp", "BadOrder", "BadOutcome", "BadOutcomeCount", "BadPrice", "BadQuestion", "BadSource",
    "BadStrike", "BadSubsidy", "BadTimes", "BadTriples", "BadUri", "BadVote", "EtaTooSoon", "Expired", "FeeTooHigh",
    "Locked", "NotAdmin", "NotCouncil", "NotCreator", "NotGuardian", "NotInitAuthority", "NotSource", "StrikeFixed",
    "TooLate", "WrongBondVault", "WrongBook", "WrongDestination", "WrongEngine", "WrongMint", "WrongPayer",
    "WrongPosition", "WrongResolution", "WrongSource", "WrongVault", "WrongVote",
    # the creator program's
    "BadCurve", "BadLock", "BadPairs", "WrongHolder",
}  # fmt: skip
CLASSIFIED: Final = _RETRY_LATER | _LOOK | _NEVER


def _class(name: str) -> Class:
    """Framework errors that no rule names are mistakes in the transaction: they never mend themselves."""
    return "retry_later" if name in _RETRY_LATER else "look" if name in _LOOK else "never"


def _table(*rows: Iterable[Row]) -> dict[int, ProgramError]:
    return {code: ProgramError(code, name, text, _class(name)) for some in rows for code, name, text in some}


_TOKEN = _table(TOKEN)
_TABLES: Final = {
    MARKET_ID: _table(ANCHOR, MARKET),
    CREATOR_ID: _table(ANCHOR, CREATOR),
    POSTER_ID: _table(ANCHOR, POSTER),
    TOKEN_PROGRAM: _TOKEN,
    TOKEN_2022_PROGRAM: _TOKEN,
    SYSTEM_PROGRAM: _table(SYSTEM),
}
# A code whose program is not known: custom codes of callers pass through, so ours come first, then the token program.
_ANY: Final = _TOKEN | _TABLES[CREATOR_ID] | _TABLES[MARKET_ID]


def program_error(program: Pubkey | None, code: int) -> ProgramError:
    """What a custom error code means; `program` is the one that failed, None if unknown. Unknown codes are `look`."""
    known = _ANY if program is None else _TABLES.get(program, {})
    return known.get(code) or ProgramError(code, f"Custom{code}", f"The program refused with its error {code}.", "look")
