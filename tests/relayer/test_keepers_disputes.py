"""Votes and disputes: what keepers find due of them, and what they take for done."""

from dataclasses import replace
from typing import Any

import pytest
from solders.pubkey import Pubkey

from idl.enums import ResolutionFlag
from relayer.keepers import claim_bond, claim_vote, finalize, tally_dispute, tally_proposal
from relayer.keepers.world import World
from relayer.mirror import Head, MarketRow, ResolutionRow, VoteRow

NOW = 1_000


def key(n: int) -> Pubkey:
    """An address of its own."""
    return Pubkey(bytes([n]) * 32)


def market(state: str, **more: Any) -> MarketRow:
    """A market in this state; its deadline was just reached."""
    given: dict[str, Any] = dict.fromkeys(
        ("creator", "mint", "payer", "vault_payer", "fee_to", "source", "resolver_to"), key(9)
    )
    given |= dict.fromkeys(
        ("created_slot", "open", "lock", "event", "void_after", "strike_until", "strike_off", "escrow", "vault", "num",
         "den", "engine", "source_kind", "flags", "op", "mask", "last_seq"), 0,
    )  # fmt: skip
    given |= {"market": key(1), "state": state, "deadline": NOW, "supply": (0, 0), "fees_owed": (0, 0, 0), "n": 2}
    return MarketRow(**given | more)


def resolution(**more: Any) -> ResolutionRow:
    """A disputed resolution that owes its bonds; outcome 0 was proposed and stood."""
    row = ResolutionRow(
        market=key(1), proposer=key(2), disputer=key(3), payer=key(2), window_end=NOW, bond=5, owed=10, publish_time=0,
        proposed=0, final_outcome=0, flags=0,
    )  # fmt: skip
    return replace(row, **more)


def world(*markets: MarketRow, **more: Any) -> World:
    """What one look reads."""
    head = Head(
        genesis="g", sealed_slot=500, sealed_height=400, now=NOW, final_slot=490, final_height=390, tip_slot=500,
        fresh=True,
    )  # fmt: skip
    given: dict[str, Any] = {"positions": {}, "resolutions": {}, "prices": {}, "tokens": {}} | more
    return World(head=head, treasury=key(8), markets=markets, **given)


@pytest.mark.parametrize(("state", "due"), [("proposed", 1), ("approved", 1), ("active", 0), ("rejected", 0)])
def test_tally_proposal(state: str, due: int) -> None:
    """Both arms are due from the deadline on and not before."""
    assert len(list(tally_proposal.due(world(market(state))))) == due
    assert not list(tally_proposal.due(world(market(state, deadline=NOW + 1))))


@pytest.mark.parametrize(("state", "due"), [("resolving", 1), ("contested", 1), ("disputed", 0), ("active", 0)])
def test_finalize(state: str, due: int) -> None:
    """A proposal stands after its window, a contested one after the council's."""
    found = world(market(state), resolutions={key(1): resolution()})
    assert len(list(finalize.due(found))) == due
    early = world(market(state), resolutions={key(1): resolution(window_end=NOW + 1)})
    assert not list(finalize.due(early))


def test_tally_dispute() -> None:
    """Votes are counted from the end of their window on."""
    assert len(list(tally_dispute.due(world(market("disputed"), resolutions={key(1): resolution()})))) == 1
    early = world(market("disputed"), resolutions={key(1): resolution(window_end=NOW + 1)})
    assert not list(tally_dispute.due(early))


PAID = int(ResolutionFlag.PROPOSER_PAID)
TIMEOUT = int(ResolutionFlag.COUNCIL_TIMEOUT)
BY_SOURCE = int(ResolutionFlag.BY_SOURCE)
OWED: dict[str, tuple[dict[str, Any], list[int]]] = {
    "undisputed": ({"disputer": Pubkey.default()}, [2]),
    "undisputed and paid": ({"disputer": Pubkey.default(), "flags": PAID}, []),
    "the proposal stood": ({}, [2]),
    "the disputer was right": ({"final_outcome": 1}, [3]),
    "invalid": ({"final_outcome": 2}, [3]),
    "nobody ruled, nobody's word": ({"flags": TIMEOUT, "final_outcome": 2}, [2, 3]),
    "nobody ruled, one paid": ({"flags": TIMEOUT | PAID, "final_outcome": 2}, [3]),
    "nobody ruled, the source's word": ({"flags": TIMEOUT | BY_SOURCE}, [2]),
    "a price": ({"bond": 0}, []),
}


@pytest.mark.parametrize("name", OWED)
def test_who_gets_a_bond(name: str) -> None:
    """Of a dispute who was right, of a proposal its proposer, both where the council let it pass."""
    change, owners = OWED[name]
    assert [owner for owner, _ in claim_bond.owed(resolution(**change))] == [key(n) for n in owners]


def test_claim_vote() -> None:
    """A vote on a proposal needs no resolution, one of a dispute its bond vault; that of a market gone is an orphan."""
    row = VoteRow(market=key(1), address=key(4), voter=key(5), round=0, mint=key(6), orphan=False)
    votes = (row, replace(row, round=1, address=key(7)), replace(row, orphan=True))
    first, second = claim_vote.due(world(votes=votes))
    assert (first.episode, second.episode) == (str(key(4)), str(key(7)))
    assert len(set(first.crank.calls[0].keys)) < len(set(second.crank.calls[0].keys))
