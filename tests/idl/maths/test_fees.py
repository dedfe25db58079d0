"""Fees: rounded once, split without a rest."""

from hypothesis import given
from hypothesis import strategies as st

from idl.maths.fees import loser_fee, split_fee, total_bps

AMOUNT = st.integers(0, 2**64 - 1)
RATE = st.integers(0, 1_000)


@given(AMOUNT, RATE)
def test_loser_fee(losers: int, bps: int) -> None:
    """The fee is the least integer not below its share."""
    fee = loser_fee(losers, bps)
    assert fee * 10_000 >= losers * bps > (fee - 1) * 10_000


@given(AMOUNT, RATE, RATE, RATE)
def test_split(fee: int, creator: int, resolver: int, protocol: int) -> None:
    """The parts add up to the fee, and only the protocol gets what rounding leaves."""
    parts = split_fee(fee, creator, resolver, protocol)
    total = total_bps((creator, resolver, protocol))
    assert sum(parts) == fee
    assert parts.creator * total <= fee * creator
    assert parts.resolver * total <= fee * resolver
    assert parts.protocol * total >= fee * protocol


def test_examples() -> None:
    """Figures computed by hand."""
    assert [loser_fee(losers, 200) for losers in (0, 1, 50, 51, 10_000)] == [0, 1, 1, 2, 200]
    assert split_fee(7, 100, 50, 50) == (3, 1, 3)
    assert split_fee(0, 0, 0, 0) == (0, 0, 0)
