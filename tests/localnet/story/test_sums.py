"""What stakes, bonds and votes must come to, counted by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from localnet import wallets
from localnet.story import cast, sums
from localnet.story.cast import Bet, Made
from localnet.story.sums import Dispute

BETS = (
    Bet(who="alice", outcome=0, amount=1_000, how="alone"),
    Bet(who="bob", outcome=1, amount=500, how="alone"),
    Bet(who="carol", outcome=1, amount=501, how="alone"),
)
DISPUTE = Dispute(
    proposer="oracle",
    proposed=0,
    disputer="erin",
    bond=101,
    votes=(("alice", 0, 400), ("bob", 1, 600), ("carol", 2, 55)),
    slash_bps=1_000,
)


def made(winner: int | None) -> Made:
    """A market of the story with these stakes."""
    terms = replace(cast.OPINION, bets=BETS, winner=winner)
    return Made(terms=terms, address=wallets.address("usd"), open=0, lock=0, event=0)


def test_stakes_by_hand() -> None:
    """Losers' 1,000 less 4 % go to the winners by their stakes, rounded down; what is left is the treasury's."""
    one = sums.staked(made(1), resolver="oracle")
    assert one.paid == {"bob": 500 + 960 * 500 // 1_001, "carol": 501 + 960 * 501 // 1_001}
    assert (one.net["alice"], one.net["bob"], one.net["oracle"]) == (-1_000, 479 + 10, 5)
    assert one.net.total() == 0


def test_void_gives_all_back() -> None:
    """Nobody wins or loses anything in a void market."""
    one = sums.staked(made(None), resolver="oracle")
    assert one.paid == {"alice": 1_000, "bob": 500, "carol": 501}
    assert not any(one.net.values())
    assert one.text == "everybody has what they had"


@pytest.mark.parametrize(
    ("winner", "expected"),
    [
        # pot 45: alice and carol lose 40 and 6 (rounded up); erin gets half of the oracle's bond
        (1, {"oracle": -101, "erin": 50, "alice": -40, "bob": 45, "carol": -6, "treasury": 52}),
        # pot 65: the proposal stood
        (0, {"oracle": 50, "erin": -101, "alice": 65, "bob": -60, "carol": -6, "treasury": 52}),
    ],
)
def test_dispute_by_hand(winner: int, expected: dict[str, int]) -> None:
    """Who was right gets half of the other bond, wrong votes lose a tenth to right ones, the treasury has the rest."""
    net: Counter[str] = Counter()
    sums.disputed(net, DISPUTE, winner)
    assert net == expected
    assert net.total() == 0


def test_text_says_who_won_what() -> None:
    """People read wins and losses in whole units, in order of names, nobody who has what they had."""
    one = replace(sums.staked(made(None), resolver=None), net=Counter(bob=-1_500_000, alice=2_000_000, carol=0))
    assert one.text == "alice +2 USD, bob -1.5 USD"
