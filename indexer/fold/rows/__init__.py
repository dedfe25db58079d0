"""The rows that folding makes: one value a table of the same columns in the same order. Pure; used by fold and store.

Pubkeys are base58 text, hashes that are no addresses hexadecimal text, amounts base units. What a column means is
said in tables/projections.
"""

from indexer.fold.rows.market import (
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
    Subject,
    Vote,
    WalletMarket,
)  # fmt: skip
from indexer.fold.rows.pool import Dividend, Holder, Pool, ShareTrade
from indexer.fold.rows.series import Candle, PlatformDay
from indexer.fold.rows.trade import BookOrder, Fill, Seat, Trade

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
    "Resolution",
    "Seat",
    "ShareTrade",
    "Stake",
    "Subject",
    "Trade",
    "Vote",
    "WalletMarket",
]
