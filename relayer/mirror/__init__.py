"""The only SQL on the indexer's views: chain.v1_* and ledger.feed, read on the primary, as values.

A row here is a proposal, never a proof: whoever acts on it reads the chain again first. Called by work (head,
blockhashes, second witness) and by keepers (what is due). Never writes.
"""

from relayer.mirror.due import (
    HolderRow,
    OrderRow,
    PoolRow,
    SeatRow,
    VoteRow,
    dead_orders,
    holders,
    pools,
    seats,
    votes,
)  # fmt: skip
from relayer.mirror.market import (
    FEE_OF,
    Head,
    MarketRow,
    PositionRow,
    ResolutionRow,
    Sealed,
    absent,
    blockhashes,
    head,
    markets,
    positions,
    resolutions,
    treasury,
)  # fmt: skip

__all__ = [
    "FEE_OF",
    "Head",
    "HolderRow",
    "MarketRow",
    "OrderRow",
    "PoolRow",
    "PositionRow",
    "ResolutionRow",
    "Sealed",
    "SeatRow",
    "VoteRow",
    "absent",
    "blockhashes",
    "dead_orders",
    "head",
    "holders",
    "markets",
    "pools",
    "positions",
    "resolutions",
    "seats",
    "treasury",
    "votes",
]
