"""The tables of schema `chain` that are folded from events. Derived, rebuildable.

A column named as a field of an account of the program means that field. Written by store alone; the relayer reads
them through the views v1_*, the api directly too. Row values of the same names and order are in fold/rows.
"""

from indexer.tables.projections.base import Projections
from indexer.tables.projections.market import (
    Config,
    LedgerLeg,
    Market,
    MintRule,
    Orphan,
    Outcome,
    Payout,
    Position,
    Resolution,
    Stake,
    Vote,
    WalletMarket,
)  # fmt: skip
from indexer.tables.projections.pool import Dividend, Holder, Pool, ShareTrade
from indexer.tables.projections.series import Candle, PlatformDay
from indexer.tables.projections.trade import BookOrder, Fill, Seat, Trade

__all__ = [
    "BookOrder",
    "Candle",
    "Config",
    "Dividend",
    "Fill",
    "Holder",
    "LedgerLeg",
    "Market",
    "MintRule",
    "Orphan",
    "Outcome",
    "Payout",
    "PlatformDay",
    "Pool",
    "Position",
    "Projections",
    "Resolution",
    "Seat",
    "ShareTrade",
    "Stake",
    "Trade",
    "Vote",
    "WalletMarket",
]
