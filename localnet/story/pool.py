"""A creator's pool: wallets buy its shares, one sells after the lock, and fees of a market come in as dividends.

Shares are traded through the API and the relay; dividends are counted in and paid by the relayer's keepers, one holder
claims alone. Called by the story.
"""

from __future__ import annotations

from typing import Final

from solders.pubkey import Pubkey

from idl import addresses
from localnet.errors import StoryFailed
from localnet.story import cast
from localnet.story.cast import USD
from localnet.story.stage import Stage, together
from localnet.story.sums import Sum
from localnet.story.twins import PoolTwin

PART: Final = "pool"
CREATOR: Final = cast.MAKER.creator
A: Final = 1_500
C: Final = USD
LOCK_S: Final = 5
# Rent of accounts that never close: a pool with its two token accounts, and a holder's; (bytes + 128) * 6,960.
HOLDER_RENT: Final = (160 + 128) * 6_960
POOL_RENT: Final = HOLDER_RENT + 2 * (165 + 128) * 6_960


class Fund:
    """One pool and its twin."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.address = addresses.pool(stage.address(CREATOR)).address
        self.twin = PoolTwin(a=A, c=C)
        self.kept: dict[str, int] = {}
        self.got: dict[str, int] = {}

    @property
    def dividends(self) -> Pubkey:
        """Where its income goes."""
        return addresses.dividends(self.address).address

    async def found(self) -> None:
        """The creator makes it and buys its first shares; the operator stops payments, so that one holder claims."""
        await together(self._found(), self.stage.operator("pause", "pay_dividends", str(self.address)))

    async def _found(self) -> None:
        body = {
            "wallet": str(self.stage.address(CREATOR)),
            "mint": str(cast.MINT),
            "a": str(A),
            "c": str(C),
            "lock_s": LOCK_S,
            "shares": "10",
        }
        await self.stage.api.act("pool_create", body, self.stage.key(CREATOR))
        cost = self.twin.buy(CREATOR, 10)
        self.kept[CREATOR] = POOL_RENT + HOLDER_RENT
        self._step(f"{CREATOR} makes a pool of shares and buys the first 10 for {_usd(cost)}")

    async def trade(self) -> None:
        """Two buy in turn, and one sells again once the lock is over."""
        await self._buy("alice", 25, sponsored=False)
        await self._buy("bob", 7, sponsored=True)
        holder = await self.stage.api.holder(str(self.stage.address(CREATOR)), str(self.stage.address("alice")))
        await self.stage.clock_reaches(holder.locked_until)
        await self.stage.until("the end of the lock in the mirror", lambda: self._unlocked(holder.locked_until))
        body = {"wallet": str(self.stage.address("alice")), "pool": str(self.address), "shares": "12"}
        await self.stage.api.act("shares_sell", body, self.stage.key("alice"))
        self._step(f"the lock of her shares is over: alice sells 12 for {_usd(self.twin.sell('alice', 12))}")

    async def share_out(self, income: int) -> None:
        """Fees came in and were counted: one holder claims, the relayer pays the others."""
        due = self.twin.dividends(income)
        await self.stage.until("dividends counted in", lambda: self._says(earned=income))
        self._step(
            f"{_usd(income)} of fees came into the pool: the relayer counted them in for {self.twin.supply} shares"
        )
        body = {"wallet": str(self.stage.address("bob")), "pool": str(self.address)}
        built = await self.stage.api.act("dividend_claim", body, self.stage.key("bob"))
        if built.expected.cost != f"-{due['bob']}":
            raise StoryFailed(f"bob's dividend is {built.expected.cost}, not {due['bob']}")
        self._step(f"bob claims his {_usd(due['bob'])} himself: the operator had paused payments of this pool")
        await self.stage.operator("resume", "pay_dividends", str(self.address))
        await self.stage.until("dividends paid", lambda: self._says(paid=sum(due.values())))
        others = ", ".join(f"{who} {_usd(amount)}" for who, amount in due.items() if who != "bob")
        self._step(f"the relayer pays the others: {others}")
        self.got = due

    def sum(self) -> Sum:
        """Shares bought and sold, dividends, and the rent of what stays."""
        net = self.twin.net.copy()
        for who, amount in self.got.items():
            net[who] += amount
        return Sum(name=PART, address=self.address, native=False, net=net, paid=self.got, kept=self.kept)

    async def _buy(self, who: str, shares: int, *, sponsored: bool) -> None:
        body = {
            "wallet": str(self.stage.address(who)),
            "pool": str(self.address),
            "shares": str(shares),
            "payer": "sponsored" if sponsored else "self",
        }
        built = await self.stage.api.act("shares_buy", body, self.stage.key(who))
        cost = self.twin.buy(who, shares)
        if built.expected.cost != str(cost):
            raise StoryFailed(f"{shares} shares cost {built.expected.cost}, not {cost}")
        self.kept[who] = 0 if sponsored else HOLDER_RENT
        self._step(f"{who} buys {shares} shares for {_usd(cost)}")

    async def _unlocked(self, at: int) -> bool:
        return await self.stage.api.time() >= at

    async def _says(self, *, earned: int = 0, paid: int = 0) -> bool:
        view = await self.stage.api.pool(str(self.stage.address(CREATOR)))
        return int(view.earned) >= earned and int(view.paid) >= paid

    def _step(self, text: str) -> None:
        self.stage.console.step(text, part=PART)


def _usd(amount: int) -> str:
    return cast.show(amount, native=False)
