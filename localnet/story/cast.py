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
# How long markets trade: where the clock jumps it costs nothing to leave time for everything.
TRADING_S: Final = 90
TRADING_FAST_S: Final = 900
PROTOCOL_FEE_BPS: Final = 250
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


def show(amount: int, *, native: bool) -> str:
    """Base units of SOL or of the dollar as people read them."""
    one, digits, unit = (SOL, 9, "SOL") if native else (USD, 6, "USD")
    return f"{amount // one}.{amount % one:0{digits}d}".rstrip("0").rstrip(".") + f" {unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One market before it is made. `source` is a feed of prices, None where people decide; a winner None is void."""

    name: str
    question: str
    labels: tuple[str, ...]
    creator: str
    mint: Pubkey
    source: bytes | None
    winner: int | None
    bets: tuple[Bet, ...] = ()
    engine: Literal["parimutuel", "lmsr", "book"] = "parimutuel"
    creator_fee_bps: int = 100
    resolver_fee_bps: int = 50
    dispute_s: int = 3
    lot_k: int = 0
    # What the closing price is compared with, in units of the feed; None: with the opening price.
    strike: int | None = None
    trading_s: int = TRADING_S

    @property
    def fee_bps(self) -> tuple[int, int, int]:
        """Rates of creator, resolver and protocol."""
        return (self.creator_fee_bps, self.resolver_fee_bps, PROTOCOL_FEE_BPS)

    @property
    def is_native(self) -> bool:
        """Whether its money is SOL."""
        return self.mint == WSOL_MINT

    @property
    def is_price(self) -> bool:
        """Whether prices decide it."""
        return self.source is not None

    @property
    def unit(self) -> str:
        """What its amounts are shown in."""
        return "SOL" if self.is_native else "USD"

    def show(self, amount: int) -> str:
        """An amount as people read it."""
        return show(amount, native=self.is_native)


PRICE: Final = Terms(
    name="price",
    question="Is Bitcoin's price up when this story's trading is over?",
    labels=("Up", "Down"),
    creator="alice",
    mint=WSOL_MINT,
    source=FEED,
    winner=0,
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
    winner=1,
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
    winner=None,
    bets=(
        Bet(who="alice", outcome=0, amount=SOL // 4, how="sponsored"),
        Bet(who="bob", outcome=1, amount=SOL // 5, how="relay"),
        Bet(who="carol", outcome=0, amount=SOL // 3, how="relay"),
        Bet(who="dave", outcome=1, amount=SOL // 11, how="alone"),
        Bet(who="erin", outcome=0, amount=SOL // 13, how="alone"),
    ),
)
QUARREL: Final = Terms(
    name="quarrel",
    question="Which of three songs wins the story's contest?",
    labels=("The first", "The second", "The third"),
    creator="carol",
    mint=MINT,
    source=None,
    winner=1,
    # Long enough for whoever disagrees; nobody waits for its end.
    dispute_s=60,
    bets=(
        Bet(who="alice", outcome=0, amount=200 * USD, how="relay"),
        Bet(who="bob", outcome=1, amount=150 * USD, how="alone"),
        Bet(who="carol", outcome=2, amount=70 * USD + 70, how="sponsored"),
        Bet(who="dave", outcome=1, amount=45 * USD + 1, how="relay"),
        Bet(who="erin", outcome=1, amount=35 * USD, how="relay"),
    ),
)
DESK: Final = Terms(
    name="book",
    question="Does Bitcoin close this story at 64,000 or more?",
    labels=("Yes", "No"),
    creator="erin",
    mint=WSOL_MINT,
    source=FEED,
    winner=0,
    engine="book",
    lot_k=100_000,
    strike=64_000_00000000,
)
MAKER: Final = Terms(
    name="maker",
    question="Which of three teams wins the story's cup?",
    labels=("Reds", "Greens", "Blues"),
    creator="dave",
    mint=MINT,
    source=None,
    winner=0,
    engine="lmsr",
    # It is voted in while the others trade already.
    trading_s=150,
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
