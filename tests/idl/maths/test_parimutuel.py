"""The pool: nobody who is right loses, nobody is paid what is not there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idl.maths.parimutuel import (
    Quote,
    open_interest,
    payout,
    quote_stake,
    settle_amount,
    stake_rate_bps,
    void_payout,
)

STAKES = st.lists(st.tuples(st.integers(0, 7), st.integers(1, 10**15)), min_size=1, max_size=30)


@given(STAKES, st.integers(2, 8), st.integers(0, 7), st.integers(0, 1_000))
def test_payouts_fit_the_pool(stakes: list[tuple[int, int]], n: int, won: int, bps: int) -> None:
    """A winner gets back at least the stake, and all payouts and the fee are no more than the pool."""
    supply = [sum(amount for outcome, amount in stakes if outcome % n == i) for i in range(n)]
    decided = payout(supply, won % n, bps)
    paid = []
    for outcome, amount in stakes:
        shares = [amount if i == outcome % n else 0 for i in range(n)]
        paid.append(settle_amount(shares, decided.mask, decided.num, decided.den, 0))
        if outcome % n == won % n or supply[won % n] == 0:
            assert paid[-1] >= amount
    assert sum(paid) + decided.fee <= open_interest(supply)
    assert open_interest(supply) - sum(paid) - decided.fee < len(stakes)


def test_void() -> None:
    """A void, also one because nobody was right, gives every stake back without fee."""
    assert payout([0, 7, 3], 0, 500) == void_payout(3) == (0b111, 1, 1, 0)
    assert settle_amount([1, 2, 3], 0b111, 1, 1, 4) == 10


def test_examples() -> None:
    """Figures computed by hand: 60 against 40, 3 % of the losing side."""
    assert payout([60, 40], 0, 300) == (0b01, 98, 60, 2)
    assert settle_amount([59, 0], 1, 98, 60, 0) == 96
    assert stake_rate_bps([50, 40], 0, 10, 300) == 16_333
    assert quote_stake([50, 40], 0, 10, 300) == Quote(16, 16_333, 2, 100)


@given(
    st.lists(st.integers(0, 10**15), min_size=2, max_size=8), st.integers(1, 10**12), st.integers(0, 1_000), st.data()
)
def test_quote_is_what_is_paid(supply: list[int], amount: int, bps: int, data: st.DataObject) -> None:
    """A quote equals the payout of the same pool, and its rate bounds it."""
    outcome = data.draw(st.integers(0, len(supply) - 1))
    quote = quote_stake(supply, outcome, amount, bps)
    after = [held + (amount if i == outcome else 0) for i, held in enumerate(supply)]
    decided = payout(after, outcome, bps)
    assert quote.payout == amount * decided.num // decided.den
    assert quote.rate_bps == decided.num * 10_000 // decided.den >= 10_000
    assert amount * quote.rate_bps // 10_000 <= quote.payout


@pytest.mark.parametrize(("mask", "amount"), [(0b01, 5), (0b10, 10), (0b11, 15)])
def test_mask(mask: int, amount: int) -> None:
    """Only the shares in the mask are paid, floored once over their sum."""
    assert settle_amount([3, 6], mask, 5, 3, 0) == amount
