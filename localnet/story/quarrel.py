"""A market whose outcome is disputed: weighted votes on several outcomes, none strong enough, and the council rules.

Proposal, dispute and votes go through the API and the relay, the council signs by itself; votes are counted, bonds and
votes given back, less what wrong ones lose, by the relayer's keepers. Called by the story.
"""

from __future__ import annotations

import hashlib
from typing import Final

from idl import addresses, instructions
from idl.enums import State
from localnet import wallets
from localnet.story import acts, cast, market, sums
from localnet.story.api import Expected
from localnet.story.cast import USD, Made
from localnet.story.stage import Stage, together
from localnet.story.sums import Dispute, Sum

TERMS: Final = cast.QUARREL
PROPOSED, RULED, INVALID = 0, 1, 3
DISPUTER: Final = "erin"
# (who, side, weight): nobody gets the 60 % that would decide it.
VOTES: Final = (
    ("alice", 0, 40 * USD),
    ("bob", 1, 60 * USD + 1),
    ("carol", 2, 50 * USD),
    ("dave", INVALID, 20 * USD + 7),
    ("erin", 1, 33 * USD + 333_333),
)
SLASH_BPS: Final = 1_000


class Quarrel:
    """One market, its dispute, and what comes of it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.made: Made | None = None
        self.bond = 0

    @property
    def market(self) -> Made:
        """The market, once it is made."""
        assert self.made is not None
        return self.made

    async def ask(self) -> None:
        """Its creator asks."""
        self.made = await market.ask(self.stage, TERMS)

    async def trade(self) -> None:
        """It opens, and everybody stakes."""
        await market.start(self.stage, self.market)
        await market.stakes(self.stage, self.market)

    async def decide(self) -> None:
        """Proposed, disputed, voted on, contested, ruled."""
        made = self.market
        await market.mirrored(self.stage, made, "locked", lambda view: view.state == "locked")
        evidence = hashlib.sha256(f"{TERMS.name}: {TERMS.labels[PROPOSED]}".encode()).hexdigest()
        built = await self._act("propose", wallets.ORACLE, {"outcome": PROPOSED, "evidence": evidence})
        self.bond = int(built.cost)
        self._step(f"the oracle proposes {TERMS.labels[PROPOSED]} and puts up {TERMS.show(self.bond)}")
        await self._act("dispute", DISPUTER, {"payer": "sponsored"})
        self._step(f"{DISPUTER} disputes it with the same bond")
        await market.mirrored(self.stage, made, "disputed", lambda view: view.state == "disputed")
        await together(*(self._vote(*vote) for vote in VOTES))
        await self._rule()

    def sum(self) -> Sum:
        """Stakes, bonds and votes."""
        one = sums.staked(self.market, resolver=DISPUTER)
        dispute = Dispute(
            proposer=wallets.ORACLE,
            proposed=PROPOSED,
            disputer=DISPUTER,
            bond=self.bond,
            votes=VOTES,
            slash_bps=SLASH_BPS,
        )
        net = one.net.copy()
        sums.disputed(net, dispute, RULED)
        return Sum(name=one.name, address=one.address, native=one.native, net=net, paid=one.paid)

    async def _vote(self, who: str, side: int, weight: int) -> None:
        await self._act("vote", who, {"side": side, "weight": str(weight)})
        label = "that it is invalid" if side == INVALID else f"for {TERMS.labels[side]}"
        self._step(f"{who} votes {label} with {TERMS.show(weight)}")

    async def _rule(self) -> None:
        """The votes end, nothing is strong enough, the council decides."""
        made, council = self.market, self.stage.key(wallets.COUNCIL)
        resolution = await self.stage.until("the dispute", lambda: acts.read_resolution(self.stage.chain, made.address))
        await self.stage.clock_reaches(resolution.window_end)
        await market.decided(self.stage, made, State.Contested)
        self._step("the votes are over: the relayer counted them, no outcome has enough, the council is asked")
        call = instructions.rule(
            outcome=RULED,
            market=made.address,
            resolution=addresses.resolution(made.address).address,
            council=council.pubkey(),
        )
        await self.stage.chain.send([call], [council])
        self._step(f"the council rules {TERMS.labels[RULED]}: wrong votes lose a tenth to right ones")

    async def _act(self, kind: str, who: str, body: dict[str, object]) -> Expected:
        head = {"wallet": str(self.stage.address(who)), "market": str(self.market.address)}
        return (await self.stage.api.act(kind, head | body, self.stage.key(who))).expected

    def _step(self, text: str) -> None:
        self.stage.console.step(text, link=self.stage.link(self.market.address), part=TERMS.name)
