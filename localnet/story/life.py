"""The story of three markets' whole life: one that a price decides, one that people decide, one that is called off.

Five wallets stake, alone and through the relay; prices, cranks and payouts are the services' work, and the story only
looks. Called by `localnet up`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from solders.pubkey import Pubkey

from idl.enums import Flag, State
from localnet import wallets
from localnet.story import acts, cast, proof
from localnet.story.api import MarketView
from localnet.story.cast import Bet, Made, Terms
from localnet.story.stage import Stage, together


async def play(stage: Stage) -> None:
    """Play from the first airdrop to the proof. Raises StoryFailed where something is not as it must be."""
    await _people(stage)
    before = await proof.lamports(stage, "confirmed")
    stage.console.chapter("Three markets are made")
    made = await together(*(_make(stage, terms) for terms in cast.MARKETS))
    price, opinion, void = made
    stage.console.chapter("Five wallets stake, by themselves and through the relay")
    pausing = stage.operator("pause", "pay_out", str(opinion.address))
    await together(pausing, _strike(stage, price), *(_stakes(stage, one) for one in made))
    stage.console.chapter("One is called off, two are decided")
    await together(_call_off(stage, void), _decide_by_price(stage, price), _decide_by_word(stage, opinion))
    stage.console.chapter("Everybody is paid, and everything is given back")
    await together(*(_closed(stage, one) for one in made))
    stage.console.chapter("The proof")
    stage.console.closing(await proof.prove(stage, made, before))


async def _people(stage: Stage) -> None:
    stage.console.chapter("Five wallets, an oracle, and money")
    names = (*wallets.PEOPLE, wallets.ORACLE)
    await together(*(stage.chain.airdrop(stage.address(name), cast.WALLET_SOL) for name in names))
    await acts.make_dollar(stage, (*names, wallets.TREASURY))
    for name in names:
        stage.console.step(f"{name} has 100 SOL and 10,000 USD: {stage.address(name)}")


async def _make(stage: Stage, terms: Terms) -> Made:
    """Create and activate one market through the API and the relay, signed by its creator."""
    creator = stage.key(terms.creator)
    document = {
        "description": f"A market of the localnet's story: {terms.question}",
        "category": "story",
        "tags": ["localnet", terms.name],
        "outcome_labels": list(terms.labels),
    }
    kept = await stage.api.put_metadata(document)
    now = await stage.chain.time()
    opens = now + 3
    lock = opens + cast.TRADING_S
    event = lock + 60 if terms.is_price else lock
    times = {
        "open": opens,
        "lock": lock,
        "event": event,
        "resolve_by": event + 3_600,
        "void_after": event + 4 * cast.DAY_S,
    }
    body = {
        "wallet": str(creator.pubkey()),
        "mint": str(terms.mint),
        "question": terms.question,
        "times": times,
        "source": terms.source.hex() if terms.source else str(stage.address(wallets.ORACLE)),
        "source_kind": "price" if terms.is_price else "optimistic",
        "op": "updown" if terms.is_price else "gte",
        "creator_fee_bps": terms.creator_fee_bps,
        "resolver_fee_bps": terms.resolver_fee_bps,
        "dispute_s": 0 if terms.is_price else 3,
        "uri": kept.uri,
        "metadata_sha256": kept.sha256,
    }
    address = Pubkey.from_string((await stage.api.act("create_market", body, creator)).market)
    await _mirrored(stage, str(address), "approved", lambda view: view.state == "approved")
    stage.console.step(f'{terms.creator} asks "{terms.question}"', link=stage.link(address))
    await stage.api.act("activate", {"wallet": str(creator.pubkey()), "market": str(address)}, creator)
    await _mirrored(stage, str(address), "active", lambda view: view.state == "active")
    stage.console.step(f"{terms.creator} opens it: stakes in {terms.unit} until {lock}")
    return Made(terms=terms, address=address, open=opens, lock=lock, event=event)


async def _stakes(stage: Stage, made: Made) -> None:
    """All stakes of one market: each begins once the mirror shows the one before, none waits for finality."""
    await stage.clock_reaches(made.open)
    starts = [asyncio.Event() for _ in made.terms.bets]

    async def one(bet: Bet, start: asyncio.Event) -> None:
        await start.wait()
        await _stake(stage, made, bet)

    async def in_turn() -> None:
        volume = 0
        for bet, start in zip(made.terms.bets, starts, strict=True):
            start.set()
            volume += bet.amount
            await _shown(stage, made, volume)

    await together(in_turn(), *(one(bet, start) for bet, start in zip(made.terms.bets, starts, strict=True)))


async def _shown(stage: Stage, made: Made, volume: int) -> None:
    """Wait until the mirror shows that volume."""

    async def seen() -> bool:
        view = await stage.api.market(str(made.address))
        return view is not None and int(view.volume) >= volume

    await stage.until(f"a volume of {made.terms.show(volume)} in the mirror", seen)


async def _stake(stage: Stage, made: Made, bet: Bet) -> None:
    if bet.how == "alone":
        await acts.stake(stage, made, bet)
    else:
        body = {
            "wallet": str(stage.address(bet.who)),
            "market": str(made.address),
            "outcome": bet.outcome,
            "amount": str(bet.amount),
            "slippage_bps": 1000,
            "payer": "sponsored" if bet.how == "sponsored" else "self",
        }
        await stage.api.act("stake", body, stage.key(bet.who))
    how = {"alone": "by itself", "relay": "through the relay", "sponsored": "through the relay, fee and rent sponsored"}
    label = made.terms.labels[bet.outcome]
    text = f"{bet.who} stakes {made.terms.show(bet.amount)} on {label} {how[bet.how]}"
    stage.console.step(text, link=stage.link(made.address))


async def _strike(stage: Stage, made: Made) -> None:
    """The first price of the trading time arrives; the relayer posts and records it."""
    await stage.clock_reaches(made.open + 1)
    _tick(stage, publish=made.open + 1, price=64_250_12345678, prev=made.open - 1)
    await stage.until(
        "a final strike", lambda: _account(stage, made, lambda market: bool(market.flags & Flag.STRIKE_FINAL))
    )
    stage.console.step(
        "the relayer posted the opening price and recorded it: 64250.12345678", link=stage.link(made.address)
    )


async def _decide_by_price(stage: Stage, made: Made) -> None:
    await stage.clock_reaches(made.event + 2)
    _tick(stage, publish=made.event + 1, price=64_250_12345679, prev=made.event - 1)
    await _decided(stage, made, State.Finalized)
    stage.console.step("the closing price is up by the least there is: Up wins", link=stage.link(made.address))


async def _decide_by_word(stage: Stage, made: Made) -> None:
    """The oracle proposes, nobody disputes, a keeper finalizes; one winner claims while payouts are paused."""
    await stage.clock_reaches(made.event)
    await acts.propose(stage, made, 1)
    resolution = await stage.until("the proposal", lambda: acts.read_resolution(stage.chain, made.address))
    bond = made.terms.show(resolution.bond)
    stage.console.step(f"the oracle proposes {made.terms.labels[1]} and puts up {bond}", link=stage.link(made.address))
    await stage.clock_reaches(resolution.window_end)
    await _decided(stage, made, State.Finalized)
    stage.console.step("nobody disputed: the relayer finalized it", link=stage.link(made.address))
    await _mirrored(stage, str(made.address), "finalized", lambda view: view.state == "finalized")
    body = {"wallet": str(stage.address("carol")), "market": str(made.address)}
    await stage.api.act("claim", body, stage.key("carol"))
    stage.console.step("carol claims by her own signature: the operator had paused pushed payouts of this market")
    await stage.operator("resume", "pay_out", str(made.address))
    stage.console.step("the operator resumes them")


async def _call_off(stage: Stage, made: Made) -> None:
    await acts.announce_void(stage, made)
    stage.console.step("the admin halts a market and announces that it will be void", link=stage.link(made.address))
    market = await stage.until("the halted market", lambda: acts.read_market(stage.chain, made.address))
    await stage.clock_reaches(market.deadline)
    await _decided(stage, made, State.Void)
    stage.console.step("the delay is over: the relayer voided it, every stake goes back", link=stage.link(made.address))


async def _decided(stage: Stage, made: Made, state: State) -> None:
    """The chain, finally, says this state, or the market came to its end already."""
    what = f"{made.terms.name} {state.name}"

    async def seen() -> bool:
        market = await acts.read_market(stage.chain, made.address)
        return market is None or market.state == state

    await stage.until(what, seen)


async def _closed(stage: Stage, made: Made) -> None:
    """The relayer paid everybody, collected fees and closed all accounts; the mirror says so."""
    await _mirrored(stage, str(made.address), "closed", lambda view: view.state == "closed")
    stage.console.step(f'"{made.terms.question}" is paid and closed', link=stage.link(made.address))


async def _mirrored(stage: Stage, address: str, what: str, holds: Callable[[MarketView], bool]) -> MarketView:
    async def seen() -> MarketView | None:
        view = await stage.api.market(address)
        return view if view is not None and holds(view) else None

    return await stage.until(f"market {address} {what} in the mirror", seen)


async def _account(stage: Stage, made: Made, holds: Callable[..., bool]) -> bool:
    market = await acts.read_market(stage.chain, made.address)
    return market is not None and holds(market)


def _tick(stage: Stage, *, publish: int, price: int, prev: int) -> None:
    with stage.plan.ticks.open("a") as file:
        file.write(f"{publish},{price},{prev}\n")


Story = Callable[[Stage], Awaitable[None]]
