"""The story of six markets' whole life, and of a creator's pool: every mechanism of the programs is played once.

Prices decide two markets and people three, one is called off: pools of stakes, a market maker that is voted in, an
order book, a dispute. Five wallets act, alone and through the relay; prices, cranks and payouts are the services' work,
and the story only looks. Called by `localnet up`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from idl.enums import Flag, Mode, State
from localnet import wallets
from localnet.story import acts, cast, market, proof, sums
from localnet.story.cast import Made
from localnet.story.desk import Desk
from localnet.story.maker import Maker
from localnet.story.pool import Fund
from localnet.story.quarrel import Quarrel
from localnet.story.rules import Rules
from localnet.story.stage import Stage, together


async def play(stage: Stage) -> None:
    """Play from the first airdrop to the proof. Raises StoryFailed where something is not as it must be."""
    await _people(stage)
    before = await proof.lamports(stage, "confirmed")
    rules, fund, desk, quarrel = Rules(stage), Fund(stage), Desk(stage), Quarrel(stage)
    maker = Maker(stage, fund)
    made: list[Made] = []
    stage.console.chapter("Five markets are asked for, and the next one will need a vote")
    await together(rules.announce(Mode.PROPOSAL), _ask(stage, made), desk.ask(), quarrel.ask(), fund.found())
    stage.console.chapter("Five wallets stake, vote, buy, sell and place orders")
    await together(_stakes(stage, made), desk.trade(), quarrel.trade(), fund.trade(), _by_vote(rules, maker))
    stage.console.chapter("One is called off, two are decided by prices, three by people")
    markets = [*made, desk.market, quarrel.market, maker.market]
    await stage.clock_reaches(max(one.event for one in markets) + 2)
    market.ticks(stage, [one.event for one in markets if one.terms.is_price], price=64_250_12345679)
    await together(_decide(stage, made), desk.decide(), quarrel.decide(), maker.decide(), _open_again(rules))
    stage.console.chapter("Everybody is paid, and everything is given back")
    await together(*(market.closed(stage, one) for one in markets))
    stage.console.chapter("The proof")
    ends = [*_sums(made), desk.sum(), quarrel.sum(), maker.sum(), fund.sum()]
    stage.console.closing(await proof.prove(stage, ends, before))


async def _people(stage: Stage) -> None:
    stage.console.chapter("Five wallets, an oracle, and money")
    names = (*wallets.PEOPLE, wallets.ORACLE)
    await together(*(stage.chain.airdrop(stage.address(name), cast.WALLET_SOL) for name in (*names, wallets.COUNCIL)))
    await acts.make_dollar(stage, (*names, wallets.TREASURY))
    for name in names:
        stage.console.step(f"{name} has 100 SOL and 10,000 USD: {stage.address(name)}")


async def _ask(stage: Stage, made: list[Made]) -> None:
    made += await together(*(market.ask(stage, terms) for terms in cast.MARKETS))


async def _by_vote(rules: Rules, maker: Maker) -> None:
    await rules.apply("alice")
    await maker.live()


async def _stakes(stage: Stage, made: Sequence[Made]) -> None:
    price, opinion, _ = made
    await together(*(market.start(stage, one) for one in made))
    pausing = stage.operator("pause", "pay_out", str(opinion.address))
    await together(pausing, _strike(stage, price), *(market.stakes(stage, one) for one in made))


async def _decide(stage: Stage, made: Sequence[Made]) -> None:
    price, opinion, void = made
    await together(_call_off(stage, void), _decide_by_price(stage, price), _decide_by_word(stage, opinion))


async def _open_again(rules: Rules) -> None:
    """Another change, so that anyone may make markets in the world that stays."""
    await rules.announce(Mode.OPEN)
    await rules.apply("bob")


def _sums(made: Sequence[Made]) -> list[sums.Sum]:
    """The oracle is the resolver where people decide; a price is posted by the relayer."""
    return [sums.staked(one, resolver=None if one.terms.is_price else wallets.ORACLE) for one in made]


async def _strike(stage: Stage, made: Made) -> None:
    """The first price of the trading time arrives; the relayer posts and records it."""
    await stage.clock_reaches(made.open + 1)
    market.ticks(stage, [made.open], price=64_250_12345678)
    await stage.until(
        "a final strike", lambda: market.account(stage, made, lambda found: bool(found.flags & Flag.STRIKE_FINAL))
    )
    _step(stage, made, "the relayer posted the opening price and recorded it: 64250.12345678")


async def _decide_by_price(stage: Stage, made: Made) -> None:
    await market.decided(stage, made, State.Finalized)
    _step(stage, made, "the closing price is up by the least there is: Up wins")


async def _decide_by_word(stage: Stage, made: Made) -> None:
    """The oracle proposes, nobody disputes, a keeper finalizes; one winner claims while payouts are paused."""
    await market.propose(stage, made, 1)
    await market.mirrored(stage, made, "finalized", lambda view: view.state == "finalized")
    body = {"wallet": str(stage.address("carol")), "market": str(made.address)}
    await stage.api.act("claim", body, stage.key("carol"))
    _step(stage, made, "carol claims by her own signature: the operator had paused pushed payouts of this market")
    await stage.operator("resume", "pay_out", str(made.address))
    _step(stage, made, "the operator resumes them")


async def _call_off(stage: Stage, made: Made) -> None:
    await acts.announce_void(stage, made)
    _step(stage, made, "the admin halts a market and announces that it will be void")
    found = await stage.until("the halted market", lambda: acts.read_market(stage.chain, made.address))
    # Another part may have moved the clock on: once it is void its deadline is another one, a month away.
    if found.flags & Flag.HALTED:
        await stage.clock_reaches(found.deadline)
    await market.decided(stage, made, State.Void)
    _step(stage, made, "the delay is over: the relayer voided it, every stake goes back")


def _step(stage: Stage, made: Made, text: str) -> None:
    stage.console.step(text, link=stage.link(made.address), part=made.terms.name)


Story = Callable[[Stage], Awaitable[None]]
