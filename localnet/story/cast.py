"""Who plays and for what: the markets of the story with their stakes, and the money that everybody begins with.

Plain values. Amounts are base units: lamports, or millionths of the story's dollar.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from solders.pubkey import Pubkey

from idl.program import WSOL_MINT
from localnet import wallets
from localnet.world import FEED

SOL: Final = 1_000_000_000
USD: Final = 1_000_000
MINT: Final = wallets.address("usd")
WALLET_SOL: Final = 100 * SOL
WALLET_USD: Final = 10_000 * USD
MIN_STAKE_USD: Final = USD
MAX_STAKE_USD: Final = 1_000_000 * USD
TRADING_S: Final = 90
DAY_S: Final = 86_400
# How a stake reaches the chain: sent by the wallet itself, or through the relay and paid by the wallet or by a sponsor.
How = Literal["alone", "relay", "sponsored"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bet:
    """What one wallet stakes on one outcome."""

    who: str
    outcome: int
    amount: int
    how: How


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One market before it is made. `source` is a feed of prices or the wallet that will propose."""

    name: str
    question: str
    labels: tuple[str, str]
    creator: str
    mint: Pubkey
    source: bytes | None
    bets: tuple[Bet, ...]
    creator_fee_bps: int = 100
    resolver_fee_bps: int = 50

    @property
    def is_price(self) -> bool:
        """Whether prices decide it."""
        return self.source is not None

    @property
    def unit(self) -> str:
        """What its amounts are shown in."""
        return "SOL" if self.mint == WSOL_MINT else "USD"

    def show(self, amount: int) -> str:
        """An amount as people read it."""
        one, digits = (SOL, 9) if self.mint == WSOL_MINT else (USD, 6)
        text = f"{amount // one}.{amount % one:0{digits}d}".rstrip("0").rstrip(".")
        return f"{text} {self.unit}"


PRICE: Final = Terms(
    name="price",
    question="Is Bitcoin's price up after this story's minute and a half?",
    labels=("Up", "Down"),
    creator="alice",
    mint=WSOL_MINT,
    source=FEED,
    bets=(
        Bet(who="alice", outcome=0, amount=2 * SOL, how="relay"),
        Bet(who="bob", outcome=1, amount=3 * SOL, how="alone"),
        Bet(who="carol", outcome=0, amount=SOL // 2, how="sponsored"),
        Bet(who="dave", outcome=1, amount=SOL + 7, how="relay"),
        Bet(who="erin", outcome=0, amount=5 * SOL // 3, how="alone"),
        Bet(who="erin", outcome=0, amount=SOL // 7, how="relay"),
    ),
)
OPINION: Final = Terms(
    name="opinion",
    question="Does the best team of the story win its last match?",
    labels=("Yes", "No"),
    creator="bob",
    mint=MINT,
    source=None,
    bets=(
        Bet(who="alice", outcome=0, amount=250 * USD, how="alone"),
        Bet(who="bob", outcome=1, amount=400 * USD, how="relay"),
        Bet(who="carol", outcome=1, amount=125 * USD + 1, how="relay"),
        Bet(who="dave", outcome=0, amount=60 * USD, how="sponsored"),
        Bet(who="erin", outcome=1, amount=33 * USD + 333_333, how="alone"),
    ),
)
VOID: Final = Terms(
    name="void",
    question="Is the match played although it rains all day?",
    labels=("Played", "Not played"),
    creator="carol",
    mint=WSOL_MINT,
    source=None,
    bets=(
        Bet(who="alice", outcome=0, amount=SOL // 4, how="sponsored"),
        Bet(who="bob", outcome=1, amount=SOL // 5, how="relay"),
        Bet(who="carol", outcome=0, amount=SOL // 3, how="relay"),
        Bet(who="dave", outcome=1, amount=SOL // 11, how="alone"),
        Bet(who="erin", outcome=0, amount=SOL // 13, how="alone"),
    ),
)
MARKETS: Final = (PRICE, OPINION, VOID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A market of the story once it is on the chain; times in unix seconds."""

    terms: Terms
    address: Pubkey
    open: int
    lock: int
    event: int
