"""Votes on proposals, disputes, votes on disputes, the council, and what all of them get back."""

import random

from tests.model.nouns import Market, Resolution, Vote, Why, World
from tests.model.rules.deciding import decide
from tests.model.rules.opening import drawn_market
from tests.model.rules.rule import Args, Rule, anybody, before, enter, futile, near, since
from tests.model.stage import Stage
from tests.programs import votes
from tests.programs.world import Call

VOTE_BYTES = 88
PROPOSAL, DISPUTE = 0, 1


def cast(world: World, market: Market, round: int, who: str, side: int, weight: int) -> None:
    """A vote is there from now on, and cannot be changed."""
    market.voters[round, who] = Vote(side, weight)
    world.pay_rent(who, VOTE_BYTES)


# proposals


def draw_like(rng: random.Random, world: World, market: Market) -> Args | None:
    """Mostly for it, by somebody who did not vote yet."""
    who = anybody(rng)
    if futile(rng, (PROPOSAL, who) in market.voters):
        return None
    return (market.k, who, rng.choice((1, 1, 1, 0)) if rng.random() < 0.97 else 2)


def expect_like(world: World, k: int, who: str, side: int) -> Why:
    """One voice about whether the market may open."""
    market, why = world.markets[k], Why()
    why("WrongState", market.state != "Proposed")
    before(why, world.now, market.deadline)
    why("BadVote", side > 1)
    why("VotedAlready", (PROPOSAL, who) in market.voters)
    if not why:
        cast(world, market, PROPOSAL, who, side, 1)
        market.voices[side] += 1
    return why


def draw_take_back(rng: random.Random, world: World, market: Market) -> Args | None:
    """Somebody's vote on the proposal."""
    voted = [who for round, who in market.voters if round == PROPOSAL]
    return None if futile(rng, not voted) else (market.k, rng.choice(voted or ["alice"]))


def expect_take_back(world: World, k: int, who: str) -> Why:
    """Its rent goes back once the proposal is decided."""
    market, why = world.markets[k], Why()
    why("NoAccount", (PROPOSAL, who) not in market.voters)
    why("WrongState", market.state == "Proposed")
    if not why:
        del market.voters[PROPOSAL, who]
        world.pay_rent(who, VOTE_BYTES, 1)
    return why


# disputes


def expect_dispute(world: World, k: int, who: str) -> Why:
    """Somebody contradicts with the same bond."""
    market, why = world.markets[k], Why()
    held = market.resolution
    why("NoAccount", held is None)
    why("WrongSource", market.terms.price)
    why("WrongState", market.state != "Resolving")
    before(why, world.now, held.window_end if held else 0)
    why("AccountFrozen", (who, market.terms.mint) in world.frozen)
    why("InsufficientFunds", held is not None and world.tokens[who, market.terms.mint] < held.bond)
    if not why and held is not None:
        held.disputer, held.window_end = who, world.now + market.terms.rules.vote_s
        put_in(world, market, held, who, held.bond)
        enter(world, market, "Disputed")
    return why


def put_in(world: World, market: Market, held: Resolution, who: str, amount: int) -> None:
    """Collateral goes into the bond vault, which owes it from now on."""
    world.tokens[who, market.terms.mint] -= amount
    market.bonds += amount
    held.owed += amount


def draw_vote(rng: random.Random, world: World, market: Market) -> Args | None:
    """On any outcome, with the agreement that makes a verdict, or with little."""
    who = anybody(rng)
    if futile(rng, (DISPUTE, who) in market.voters):
        return None
    favourite = market.k % (market.terms.n + 1)
    side = rng.choice((favourite, favourite, rng.randrange(market.terms.n + 1), near(rng, market.terms.n)))
    return (market.k, who, side, rng.choice((near(rng, market.terms.bounds.min_stake), 1_234, 50_000, 10**7)))


def expect_vote(world: World, k: int, who: str, side: int, weight: int) -> Why:
    """A weight on the outcome that somebody holds for true; n is that there is none."""
    market, why = world.markets[k], Why()
    held = market.resolution
    why("NoAccount", held is None)
    why("WrongState", market.state != "Disputed")
    before(why, world.now, held.window_end if held else 0)
    why("BadVote", side > market.terms.n)
    why("AmountTooSmall", weight < market.terms.bounds.min_stake)
    why("VotedAlready", (DISPUTE, who) in market.voters)
    why("WrongBondVault", market.terms.price)
    why("AccountFrozen", (who, market.terms.mint) in world.frozen)
    why("InsufficientFunds", world.tokens[who, market.terms.mint] < weight)
    if not why and held is not None:
        put_in(world, market, held, who, weight)
        cast(world, market, DISPUTE, who, side, weight)
        held.tally[side] = held.tally.get(side, 0) + weight
    return why


def conclude(world: World, market: Market, held: Resolution, outcome: int) -> None:
    """A dispute ends: the resolver's part is the one's whose word stood."""
    held.final = outcome
    who = held.proposer if outcome == held.outcome else held.disputer
    decide(world, market, outcome, "" if undone(held) else who)


def undone(held: Resolution) -> bool:
    """Nobody was right: the council never ruled, and the proposal was not the source's."""
    return held.timeout and not held.by_source


def expect_tally(world: World, k: int) -> Why:
    """The votes decide if enough agree; else the council has to."""
    market, why = world.markets[k], Why()
    held = market.resolution
    why("NoAccount", held is None)
    why("WrongState", market.state != "Disputed")
    since(why, world.now, held.window_end if held else 0)
    if why or held is None:
        return why
    total = sum(held.tally.values())
    won = [side for side, weight in held.tally.items() if weight * 10_000 >= market.terms.rules.overturn_bps * total]
    if total >= held.quorum and won:
        conclude(world, market, held, won[0])
        return why
    held.timeout = True
    if market.terms.rules.council_s == 0:
        conclude(world, market, held, held.outcome if held.by_source else market.terms.n)
    else:
        held.window_end = world.now + market.terms.rules.council_s
        enter(world, market, "Contested")
    return why


def draw_rule(rng: random.Random, world: World, market: Market) -> Args:
    """Mostly the council."""
    by = rng.choice((world.settings.council,) * 6 + ("council", "authority", Stage.HOSTILE))
    return (market.k, near(rng, 0, market.terms.n), by)


def expect_rule(world: World, k: int, outcome: int, by: str) -> Why:
    """The council decides what the votes did not."""
    market, why = world.markets[k], Why()
    held = market.resolution
    why("NotCouncil", by != world.settings.council)
    why("NoAccount", held is None)
    why("WrongState", market.state != "Contested")
    before(why, world.now, held.window_end if held else 0)
    why("BadOutcome", outcome > market.terms.n)
    if not why and held is not None:
        held.timeout = False
        conclude(world, market, held, outcome)
    return why


# what they get back


def draw_bond(rng: random.Random, world: World, market: Market) -> Args | None:
    """Whose it is, or another's."""
    held = market.resolution
    if futile(rng, held is None or not bonds_due(held)):
        return None
    sides = (held.proposer, held.disputer or held.proposer) if held else ("oracle",)
    return (market.k, rng.choice((*sides, *sides, anybody(rng))))


def bonds_due(held: Resolution) -> dict[str, tuple[int, int]]:
    """Of each side that still gets a bond: what it gets, and what is settled by it."""
    bond = held.bond
    if bond == 0:
        return {}
    sides = ["proposer", "disputer"] if held.disputer else ["proposer"]
    if not held.disputer or undone(held):
        return {side: (bond, bond) for side in sides if side not in held.bonds_paid}
    winner = "proposer" if held.final == held.outcome else "disputer"
    return {} if held.bonds_paid else {winner: (bond + bond // 2, 2 * bond)}


def expect_bond(world: World, k: int, who: str) -> Why:
    """A bond goes back to its owner, the winner's with half of the loser's."""
    market, why = world.markets[k], Why()
    held = market.resolution
    why("NotDecided", not market.decided)
    why("NoAccount", held is None)
    why("WrongBondVault", market.terms.price)
    due = {side: what for side, what in (bonds_due(held) if held else {}).items() if getattr(held, side) == who}
    why("NothingOwed", not due)
    why("Unpayable", (who, market.terms.mint) in world.frozen)
    if not why and held is not None:
        side, (amount, settled) = next(iter(due.items()))
        held.bonds_paid.add(side)
        held.owed -= settled
        market.bonds -= amount
        world.tokens[who, market.terms.mint] += amount
    return why


def draw_claim_vote(rng: random.Random, world: World, market: Market) -> Args | None:
    """Somebody's vote on the dispute."""
    voted = [who for round, who in market.voters if round == DISPUTE]
    return None if futile(rng, not voted) else (market.k, rng.choice(voted or ["alice"]))


def returned(held: Resolution, vote: Vote, slash_bps: int) -> int:
    """What a vote gets back: a right one a part of what the wrong ones lose, unless nobody was right."""
    right, total = held.tally.get(held.final or 0, 0), sum(held.tally.values())
    if held.timeout or right == 0:
        return vote.weight
    if vote.side != held.final:
        return vote.weight - -(-vote.weight * slash_bps // 10_000)
    return vote.weight + vote.weight * ((total - right) * slash_bps // 10_000) // right


def expect_claim_vote(world: World, k: int, who: str) -> Why:
    """The weight goes back with what was won or lost, the rent too."""
    market, why = world.markets[k], Why()
    held, vote = market.resolution, market.voters.get((DISPUTE, who))
    why("NoAccount", vote is None or held is None)
    why("NotDecided", not market.decided)
    why("Unpayable", (who, market.terms.mint) in world.frozen)
    if not why and held is not None and vote is not None:
        amount = returned(held, vote, market.terms.rules.slash_bps)
        del market.voters[DISPUTE, who]
        world.pay_rent(who, VOTE_BYTES, 1)
        world.tokens[who, market.terms.mint] += amount
        market.bonds -= amount
        held.owed -= amount
        if not any(round == DISPUTE for round, _ in market.voters):
            held.owed = sum(settled for _, settled in bonds_due(held).values())
    return why


def call_vote(stage: Stage, k: int, who: str, side: int, weight: int) -> Call:
    """vote on a dispute."""
    return votes.vote(stage.pools[k], who, side, weight)


RULES = {
    "like": Rule(
        draw=draw_like, expect=expect_like, seasons={"Proposed": 8},
        call=lambda s, k, who, side: votes.like(s.pools[k], who, side),
    ),
    "take_back": Rule(
        draw=draw_take_back, expect=expect_take_back,
        seasons={"Proposed": 0.2, "Approved": 1, "Active": 0.2, "Rejected": 1, "Finalized": 0.3, "Void": 0.3},
        call=lambda s, k, who: votes.take_back(s.pools[k], who),
    ),
    "dispute": Rule(
        draw=lambda rng, w, m: (m.k, anybody(rng)), expect=expect_dispute, seasons={"Resolving": 3}, price=False,
        call=lambda s, k, who: votes.dispute(s.pools[k], who),
    ),
    "vote": Rule(draw=draw_vote, expect=expect_vote, call=call_vote, seasons={"Disputed": 8}, price=False),
    "tally_dispute": Rule(
        draw=drawn_market, expect=expect_tally, seasons={"Disputed": 2}, call=lambda s, k: votes.tally(s.pools[k])
    ),
    "rule": Rule(
        draw=draw_rule, expect=expect_rule, seasons={"Contested": 2},
        call=lambda s, k, outcome, by: votes.rule(s.pools[k], outcome, by),
    ),
    "claim_bond": Rule(
        draw=draw_bond, expect=expect_bond, seasons={"Finalized": 1, "Void": 1},
        call=lambda s, k, who: s.pools[k].claim_bond(who),
    ),
    "claim_vote": Rule(
        draw=draw_claim_vote, expect=expect_claim_vote, seasons={"Finalized": 2, "Void": 2},
        call=lambda s, k, who: votes.claim_vote(s.pools[k], who),
    ),
}  # fmt: skip
