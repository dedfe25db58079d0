"""Candles and days: the prices that trades went through, the sums that a day adds up to."""

from collections import defaultdict

import msgspec
import pytest

from idl import events
from idl.events import Header, Value
from indexer.fold.rows import Candle, LedgerLeg, Market, Outcome, Payout, PlatformDay, Trade
from indexer.fold.work import base58
from indexer.model import Row
from tests.indexer import proofs
from tests.indexer.test_engines import a_creator, a_market_maker
from tests.indexer.test_fold import a_life, decoded, folded, rows
from tests.programs.books import BUY, NO, YES, desk
from tests.programs.world import World

DAY_S = 86_400
NOON = 19_676 * DAY_S + DAY_S // 2


def staked(template: events.Staked, seq: int, ts: int, outcome: int, supply: tuple[int, int]) -> events.Staked:
    """A stake at a time, with what the outcomes have after it."""
    header = Header(template.header.subject, seq, seq, ts, template.header.actor)
    amount = 10 * seq
    return msgspec.structs.replace(
        template, header=header, outcome=outcome, amount=amount, value=Value(supply, 0, (0, 0, 0), 0)
    )


def test_candles_of_a_pool() -> None:
    """Open, highest, lowest and last price of each stretch, for every outcome; volume where it was traded."""
    life = a_life(3, 60)
    facts = [one.event for block in life for one in block.facts]
    stake = next(one for one in facts if isinstance(one, events.Staked))
    made = [one for one in facts if one and one.header.subject == stake.header.subject][:2]
    assert isinstance(made[0], events.MarketCreated)
    line = [(NOON, 0, (40, 60)), (NOON + 1, 0, (80, 20)), (NOON + 59, 1, (10, 90)), (NOON + 60, 1, (30, 70))]
    stakes = [staked(stake, n, ts, i, supply) for n, (ts, i, supply) in enumerate(line, start=3)]
    changes = folded([decoded(n, one) for n, one in enumerate([*made, *stakes], start=1)])
    found = {(c.outcome, c.interval, c.bucket): c for c in rows(changes, Candle)}
    assert len(found) == 2 * (2 + 1 + 1)
    first, second = found[0, 60, NOON], found[0, 60, NOON + 60]
    assert (first.open, first.high, first.low, first.close) == (400_000, 800_000, 100_000, 100_000)
    assert (first.volume, first.trades) == (30 + 40, 3)
    assert (second.open, second.high, second.low, second.close, second.volume) == (300_000,) * 4 + (0,)
    other = found[1, 3_600, NOON]
    assert (other.open, other.high, other.low, other.close) == (600_000, 900_000, 200_000, 700_000)
    assert (other.volume, other.trades) == (50 + 60, 4)
    assert found[1, DAY_S, NOON - DAY_S // 2].close == 700_000


def test_candles_of_a_book() -> None:
    """An order that meets several makers goes through all their ticks, whatever the middle is afterwards."""
    world = World()
    made = desk(world)
    for tick in (40, 45, 30):
        world.do(made.order("bob", BUY, NO, tick, 5))
    world.do(made.order("alice", BUY, YES, 70, 12))
    (market,) = [state for subject, (_, state) in proofs.states(world).items() if subject == str(made.address)]
    minute = {row.outcome: row for row in market.rows if isinstance(row, Candle) and row.interval == 60}
    assert (minute[0].open, minute[0].high, minute[0].low, minute[0].close) == (550_000, 700_000, 550_000, 700_000)
    assert (minute[1].open, minute[1].high, minute[1].low, minute[1].close) == (450_000, 450_000, 300_000, 300_000)
    assert (minute[0].trades, minute[1].volume) == (1, 0)
    assert minute[0].volume > 0


def test_candles_of_a_market_maker() -> None:
    """The last price of each stretch is the marginal one after its last trade; whole sets move no price."""
    world = World()
    a_market_maker(world)
    state = next(state for _, state in proofs.states(world).values() if any(isinstance(r, Market) for r in state.rows))
    (market,) = [row for row in state.rows if isinstance(row, Market)]
    for row in state.rows:
        if isinstance(row, Candle):
            assert row.low <= min(row.open, row.close) <= max(row.open, row.close) <= row.high
            assert (row.close, row.trades) == (market.price[row.outcome], 3)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_series_add_up(seed: int) -> None:
    """Candles of every width have the outcome's volume; days have the market's, and all that was paid out."""
    print(f"seed {seed}")
    changes = folded(a_life(seed))
    for outcome in rows(changes, Outcome):
        volumes: defaultdict[int, int] = defaultdict(int)
        for candle in rows(changes, Candle):
            if (candle.market, candle.outcome) == (outcome.market, outcome.i):
                volumes[candle.interval] += candle.volume
        assert set(volumes.values()) <= {outcome.volume}
    days: list[PlatformDay] = rows(changes, PlatformDay)
    for market in rows(changes, Market):
        own = [day for day in days if day.subject == market.market]
        legs = [leg for leg in rows(changes, LedgerLeg) if leg.market == market.market]
        assert sum(day.volume for day in own) == market.volume
        assert sum(day.paid for day in own) == -sum(leg.delta for leg in legs if leg.kind in ("PAYOUT", "REFUND"))
        assert sum(day.fees for day in own) == max(0, -sum(leg.delta for leg in legs if leg.kind == "FEE")) + sum(
            market.fees_owed
        )
    assert any(day.fees for day in days)
    assert rows(changes, Payout)


def test_days_of_a_pool() -> None:
    """A creator's shares count as trades of their day, dividends as paid."""
    world = World()
    a_creator(world)
    found: list[Row] = [row for _, state in proofs.states(world).values() for row in state.rows]
    days = [row for row in found if isinstance(row, PlatformDay)]
    assert sum(day.trades for day in days) >= 3
    assert sum(day.paid for day in days) > 0
    assert {base58(bytes(32))} & {day.mint for day in days} == set()
    assert not [row for row in found if isinstance(row, Trade)]
