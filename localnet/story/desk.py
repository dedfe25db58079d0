"""A market with an order book: orders that rest, cross, are filled in part, cancelled and left behind; a price decides.

Everything wallets do goes through the API and the relay; what is left in the book is pruned, swept, paid and closed by
the relayer's keepers. Called by the story.
"""

from __future__ import annotations

from typing import Final, Literal

from idl.enums import OrderKind, State
from localnet.errors import StoryFailed
from localnet.story import cast, market, sums
from localnet.story.cast import Made
from localnet.story.stage import Stage
from localnet.story.sums import Sum
from localnet.story.twins import DeskTwin

TERMS: Final = cast.DESK
YES, NO = 0, 1
MIN_STAKE: Final = 1_000_000
Kind = Literal["limit", "ioc", "post_only"]
_WORDS: Final = {"limit": "", "ioc": ", now or never", "post_only": ", only to rest"}


class Desk:
    """One book and its twin."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.twin = DeskTwin(k=TERMS.lot_k, min_stake=MIN_STAKE, fee_bps=TERMS.fee_bps)
        self.made: Made | None = None

    @property
    def market(self) -> Made:
        """The market, once it is made."""
        assert self.made is not None
        return self.made

    async def ask(self) -> None:
        """Its creator asks."""
        self.made = await market.ask(self.stage, TERMS)

    async def trade(self) -> None:
        """It opens, its book is made with that, and five wallets place orders."""
        await market.start(self.stage, self.market)
        await self.stage.clock_reaches(self.market.open)
        await market.rounds(
            (lambda: self._buy("alice", YES, 40, 100), lambda: self._buy("bob", NO, 40, 60, kind="post_only")),
            (lambda: self._buy("carol", YES, 65, 25, kind="ioc"), lambda: self._buy("dave", NO, 62, 30, kind="ioc")),
            (lambda: self._sell("carol", YES, 40, 10),),
            (lambda: self._buy("erin", YES, 60, 50), lambda: self._cancel("alice")),
            (lambda: self._sell("dave", NO, 55, 8), lambda: self._withdraw("alice")),
        )

    async def decide(self) -> None:
        """The closing price decides, and what rests in the book goes back to its owners."""
        await market.decided(self.stage, self.market, State.Finalized)
        self._step("the closing price is above 64,000: Yes wins; the relayer prunes the book and sweeps its seats")

    def sum(self) -> Sum:
        """What the orders and the winner make of everybody's money."""
        paid = self.twin.end(YES)
        net = self.twin.net.copy()
        for who, amount in paid.items():
            net[who] += amount
        sums.earn(net, self.twin.fees.owed, creator=TERMS.creator, resolver=None)
        return Sum(name=TERMS.name, address=self.market.address, native=True, net=net, paid=paid)

    async def _buy(self, who: str, outcome: int, tick: int, lots: int, *, kind: Kind = "limit") -> None:
        await self._order(who, sells=False, outcome=outcome, tick=tick, lots=lots, kind=kind)

    async def _sell(self, who: str, outcome: int, tick: int, lots: int) -> None:
        await self._order(who, sells=True, outcome=outcome, tick=tick, lots=lots, kind="limit")

    async def _order(self, who: str, *, sells: bool, outcome: int, tick: int, lots: int, kind: Kind) -> None:
        side = "sell" if sells else "buy"
        await self._act("order", who, {"side": side, "outcome": outcome, "tick": tick, "lots": str(lots), "kind": kind})
        matched = self.twin.place(who, sells=sells, outcome=outcome, tick=tick, lots=lots, kind=OrderKind[kind.upper()])
        left = lots - matched
        rest = "" if not left else f", {left} let go" if kind == "ioc" else f", {left} rest in the book"
        label = f"{lots} lots of {TERMS.labels[outcome]} at {tick}{_WORDS[kind]}"
        self._step(f"{who} {side}s {label}: {matched} matched{rest}")

    async def _cancel(self, who: str) -> None:
        orders = await self.stage.api.orders(str(self.stage.address(who)), str(self.market.address))
        for order in orders:
            await self._act("cancel", who, {"index": order.index, "order_id": order.order_id})
            self._step(f"{who} cancels the {int(order.lots) - int(order.filled_lots)} lots that still rest")
        if not orders:
            raise StoryFailed(f"{who} has no order to cancel")
        self.twin.cancel(who)

    async def _withdraw(self, who: str) -> None:
        amount = self.twin.free(who)
        await self._act("withdraw", who, {"amount": str(amount)})
        self.twin.withdraw(who)
        self._step(f"{who} withdraws {TERMS.show(amount)}")

    async def _act(self, kind: str, who: str, body: dict[str, object]) -> None:
        head = {"wallet": str(self.stage.address(who)), "market": str(self.market.address)}
        await self.stage.api.act(kind, head | body, self.stage.key(who))

    def _step(self, text: str) -> None:
        self.stage.console.step(text, link=self.stage.link(self.market.address), part=TERMS.name)
