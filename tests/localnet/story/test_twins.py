"""What the story computes beside the chain: nothing is made or lost, and known cases come out as counted by hand."""

from __future__ import annotations

from idl.enums import OrderKind
from localnet.story.twins import DeskTwin, MakerTwin, PoolTwin

FEES = (100, 50, 250)


def desk() -> DeskTwin:
    """A book of lots of 1,000 atoms."""
    return DeskTwin(k=10, min_stake=1, fee_bps=FEES)


def test_maker_keeps_the_books() -> None:
    """All that wallets lost is what the market maker has beyond its subsidy, fees apart."""
    twin = MakerTwin(subsidy=400_000_000, outcomes=3, fee_bps=FEES)
    empty = twin.curve.cost([0, 0, 0])
    twin.buy("alice", 0, 60_000_000)
    twin.sets("dave", 30_000_000)
    twin.buy("bob", 1, 45_000_000)
    twin.transfer("dave", "alice", 0, 5_000_000)
    twin.sell("alice", 0, 20_000_001)
    twin.sets("dave", -12_000_000)
    assert -twin.net.total() == twin.cost - empty + sum(twin.fees.owed)
    assert [sum(column) for column in zip(*twin.shares.values(), strict=True)] == twin.supply
    for winner in range(3):
        paid = twin.paid(winner)
        assert twin.net.total() + sum(paid.values()) + sum(twin.fees.owed) + twin.rest(winner) == twin.subsidy


def test_maker_sets_move_no_price() -> None:
    """A purchase costs and brings the same whether somebody splits before it or after it."""
    before, after = (MakerTwin(subsidy=400_000_000, outcomes=3, fee_bps=FEES) for _ in range(2))
    before.sets("dave", 30_000_000)
    bought = before.buy("alice", 0, 60_000_000), after.buy("alice", 0, 60_000_000)
    after.sets("dave", 30_000_000)
    assert bought[0].shares == bought[1].shares
    assert (before.net, before.supply, before.cost) == (after.net, after.supply, after.cost)


def test_desk_by_hand() -> None:
    """A resting bid of 100 lots at 40 is filled in part twice, the rest is cancelled and withdrawn."""
    twin = desk()
    twin.place("alice", sells=False, outcome=0, tick=40, lots=100, kind=OrderKind.LIMIT)
    assert twin.net == {"alice": -40_000}
    # dave buys No at 62 or less: alice's bid makes it 60; the fee is 4 % of the cheaper side, 40 a share.
    assert twin.place("dave", sells=False, outcome=1, tick=62, lots=30, kind=OrderKind.IOC) == 30
    assert twin.net["dave"] == -(18_000 + 480)
    assert twin.place("dave", sells=True, outcome=1, tick=60, lots=10, kind=OrderKind.LIMIT) == 0
    twin.cancel("alice")
    assert twin.withdraw("alice") == 28_000
    assert twin.net["alice"] == -12_000
    assert twin.end(0) == {"alice": 30_000}


def test_desk_keeps_the_books() -> None:
    """What wallets paid in is what is paid out, whoever wins, and the fees."""
    for winner in (0, 1):
        twin = desk()
        twin.place("alice", sells=False, outcome=0, tick=40, lots=100, kind=OrderKind.LIMIT)
        twin.place("bob", sells=False, outcome=1, tick=40, lots=60, kind=OrderKind.POST_ONLY)
        twin.place("carol", sells=False, outcome=0, tick=65, lots=25, kind=OrderKind.IOC)
        twin.place("carol", sells=True, outcome=0, tick=40, lots=10, kind=OrderKind.LIMIT)
        twin.place("erin", sells=False, outcome=0, tick=60, lots=50, kind=OrderKind.LIMIT)
        paid = twin.end(winner)
        assert twin.net.total() + sum(paid.values()) + sum(twin.fees.owed) == 0
        assert not twin.book.orders
        assert not twin.book.seats


def test_desk_immediate_or_cancel_leaves_nothing() -> None:
    """What is not matched at once is let go, and nothing of it is paid."""
    twin = desk()
    twin.place("bob", sells=False, outcome=1, tick=40, lots=5, kind=OrderKind.POST_ONLY)
    assert twin.place("carol", sells=False, outcome=0, tick=65, lots=25, kind=OrderKind.IOC) == 5
    assert len(twin.book.orders) == 0
    assert twin.net["carol"] == -(3_000 + 80)


def test_pool_shares_out() -> None:
    """Shares cost what the curve says up and down, and dividends go by what is held, rounded down."""
    twin = PoolTwin(a=2, c=100)
    assert twin.buy("dave", 3) == 3 * 100 + 2 * (0 + 1 + 4)
    assert twin.buy("alice", 2) == 2 * 100 + 2 * (9 + 16)
    assert twin.sell("alice", 1) == 100 + 2 * 16
    assert twin.dividends(10) == {"dave": 7, "alice": 2}
    assert twin.net == {"dave": -310, "alice": -118}
