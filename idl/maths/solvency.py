"""What a market owes: the one invariant of the program, `vault >= liability + escrow + fees owed`.

Twin of the market program's `solvency.rs`; used by the audit and by the model tests.
"""

from collections.abc import Sequence
from typing import Protocol

from idl.enums import UNDECIDED, Engine, State
from idl.maths.fixed import ceil_div
from idl.maths.parimutuel import masked, open_interest


class Owing(Protocol):
    """The fields of account Market that the invariant reads."""

    @property
    def engine(self) -> int: ...
    @property
    def cost(self) -> int: ...
    @property
    def state(self) -> int: ...
    @property
    def supply(self) -> Sequence[int]: ...
    @property
    def escrow(self) -> int: ...
    @property
    def fees_owed(self) -> Sequence[int]: ...
    @property
    def mask(self) -> int: ...
    @property
    def num(self) -> int: ...
    @property
    def den(self) -> int: ...


def liability(market: Owing) -> int:
    """L in atoms: undecided all stakes (pool), C~ (market maker) or the dearest outcome (book); decided ceil(masked *
    supply * num / den); 0 if rejected."""
    if market.state in UNDECIDED:
        return _undecided(market)
    if market.state == State.Rejected:
        return 0
    return ceil_div(masked(market.supply, market.mask) * market.num, market.den)


def _undecided(market: Owing) -> int:
    match Engine(market.engine):
        case Engine.PARIMUTUEL:
            return open_interest(market.supply)
        case Engine.LMSR:
            return market.cost
        case Engine.BOOK:
            return max(market.supply)


def required(market: Owing) -> int:
    """The least that the vault must hold, in atoms."""
    return liability(market) + market.escrow + sum(market.fees_owed)
