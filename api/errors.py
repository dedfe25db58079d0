"""Everything the API refuses, and why.

ApiError
├── Fatal                      the process does not start, or stops
│   ├── BadSetting
│   ├── PortTaken
│   └── DatabaseUnreachable
├── Transient                  503, the same request may succeed later
│   ├── MirrorNotReady
│   ├── StaleHead
│   └── DatabaseUnavailable
└── Refused                    the request itself
    ├── BadRequest             400: cannot be read
    ├── NotFound               404: names nothing
    ├── Conflict               409: collides with another request
    ├── Unprocessable          422: readable, but the rules say no
    └── TooMany                429: over a limit

A class is its message (the docstring), its code (the name in snake case) and its HTTP status; `problems` is how all of
them, and whatever the framework raises, look on the wire.
"""

from __future__ import annotations

import re
from typing import ClassVar

_WORD = re.compile(r"(?<!^)(?=[A-Z])")


class ApiError(Exception):
    """The API could not answer."""

    status: ClassVar[int] = 500
    code: str = "api_error"

    def __init_subclass__(cls) -> None:
        cls.code = _WORD.sub("_", cls.__name__).lower()

    def __init__(self, detail: str | None = None, *, field: str | None = None, code: str | None = None) -> None:
        super().__init__(detail or " ".join((type(self).__doc__ or "").split()))
        self.field = field
        self.code = code or type(self).code

    @property
    def detail(self) -> str:
        return str(self.args[0])


class Fatal(ApiError):
    """The process cannot run."""


class BadSetting(Fatal):
    """A setting in the environment is missing or malformed."""


class PortTaken(Fatal):
    """Another process listens on this port."""


class DatabaseUnreachable(Fatal):
    """The database cannot be reached at start."""


class Transient(ApiError):
    """Not now; try again."""

    status = 503
    retry_after_s: ClassVar[int] = 1


class MirrorNotReady(Transient):
    """The mirror has no head yet: the indexer has not sealed its first block."""


class StaleHead(Transient):
    """The mirror is too far behind the chain to build a transaction that could land."""


class DatabaseUnavailable(Transient):
    """The database does not answer."""


class Refused(ApiError):
    """The request is refused."""

    status = 400


class BadRequest(Refused):
    """The request cannot be read."""


class InvalidRequest(BadRequest):
    """A field of the request is missing or malformed."""


class InvalidAmount(BadRequest):
    """An amount is decimal digits in base units below 2^64: no sign, point, exponent, space or leading zero."""


class InvalidAddress(BadRequest):
    """An address is the base58 of 32 bytes."""


class InvalidCursor(BadRequest):
    """A cursor is what `next_cursor` gave, unchanged."""


class UnsupportedMediaType(BadRequest):
    """A body is sent as application/json."""

    status = 415


class InvalidHost(BadRequest):
    """This host name is not served here."""


class InvalidTransaction(BadRequest):
    """The transaction is not the base64 of a whole serialized Solana transaction."""


class MissingIdempotencyKey(BadRequest):
    """The header Idempotency-Key (1 to 128 printable characters) is required."""


class NotFound(Refused):
    """Nothing is here."""

    status = 404


class UnknownMarket(NotFound):
    """No market has this address or slug."""


class UnknownPosition(NotFound):
    """No position has this address."""


class UnknownCreator(NotFound):
    """This wallet has no pool."""


class UnknownResolution(NotFound):
    """Nobody has proposed how this market ended."""


class UnknownIntent(NotFound):
    """No intent has this id."""


class UnknownTransaction(NotFound):
    """The mirror has not seen a transaction of ours with this signature."""


class UnknownMetadata(NotFound):
    """No metadata with this hash is kept here."""


class Conflict(Refused):
    """Another request stands in the way."""

    status = 409


class NonceInUse(Conflict):
    """Another open transaction of this wallet in this market holds this nonce."""


class Unprocessable(Refused):
    """The rules say no."""

    status = 422


class IdempotencyConflict(Unprocessable):
    """This Idempotency-Key was used before with another transaction."""


class PolicyRefused(Unprocessable):
    """The relayer's policy refuses this transaction."""


class TransactionExpired(Unprocessable):
    """The transaction can no longer land: valid_until or its blockhash has passed."""


class WrongMint(Unprocessable):
    """The market's collateral is another mint."""


class MintNotAllowed(Unprocessable):
    """No rule allows this mint as collateral."""


class AmountTooSmall(Unprocessable):
    """The amount is below the market's least stake."""


class AmountTooLarge(Unprocessable):
    """The amount is above the market's greatest stake."""


class OutcomeOutOfRange(Unprocessable):
    """The market has no such outcome."""


class MarketLocked(Unprocessable):
    """The market takes no more stakes: its lock time has passed."""


class MarketNotActive(Unprocessable):
    """The market is not in a state in which this can be done."""


class WrongEngine(Unprocessable):
    """The market's engine does not know this instruction."""


class NonceUsed(Unprocessable):
    """This nonce has already acted, or is too far below the last one."""


class TooFewShares(Unprocessable):
    """The wallet holds fewer shares than that."""


class SharesLocked(Unprocessable):
    """The shares are still locked after a purchase."""


class WrongSource(Unprocessable):
    """A price decides this market, and nobody's word."""


class NotAuthorised(Unprocessable):
    """Another wallet has the right to do this."""


class PoolExists(Unprocessable):
    """This wallet has a pool already."""


class NothingToClaim(Unprocessable):
    """This wallet has no position in the market, or the market is not decided."""


class NotTheCreator(Unprocessable):
    """Only the market's creator can do this."""


class TermsRefused(Unprocessable):
    """The program would refuse these market terms."""


class NoPayer(Unprocessable):
    """No payer sponsors transactions at present; let the wallet pay its own fee."""


class TooMany(Refused):
    """Too much at once."""

    status = 429
    retry_after_s: ClassVar[int] = 60


class RateLimited(TooMany):
    """This address has asked too often."""


class TooManySockets(TooMany):
    """This address has too many streams open, or opens them too fast."""
