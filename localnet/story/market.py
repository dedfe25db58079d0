"""What every market of the story goes through: asked and opened through the API, staked in, decided, closed.

Each waits for facts that chain or mirror show. Called by the parts of the story.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence

from solders.pubkey import Pubkey

from idl.enums import State
from localnet import wallets
from localnet.story import acts, cast
from localnet.story.api import MarketView
from localnet.story.cast import Bet, Made, Terms
from localnet.story.stage import Stage, together
from localnet.world import EXPO


async def ask(stage: Stage, terms: Terms, *, fee_to: Pubkey | None = None) -> Made:
    """Create one market through the API and the relay, signed by its creator; fee_to: an account for the fees."""
    document = {
        "description": f"A market of the localnet's story: {terms.question}",
        "category": "story",
        "tags": ["localnet", terms.name],
        "outcome_labels": list(terms.labels),
    }
    kept = await stage.api.put_metadata(document)
    opens = await stage.chain.time() + 3
    lock = opens + (cast.TRADING_FAST_S if stage.plan.fast else terms.trading_s)
    event = lock + 60 if terms.is_price else lock
    body = _terms(stage, terms) | {
        "times": {
            "open": opens,
            "lock": lock,
            "event": event,
            "resolve_by": event + 3_600,
            "void_after": event + 4 * cast.DAY_S,
        },
        "uri": kept.uri,
        "metadata_sha256": kept.sha256,
    }
    if fee_to is not None:
        body |= {"fee_to": str(fee_to), "fee_to_account": True}
    address = Pubkey.from_string((await stage.api.act("create_market", body, stage.key(terms.creator))).market)
    stage.console.step(f'{terms.creator} asks "{terms.question}"', link=stage.link(address), part=terms.name)
    return Made(terms=terms, address=address, open=opens, lock=lock, event=event)


def _terms(stage: Stage, terms: Terms) -> dict[str, object]:
    """What the API is told of a new market, but its times and its description."""
    return {
        "wallet": str(stage.address(terms.creator)),
        "mint": str(terms.mint),
        "question": terms.question,
        "engine": terms.engine,
        "n": len(terms.labels),
        "lot_k": str(terms.lot_k),
        "source": terms.source.hex() if terms.source else str(stage.address(wallets.ORACLE)),
        "source_kind": "price" if terms.is_price else "optimistic",
        "op": "updown" if terms.is_price and terms.strike is None else "gte",
        "strike": str(terms.strike or 0),
        "expo": EXPO if terms.strike else 0,
        "creator_fee_bps": terms.creator_fee_bps,
        "resolver_fee_bps": terms.resolver_fee_bps,
        "dispute_s": 0 if terms.is_price else terms.dispute_s,
    }


async def start(stage: Stage, made: Made, *, subsidy: int = 0) -> None:
    """The creator opens an approved market for trading, with money for its market maker where it has one."""
    terms = made.terms
    await mirrored(stage, made, "approved", lambda view: view.state == "approved")
    body = {"wallet": str(stage.address(terms.creator)), "market": str(made.address), "subsidy": str(subsidy)}
    await stage.api.act("activate", body, stage.key(terms.creator))
    await mirrored(stage, made, "active", lambda view: view.state == "active")
    gift = f", with {terms.show(subsidy)} for its market maker" if subsidy else ""
    text = f"{terms.creator} opens it{gift}: trades in {terms.unit} until {made.lock}"
    stage.console.step(text, link=stage.link(made.address), part=terms.name)


async def stakes(stage: Stage, made: Made) -> None:
    """All stakes of one market: each begins once the mirror shows the one before, none waits for finality."""
    await stage.clock_reaches(made.open)
    starts = [asyncio.Event() for _ in made.terms.bets]

    async def one(bet: Bet, begin: asyncio.Event) -> None:
        await begin.wait()
        await _stake(stage, made, bet)

    async def in_turn() -> None:
        volume = 0
        for bet, begin in zip(made.terms.bets, starts, strict=True):
            begin.set()
            volume += bet.amount
            await _shown(stage, made, volume)

    await together(in_turn(), *(one(bet, begin) for bet, begin in zip(made.terms.bets, starts, strict=True)))


async def _shown(stage: Stage, made: Made, volume: int) -> None:
    """Wait until the mirror shows that volume."""
    what = f"with a volume of {made.terms.show(volume)}"
    await mirrored(stage, made, what, lambda view: int(view.volume) >= volume)


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
    stage.console.step(text, link=stage.link(made.address), part=made.terms.name)


async def propose(stage: Stage, made: Made, outcome: int) -> None:
    """The oracle says by itself how a market ended, nobody disputes, a keeper finalizes."""
    name, link = made.terms.name, stage.link(made.address)
    await stage.clock_reaches(made.event)
    await acts.propose(stage, made, outcome)
    resolution = await stage.until("the proposal", lambda: acts.read_resolution(stage.chain, made.address))
    bond = made.terms.show(resolution.bond)
    stage.console.step(f"the oracle proposes {made.terms.labels[outcome]} and puts up {bond}", link=link, part=name)
    await stage.clock_reaches(resolution.window_end)
    await decided(stage, made, State.Finalized)
    stage.console.step("nobody disputed: the relayer finalized it", link=link, part=name)


async def decided(stage: Stage, made: Made, state: State) -> None:
    """The chain, finally, says this state, or the market came to its end already."""

    async def seen() -> bool:
        market = await acts.read_market(stage.chain, made.address)
        return market is None or market.state == state

    await stage.until(f"{made.terms.name} {state.name}", seen)


async def closed(stage: Stage, made: Made) -> None:
    """The relayer paid everybody, collected fees and closed all accounts; the mirror says so."""
    await mirrored(stage, made, "closed", lambda view: view.state == "closed")
    text = f'"{made.terms.question}" is paid and closed'
    stage.console.step(text, link=stage.link(made.address), part=made.terms.name)


async def mirrored(stage: Stage, made: Made, what: str, holds: Callable[[MarketView], bool]) -> MarketView:
    """Wait until the mirror shows the market so, and answer it."""

    async def seen() -> MarketView | None:
        view = await stage.api.market(str(made.address))
        return view if view is not None and holds(view) else None

    return await stage.until(f"market {made.terms.name} {what} in the mirror", seen)


async def account(stage: Stage, made: Made, holds: Callable[..., bool]) -> bool:
    """Whether the chain, finally, shows the market so."""
    market = await acts.read_market(stage.chain, made.address)
    return market is not None and holds(market)


def ticks(stage: Stage, after: Sequence[int], *, price: int) -> None:
    """The first price after each of these times arrives in the file that the relayer reads, all at once."""
    with stage.plan.ticks.open("a") as file:
        file.write("".join(f"{at + 1},{price},{at - 1}\n" for at in sorted({*after})))


async def rounds(*steps: tuple[Callable[[], Coroutine[object, object, None]], ...]) -> None:
    """Play one round after the other, each final before the next; the acts of a round may land in any order."""
    for at_once in steps:
        await together(*(act() for act in at_once))
