"""The market maker: exact to an atom, never below what winners get, and the same as the Rust crate."""

import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from idl.limits import B_MAX, B_MIN, SUPPLY_MAX, U64_MAX
from idl.maths.fees import trade_fee
from idl.maths.lmsr import Curve, buy, net_of, price_bps, sell

SEED = 2026
# Of 100,000 states drawn by `draws`, equal to the one in programs/math/tests/lmsr.rs.
FINGERPRINT = 0xFBCF966F51731187


class Vector(NamedTuple):
    """One case computed with 400 bits."""

    b: int
    q: list[int]
    outcome: int
    delta: int
    c: Decimal
    cost: Decimal
    price: Decimal


def vectors() -> list[Vector]:
    """The checked-in cases, of 2, 3, 5, 8 and 16 outcomes."""
    text = (Path(__file__).parent / "lmsr_vectors.txt").read_text()
    rows = [line.split() for line in text.splitlines() if not line.startswith("#")]
    return [
        Vector(int(b), [int(held) for held in q.split(",")], int(i), int(delta), *map(Decimal, (c, cost, price)))
        for b, q, i, delta, c, cost, price, _ in rows
    ]


def test_vectors() -> None:
    """The cost is above the true one by at most an atom, whatever the number of outcomes, and so is a trade's."""
    found = vectors()
    assert len(found) == 480
    for one in found:
        curve = Curve.of(one.b)
        before = curve.cost(one.q)
        assert 0 < before - one.c <= 1
        after = [held + one.delta * (i == one.outcome) for i, held in enumerate(one.q)]
        assert abs(curve.cost(after) - before - one.cost) < 1
        if len(one.q) <= 8:
            assert abs(price_bps(curve, one.q, one.outcome) - one.price * 10_000) <= 1


def draws() -> Iterator[int]:
    """splitmix64, as the Rust test draws."""
    state = SEED
    while True:
        state = (state + 0x9E3779B97F4A7C15) & U64_MAX
        z = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & U64_MAX
        z = (z ^ z >> 27) * 0x94D049BB133111EB & U64_MAX
        yield z ^ z >> 31


def state_of(draw: Iterator[int]) -> tuple[Curve, list[int], int]:
    """A curve, supplies and an outcome."""
    wide = next(draw)
    b = (1 << 10) + (wide >> 11 + next(draw) % 44)
    n = 2 + next(draw) % 7
    spread = min(b << next(draw) % 7, SUPPLY_MAX)
    supply = [next(draw) % spread for _ in range(n)]
    return Curve.of(b), supply, next(draw) % n


def test_twin() -> None:
    """100,000 random states cost, buy and sell in Rust what they do here."""
    draw, found = draws(), 0xCBF29CE484222325
    for _ in range(100_000):
        curve, supply, i = state_of(draw)
        cost = curve.cost(supply)
        wide = next(draw)
        net = wide >> 2 + next(draw) % 60
        values = [curve.inv, curve.shift, cost]
        shares = curve.shares_for(supply, cost, i, net)
        if supply[i] + shares <= SUPPLY_MAX:
            supply[i] += shares
            lifted = curve.cost(supply)
            part = next(draw) % (shares + 1)
            sold = sell(curve, supply, lifted, i, part, 0)
            values += [shares, lifted - cost, sold.value, sold.cost]
        else:
            values.append(7)
        for value in values:
            found = (found ^ value) * 0x100000001B3 & U64_MAX
    assert found == FINGERPRINT, hex(found)


@pytest.mark.parametrize("seed", range(8))
def test_trades(seed: int) -> None:
    """A purchase keeps within its bound, complete sets move the cost exactly, there and back gains nobody anything."""
    rng = random.Random(seed)
    for _ in range(500):
        curve = Curve.of(rng.randrange(B_MIN, 1 << rng.randrange(11, 54)))
        supply = [rng.randrange(curve.b * 30) for _ in range(rng.randint(2, 8))]
        i, bps, most = rng.randrange(len(supply)), rng.randint(0, 1_000), rng.randrange(1 << rng.randrange(1, 60))
        cost = curve.cost(supply)
        assert cost > max(supply)
        assert curve.cost([held + most for held in supply]) == cost + most
        bought = buy(curve, supply, cost, i, most, bps)
        if bought is None:
            continue
        assert bought.value + bought.fee <= most
        assert net_of(most, bps) - bought.value <= 2
        assert bought.value <= bought.shares + 1
        after = [held + bought.shares * (j == i) for j, held in enumerate(supply)]
        assert sell(curve, after, bought.cost, i, bought.shares, bps) == (bought.shares, bought.value, bought.fee, cost)


def test_bounds() -> None:
    """Liquidity has bounds, a subsidy opens a curve within them that it can carry."""
    for b in (B_MIN - 1, B_MAX + 1):
        with pytest.raises(ValueError, match="is not from"):
            Curve.of(b)
    for subsidy in (0, 1, 700, U64_MAX):
        with pytest.raises(ValueError, match=r"is not from|opens no curve"):
            Curve.funded(subsidy, 2)
    for n in range(2, 9):
        for subsidy in (10_000, 10**9 + 7, 10**15):
            curve = Curve.funded(subsidy, n)
            assert curve.cost([0] * n) <= subsidy < Curve.of(curve.b + 4).cost([0] * n)


def test_dust() -> None:
    """What moves no atom, or would fill a supply beyond its bound, is not bought."""
    curve = Curve.of(1 << 20)
    assert buy(curve, [0, 0], curve.cost([0, 0]), 0, 1, 0) is None
    full = [SUPPLY_MAX, 0]
    assert buy(curve, full, curve.cost(full), 0, 1_000, 0) is None


def test_fee_shape() -> None:
    """A trade and its complement pay the same fee; at no risk there is none."""
    assert [trade_fee(100, value, 300) for value in (0, 1, 30, 70, 99, 100, 101)] == [0, 1, 1, 1, 1, 0, 0]
    assert trade_fee(10**18, 4 * 10**17, 300) == 12 * 10**15
    assert (net_of(10_300, 300), net_of(10_299, 300), net_of(7, 0)) == (10_000, 9_999, 7)
