"""Slashing: nobody gets more than is there, and rounding is never against the bond vault."""

from hypothesis import given
from hypothesis import strategies as st

from idl.maths.votes import bond_prize, verdict, vote_due

WEIGHTS = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 2**60)), min_size=1, max_size=9)


def counted(votes: list[tuple[int, int]]) -> list[int]:
    """The weight of each of three sides."""
    return [sum(weight for side, weight in votes if side == one) for one in range(3)]


@given(WEIGHTS, st.integers(0, 2), st.integers(0, 10_000))
def test_no_more_than_is_there(votes: list[tuple[int, int]], outcome: int, slash_bps: int) -> None:
    """All votes together get at most what they brought; what is left is dust, about an atom a vote."""
    tally = counted(votes)
    paid = [
        vote_due(side, weight, outcome=outcome, tally=tally, slash_bps=slash_bps, returned=False)
        for side, weight in votes
    ]
    assert 0 <= sum(tally) - sum(paid) <= len(votes)
    for (side, weight), due in zip(votes, paid, strict=True):
        assert due >= weight if side == outcome else 0 <= due <= weight


@given(WEIGHTS, st.integers(0, 2))
def test_all_returned(votes: list[tuple[int, int]], outcome: int) -> None:
    """Where nobody ruled, or nobody was right, every weight goes back."""
    tally = counted(votes)
    returned = tally[outcome] != 0
    for side, weight in votes:
        due = vote_due(side, weight, outcome=outcome, tally=tally, slash_bps=10_000, returned=returned)
        assert due == weight


@given(WEIGHTS, st.integers(5_001, 10_000), st.integers(0, 2**62))
def test_one_verdict_at_most(votes: list[tuple[int, int]], overturn_bps: int, quorum: int) -> None:
    """Above one half no two sides can both have enough, and below the quorum none has."""
    tally = counted(votes)
    enough = [side for side, weight in enumerate(tally) if weight * 10_000 >= sum(tally) * overturn_bps]
    assert len(enough) <= 1
    assert verdict(tally, quorum=quorum, overturn_bps=overturn_bps) == (
        enough[0] if enough and sum(tally) >= quorum else None
    )


@given(st.integers(0, 2**63))
def test_prize(bond: int) -> None:
    """The winner's half is rounded down, the treasury's up."""
    assert bond_prize(bond) - bond in (bond // 2, (bond - 1) // 2)
    assert 2 * bond - bond_prize(bond) >= bond_prize(bond) - bond
