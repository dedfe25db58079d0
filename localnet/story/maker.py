"""A market with a market maker: voted in, traded every way there is, paid, and its subsidy given back.

Everything wallets do goes through the API and the relay; votes are counted, fees collected, winners paid and the
market maker's rest returned by the relayer's keepers. Called by the story.
"""

from __future__ import annotations

from typing import Final

from localnet import wallets
from localnet.errors import StoryFailed
from localnet.story import cast, market, sums
from localnet.story.api import Expected
from localnet.story.cast import USD, Made
from localnet.story.pool import Fund
from localnet.story.stage import Stage, together
from localnet.story.sums import Sum
from localnet.story.twins import MakerTwin

TERMS: Final = cast.MAKER
SUBSIDY: Final = 400 * USD
# Three of four is what Config asks for.
VOTES: Final = {"alice": 1, "bob": 1, "carol": 1, "erin": 0}


class Maker:
    """One market and its twin."""

    def __init__(self, stage: Stage, fund: Fund) -> None:
        self.stage = stage
        self.fund = fund
        self.twin = MakerTwin(subsidy=SUBSIDY, outcomes=len(TERMS.labels), fee_bps=TERMS.fee_bps)
        self.made: Made | None = None

    @property
    def market(self) -> Made:
        """The market, once it is asked for."""
        assert self.made is not None
        return self.made

    async def live(self) -> None:
        """From the proposal to the last trade."""
        self.made = await market.ask(self.stage, TERMS, fee_to=self.fund.dividends)
        view = await market.mirrored(self.stage, self.made, "proposed", lambda view: view.state == "proposed")
        await together(*(self._vote(who, side) for who, side in VOTES.items()))
        await self.stage.clock_reaches(view.deadline)
        await market.mirrored(self.stage, self.made, "approved", lambda view: view.state == "approved")
        self._step("the vote is over: the relayer counted three of four for it, it may open")
        await market.start(self.stage, self.made, subsidy=SUBSIDY)
        await self.stage.clock_reaches(self.made.open)
        await self._trade()

    async def decide(self) -> None:
        """The oracle proposes the winner, fees come into the creator's pool."""
        await market.propose(self.stage, self.market, 0)
        await self.fund.share_out(self.twin.fees.owed[0])

    def sum(self) -> Sum:
        """What the trades and the winner make of everybody's money."""
        paid = self.twin.paid(0)
        net = self.twin.net.copy()
        for who, amount in paid.items():
            net[who] += amount
        net[TERMS.creator] += self.twin.rest(0) - SUBSIDY
        sums.earn(net, self.twin.fees.owed, creator=None, resolver=wallets.ORACLE)
        return Sum(name=TERMS.name, address=self.market.address, native=False, net=net, paid=paid)

    async def _trade(self) -> None:
        """Purchases and a sale in turn, as each moves the prices; sets and gifts beside them, as they move none."""
        await market.rounds(
            (lambda: self._buy("alice", 0, 60 * USD), lambda: self._sets("dave", 30 * USD)),
            (lambda: self._buy("bob", 1, 45 * USD, sponsored=True), lambda: self._give("dave", "alice", 0, 5 * USD)),
            (lambda: self._sell("alice", 0, 20 * USD + 1), lambda: self._sets("dave", -12 * USD)),
        )

    async def _vote(self, who: str, side: int) -> None:
        payer = "sponsored" if who == "carol" else "self"
        await self._act("vote", who, {"side": side, "payer": payer})
        self._step(f"{who} votes {'for' if side else 'against'} it")

    async def _buy(self, who: str, outcome: int, most: int, *, sponsored: bool = False) -> None:
        body = {"outcome": outcome, "amount": str(most), "payer": "sponsored" if sponsored else "self"}
        expected = await self._act("buy", who, body)
        trade = self.twin.buy(who, outcome, most)
        self._equal(f"{who}'s purchase", (expected.shares, expected.fee), (trade.shares, trade.fee))
        cost = TERMS.show(trade.value + trade.fee)
        self._step(f"{who} buys {_shares(trade.shares)} {TERMS.labels[outcome]} of the market maker for {cost}")

    async def _sell(self, who: str, outcome: int, shares: int) -> None:
        expected = await self._act("sell", who, {"outcome": outcome, "shares": str(shares)})
        trade = self.twin.sell(who, outcome, shares)
        self._equal(f"{who}'s sale", (expected.cost, expected.fee), (trade.fee - trade.value, trade.fee))
        value = TERMS.show(trade.value - trade.fee)
        self._step(f"{who} sells {_shares(shares)} {TERMS.labels[outcome]} back for {value}")

    async def _sets(self, who: str, amount: int) -> None:
        """Sets of all outcomes; below zero back into money."""
        await self._act("split" if amount > 0 else "merge", who, {"amount": str(abs(amount))})
        self.twin.sets(who, amount)
        what = "splits {} into sets of all teams" if amount > 0 else "merges sets back into {}"
        self._step(f"{who} {what.format(TERMS.show(abs(amount)))}")

    async def _give(self, giver: str, taker: str, outcome: int, shares: int) -> None:
        body = {"outcome": outcome, "shares": str(shares), "to": str(self.stage.address(taker))}
        await self._act("transfer_shares", giver, body)
        self.twin.transfer(giver, taker, outcome, shares)
        self._step(f"{giver} gives {taker} {_shares(shares)} {TERMS.labels[outcome]}")

    async def _act(self, kind: str, who: str, body: dict[str, object]) -> Expected:
        head = {"wallet": str(self.stage.address(who)), "market": str(self.market.address)}
        return (await self.stage.api.act(kind, head | body, self.stage.key(who))).expected

    def _equal(self, what: str, said: tuple[str, str], computed: tuple[int, int]) -> None:
        if said != tuple(map(str, computed)):
            raise StoryFailed(f"{what} was quoted {said}, computed {computed}")

    def _step(self, text: str) -> None:
        self.stage.console.step(text, link=self.stage.link(self.market.address), part=TERMS.name)


def _shares(amount: int) -> str:
    return cast.show(amount, native=False).removesuffix(" USD")
