"""Names for the numbers that the programs store: states, kinds and flag bits. Equal to the Rust constants.

The names of variants are the Rust ones; the effective state is what readers see of them at a given time.
"""

from enum import IntEnum, IntFlag, StrEnum


class State(IntEnum):
    """Market.state. Decided are Finalized, Void and Rejected."""

    Proposed = 0
    Approved = 1
    Active = 2
    Resolving = 3
    Disputed = 4
    Contested = 5
    Finalized = 6
    Void = 7
    Rejected = 8


class Engine(IntEnum):
    """Market.engine: how shares are born."""

    PARIMUTUEL = 0
    LMSR = 1
    BOOK = 2


class SourceKind(IntEnum):
    """Market.source_kind: what decides the outcome."""

    PRICE = 0
    OPTIMISTIC = 1


class Op(IntEnum):
    """Market.op: the comparison of a price market; outcome 0 is the one where it holds."""

    GTE = 0
    GT = 1
    LTE = 2
    LT = 3
    UPDOWN = 4


class Flag(IntFlag):
    """Bits of Market.flags."""

    UNWRAPPED = 1
    HALTED = 2
    STRIKE_SET = 4
    STRIKE_FINAL = 8
    STRIKE_WIDE = 16
    FEE_TO_ACCOUNT = 32
    HAS_BOOK = 64


class Pause(IntFlag):
    """Bits of Config.pause: new risk only, never an exit."""

    CREATE = 1
    STAKE = 2
    BUY = 4
    SPLIT = 8
    ORDER = 16


class FeeKind(IntEnum):
    """Index into Market.fee_bps and Market.fees_owed, and the argument of collect_fees."""

    CREATOR = 0
    RESOLVER = 1
    PROTOCOL = 2


class ResolutionFlag(IntFlag):
    """Bits of Resolution.flags. COUNCIL_TIMEOUT is set while a market is contested, and stays if nobody rules."""

    BY_SOURCE = 1
    PROPOSER_PAID = 2
    DISPUTER_PAID = 4
    COUNCIL_TIMEOUT = 8


class Round(IntEnum):
    """Vote.round: what is voted on."""

    PROPOSAL = 0
    DISPUTE = 1


class Change(IntEnum):
    """ConfigChanged.kind."""

    INIT = 0
    PROPOSED = 1
    APPLIED = 2
    ADMIN = 3


class TradeKind(IntEnum):
    """Traded.kind."""

    BUY = 0
    SELL = 1
    SPLIT = 2
    MERGE = 3


class ClosedWhat(IntEnum):
    """Closed.what."""

    MARKET = 0
    RESOLUTION = 1
    BOOK = 2
    ORPHAN = 3


class ShareSide(IntEnum):
    """SharesTraded.side."""

    BUY = 0
    SELL = 1


class Side(IntEnum):
    """What an order does with the shares of its outcome."""

    BUY = 0
    SELL = 1


class OrderKind(IntEnum):
    """What an order does with what it cannot match at once."""

    LIMIT = 0
    IOC = 1
    FOK = 2
    POST_ONLY = 3


class Step(IntEnum):
    """Fill.how: what became of an order of the book; from OWN on it was cancelled."""

    MINT = 0
    TRANSFER = 1
    MERGE = 2
    OWN = 3
    EXPIRED = 4
    EVICTED = 5
    SEAT = 6


class Cancelled(IntEnum):
    """OrdersCancelled.reason."""

    OWNER = 0
    PRUNED = 1


class Mode(IntEnum):
    """Config.mode: who may create a market, and the state it starts in."""

    OPEN = 0
    PROPOSAL = 1
    ADMIN = 2


class EffectiveState(StrEnum):
    """What a reader sees: Market.state with the lock time and HALTED taken in; `closed` when the account is gone."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    ACTIVE = "active"
    HALTED = "halted"
    LOCKED = "locked"
    RESOLVING = "resolving"
    DISPUTED = "disputed"
    CONTESTED = "contested"
    FINALIZED = "finalized"
    VOID = "void"
    REJECTED = "rejected"
    CLOSED = "closed"


UNDECIDED = frozenset({State.Proposed, State.Approved, State.Active, State.Resolving, State.Disputed, State.Contested})
DECIDED = frozenset({State.Finalized, State.Void, State.Rejected})


def effective_state(*, state: int, flags: int, lock: int, now: int) -> EffectiveState:
    """The state at chain time `now` (unix seconds): an Active market is halted by its flag, else locked from `lock`."""
    if state == State.Active:
        if flags & Flag.HALTED:
            return EffectiveState.HALTED
        return EffectiveState.LOCKED if now >= lock else EffectiveState.ACTIVE
    return EffectiveState(State(state).name.lower())
