"""What a market maker, an order book and a creator's pool come to, replayed beside the chain by the same arithmetic.

Pure: people by their names, amounts in base units, nothing read from anywhere. `net` is what each has won (or lost,
below zero) so far in the market's money. Called by the parts of the story.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from idl.enums import OrderKind, Step
from idl.maths import curve, dividends, lmsr
from idl.maths.book import LOT, NONE, Book, Order, locks, side_of, yes_tick
from idl.maths.fees import loser_fee, split_fee

_MATCHES = 8


@dataclass(slots=True, kw_only=True)
class Fees:
    """Rates in basis points (creator, resolver, protocol) and what they brought so far."""

    bps: tuple[int, int, int]
    owed: list[int] = field(default_factory=lambda: [0, 0, 0])

    def take(self, fee: int) -> None:
        """Share one trade's fee out."""
        self.owed = [have + part for have, part in zip(self.owed, split_fee(fee, *self.bps), strict=True)]


class MakerTwin:
    """A market maker: its curve, everybody's shares and money."""

    def __init__(self, *, subsidy: int, outcomes: int, fee_bps: tuple[int, int, int]) -> None:
        self.curve = lmsr.Curve.funded(subsidy, outcomes)
        self.subsidy = subsidy
        self.supply = [0] * outcomes
        self.cost = self.curve.cost(self.supply)
        self.fees = Fees(bps=fee_bps)
        self.net: Counter[str] = Counter()
        self.shares: dict[str, list[int]] = defaultdict(lambda: [0] * outcomes)

    def buy(self, who: str, outcome: int, most: int) -> lmsr.Trade:
        """Shares for at most so much, the fee within."""
        trade = lmsr.buy(self.curve, self.supply, self.cost, outcome, most, sum(self.fees.bps))
        assert trade is not None, "the story's trades are never dust"
        self._move(who, outcome, trade.shares, trade)
        self.net[who] -= trade.value + trade.fee
        return trade

    def sell(self, who: str, outcome: int, shares: int) -> lmsr.Trade:
        """Shares back to the market maker."""
        trade = lmsr.sell(self.curve, self.supply, self.cost, outcome, shares, sum(self.fees.bps))
        self._move(who, outcome, -shares, trade)
        self.net[who] += trade.value - trade.fee
        return trade

    def sets(self, who: str, amount: int) -> None:
        """Collateral into a share of every outcome each; below zero back."""
        self.shares[who] = [held + amount for held in self.shares[who]]
        self.supply = [held + amount for held in self.supply]
        self.cost += amount
        self.net[who] -= amount

    def transfer(self, giver: str, taker: str, outcome: int, shares: int) -> None:
        """Shares from one to another."""
        self.shares[giver][outcome] -= shares
        self.shares[taker][outcome] += shares

    def paid(self, winner: int) -> dict[str, int]:
        """What each is paid when that outcome won: an atom a share."""
        return {who: held[winner] for who, held in self.shares.items() if held[winner]}

    def rest(self, winner: int) -> int:
        """What comes back to the creator: subsidy and trades, less what the winners get."""
        return self.subsidy - self.curve.cost([0] * len(self.supply)) + self.cost - self.supply[winner]

    def _move(self, who: str, outcome: int, shares: int, trade: lmsr.Trade) -> None:
        self.shares[who][outcome] += shares
        self.supply[outcome] += shares
        self.cost = trade.cost
        self.fees.take(trade.fee)


class DeskTwin:
    """An order book: orders and seats by idl.maths.book, and what each has free beside it."""

    def __init__(self, *, k: int, min_stake: int, fee_bps: tuple[int, int, int]) -> None:
        self.book = Book(k)
        self.min_stake = min_stake
        self.fees = Fees(bps=fee_bps)
        self.net: Counter[str] = Counter()
        self.credit: Counter[str] = Counter()
        self.shares: dict[str, list[int]] = defaultdict(lambda: [0, 0])

    def place(self, who: str, *, sells: bool, outcome: int, tick: int, lots: int, kind: OrderKind) -> int:
        """An order at the price of its outcome's share; answers how many lots it matched at once."""
        side, yes, seat = side_of(outcome, sells), yes_tick(outcome, tick), self.book.seat_of(who.encode())
        taken = self.book.take(side=side, sells=sells, tick=yes, lots=lots, seat=seat, now=0, steps=_MATCHES, kind=kind)
        locked, left = 0, lots - taken.lots
        if left and not taken.crossing and kind in (OrderKind.LIMIT, OrderKind.POST_ONLY):
            locked = self._rest(who, side, sells, yes, left)
        self._sweep(who)
        fee = loser_fee(taken.base, sum(self.fees.bps))
        self.fees.take(fee)
        filled = LOT * self.book.k * taken.lots
        if sells:
            self.shares[who][outcome] -= filled + locked
            self.credit[who] += taken.value - fee
        else:
            self.shares[who][outcome] += filled
            cost = taken.value + fee + locked
            own = min(self.credit[who], cost)
            self.credit[who] -= own
            self.net[who] -= cost - own
        return taken.lots

    def cancel(self, who: str) -> None:
        """All orders of one wallet; what they lock stays in its seat."""
        for index in self.book.orders_of(self.book.seat_of(who.encode())):
            self.book.cancel(index, Step.OWN)

    def withdraw(self, who: str) -> int:
        """All free collateral; answers how much it was."""
        self._sweep(who)
        amount, self.credit[who] = self.credit[who], 0
        self.net[who] += amount
        return amount

    def free(self, who: str) -> int:
        """Collateral that a withdrawal could take now."""
        seat = self.book.seats.get(self.book.seat_of(who.encode()))
        return self.credit[who] + (seat.credit if seat else 0)

    def end(self, winner: int) -> dict[str, int]:
        """Every order cancelled, every seat swept; answers what each is paid when that outcome won."""
        for seat in list(self.book.seats.values()):
            who = seat.owner.decode()
            self.cancel(who)
            self._sweep(who)
        worth = {who: self.shares[who][winner] + self.credit[who] for who in self.net}
        return {who: amount for who, amount in worth.items() if amount}

    def _rest(self, who: str, side: int, sells: bool, tick: int, lots: int) -> int:
        locked = locks(side, sells, tick, lots, self.book.k)
        if locked < self.min_stake:
            return 0
        owner = who.encode()
        seat = self.book.seat_of(owner)
        seat = self.book.sit(owner) if seat == NONE else seat
        self.book.post(Order(side=side, sells=sells, tick=tick, lots=lots, seat=seat))
        return locked

    def _sweep(self, who: str) -> None:
        seat = self.book.seat_of(who.encode())
        if seat != NONE:
            credit, shares = self.book.sweep(seat)
            self.credit[who] += credit
            self.shares[who] = [have + more for have, more in zip(self.shares[who], shares, strict=True)]


class PoolTwin:
    """A creator's pool: shares on a curve, and one dividend."""

    def __init__(self, *, a: int, c: int) -> None:
        self.a, self.c = a, c
        self.shares: Counter[str] = Counter()
        self.net: Counter[str] = Counter()

    @property
    def supply(self) -> int:
        """Shares of everybody."""
        return self.shares.total()

    def buy(self, who: str, shares: int) -> int:
        """The next shares; answers what they cost."""
        cost = curve.cost(self.a, self.c, self.supply, shares)
        self.shares[who] += shares
        self.net[who] -= cost
        return cost

    def sell(self, who: str, shares: int) -> int:
        """Shares back to the curve; answers what they bring."""
        value = curve.cost(self.a, self.c, self.supply - shares, shares)
        self.shares[who] -= shares
        self.net[who] += value
        return value

    def dividends(self, amount: int) -> dict[str, int]:
        """What each holder is paid of the first income of the pool."""
        acc, _ = dividends.accrue(0, 0, amount, self.supply)
        return {who: dividends.earned(held, acc, 0).whole for who, held in self.shares.items() if held}
