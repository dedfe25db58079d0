"""The program and its Python twin: random pools, every number of every payout equal, every atom found again."""

import random

import pytest

from idl.enums import State
from idl.events import PaidOut, Staked, StateChanged
from idl.maths.fees import split_fee
from idl.maths.parimutuel import payout, quote_stake, settle_amount
from idl.maths.solvency import required
from idl.program import WSOL_MINT
from tests.programs import tokens
from tests.programs.pools import PLAYERS, Pool, opened
from tests.programs.test_refusals import planted
from tests.programs.world import MAX_STAKE, MIN_STAKE, USDC, World, key

SEEDS = range(24)


def amount(rng: random.Random) -> int:
    """Of every size; the least and odd ones are likely."""
    return rng.choice((MIN_STAKE, rng.randint(MIN_STAKE, 9_999), rng.randint(MIN_STAKE, MAX_STAKE // 50)))


def solvent(pool: Pool, held: int) -> None:
    """The vault holds what the twin says it owes."""
    assert held >= required(pool.state)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_pools(world: World, seed: int) -> None:
    """Stakes, decision and payouts of a random pool are those of idl.maths, and the vault always holds what it owes."""
    rng = random.Random(seed)
    n, mint = rng.randint(2, 8), rng.choice((USDC, WSOL_MINT))
    bps = {"creator_fee_bps": rng.randint(0, 500), "resolver_fee_bps": rng.randint(0, 200)}
    pool = opened(world, mint=mint, n=n, **bps)
    supply, shares = [0] * n, {name: [0] * n for name in PLAYERS}
    for name in PLAYERS:
        tokens.put_tokens(world.svm, key(name), mint, MAX_STAKE)
    total = sum(pool.state.fee_bps)
    for nonce in range(1, rng.randint(2, 12)):
        name, outcome, paid = rng.choice(PLAYERS), rng.randrange(n), amount(rng)
        quote = quote_stake(supply, outcome, paid, total)
        call = pool.stake(name, outcome, paid, nonce=nonce, rate=quote.rate_bps)
        assert world.do(call).event(Staked).rate_bps == quote.rate_bps
        supply[outcome] += paid
        shares[name][outcome] += paid
    vault = tokens.amount(world.svm, pool.vault)
    assert vault == sum(supply)
    solvent(pool, vault)

    outcome = rng.randrange(n + 1)
    decided = payout(supply, outcome, total) if outcome < n else payout([0] * n, 0, total)
    change = pool.decide(outcome).event(StateChanged)
    assert (change.mask, change.num, change.den) == (decided.mask, decided.num, decided.den)
    assert change.fees_owed == split_fee(decided.fee, *pool.state.fee_bps)
    assert (change.to == State.Void) == (decided.mask == (1 << n) - 1)

    left = vault
    for name in rng.sample(PLAYERS, len(PLAYERS)):
        if world.position(pool.address, key(name)) is None:
            continue
        call = pool.pay_out(name) if rng.random() < 0.5 else pool.claim(name)
        (item,) = world.do(call).event(PaidOut).items
        assert item.amount == settle_amount(shares[name], decided.mask, decided.num, decided.den, 0)
        left -= item.amount
        solvent(pool, left)
    assert left - sum(change.fees_owed) in range(len(PLAYERS))


@pytest.mark.parametrize("outcome", range(4))
@pytest.mark.parametrize(
    "supply",
    [
        (2**62, 2**62, 1), (1, 2**63, 3), (2**64 - 3, 1, 1), (2**63, 2**63 - 1, 0), (3, 2**60, 7),
        (10**18, 10**18 - 1, 10**18 + 1),
    ],
    ids=str,
)  # fmt: skip
def test_extreme_pools(supply: tuple[int, ...], outcome: int) -> None:
    """At the end of 64 bits the program and its twin still say the same."""
    world = World()
    pool = opened(world, n=3)
    planted(pool, supply=(*supply, 0, 0, 0, 0, 0))
    tokens.put_tokens(world.svm, pool.address, USDC, sum(supply), at=pool.vault)
    tokens.put_tokens(world.svm, key("oracle"), USDC, 2**63)
    change = pool.decide(outcome).event(StateChanged)
    rates = pool.state.fee_bps
    decided = payout(supply, outcome, sum(rates)) if outcome < 3 else payout((0, 0, 0), 0, sum(rates))
    assert (change.mask, change.num, change.den) == (decided.mask, decided.num, decided.den)
    assert change.fees_owed == split_fee(decided.fee, *rates)
