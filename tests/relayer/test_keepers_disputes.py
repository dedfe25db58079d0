"""Votes and disputes: what keepers find due of them, and what they take for done."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from solders.pubkey import Pubkey

from idl.accounts import Resolution, Vote
from idl.addresses import ata
from idl.enums import ResolutionFlag
from idl.program import TOKEN_PROGRAM
from relayer.keepers import claim_bond, claim_vote, close_resolution, finalize, tally_dispute, tally_proposal
from relayer.keepers.serve import ACCOUNT_SLOTS, Keep
from relayer.keepers.world import World
from relayer.metrics import Metrics
from relayer.mirror import Head, MarketRow, ResolutionRow, VoteRow
from relayer.policy import Reading
from relayer.work import kinds

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
    assert (first.into, second.into) == (None, ata(key(5), key(6)).address)


@pytest.mark.parametrize(
    ("change", "into"),
    [({}, True), ({"disputer": Pubkey.default()}, False), ({"disputer": Pubkey.default(), "bond": 0}, False)],
)
def test_close_resolution(change: dict[str, Any], into: bool) -> None:
    """Half a bond is left over of a dispute, for the treasury's own account; nothing is of an undisputed one."""
    paid = resolution(owed=0, **change)
    (found,) = close_resolution.due(world(market("finalized"), resolutions={key(1): paid}))
    assert found.into == (ata(key(8), key(9)).address if into else None)
    assert not list(close_resolution.due(world(market("finalized"), resolutions={key(1): resolution(**change)})))


class Accounts:
    """The chain as `keep` asks it: which accounts are there, and how often it was asked."""

    def __init__(self, *there: Pubkey) -> None:
        self.there = set(there)
        self.asked: list[Pubkey] = []

    async def owners(self, addresses: Sequence[Pubkey]) -> tuple[Pubkey | None, ...]:
        """The token program, for those that are there."""
        self.asked += addresses
        return tuple(TOKEN_PROGRAM if address in self.there else None for address in addresses)

    async def fee_samples(self, addresses: Sequence[str]) -> tuple[int, ...]:
        """No fees."""
        return ()


def test_nobody_is_given_an_account() -> None:
    """What pays into a token account is due only where that is there; it is looked for again after a while."""
    row = VoteRow(market=key(1), address=key(4), voter=key(5), round=1, mint=key(6), orphan=False)
    found = list(claim_vote.due(world(votes=(row, replace(row, address=key(7), voter=key(9)), replace(row, round=0)))))
    nodes = Accounts(ata(key(5), key(6)).address)
    keep = Keep(database=None, nodes=nodes, keepers=(), metrics=Metrics())  # type: ignore[arg-type]

    async def payable(slot: int) -> list[str]:
        return [one.episode for one in await keep._payable(found, slot)]

    async def scene() -> list[list[str]]:
        first = [await payable(500), await payable(500 + ACCOUNT_SLOTS - 1)]
        nodes.there.add(ata(key(9), key(6)).address)
        return [*first, await payable(500 + ACCOUNT_SLOTS - 1), await payable(500 + ACCOUNT_SLOTS)]

    some, every = [str(key(4)), str(key(4))], [str(key(4)), str(key(7)), str(key(4))]
    assert asyncio.run(scene()) == [some, some, some, every]
    assert len(nodes.asked) == 4


@pytest.mark.parametrize(
    ("instruction", "own", "closed"),
    [
        ("claim_vote", Vote(bytes(32), bytes(key(5)), 1, 1, 1, 255, bytes(5)), False),
        ("claim_vote", None, True),
        ("claim_bond", None, True),
        ("claim_bond", "proposer", False),
        ("claim_bond", "proposer paid", True),
    ],
)
def test_when_a_wallets_claim_is_over(instruction: str, own: object, closed: bool) -> None:
    """A vote that is gone, a bond that was paid or whose resolution is gone: the claim can never act again."""
    reading = Reading(
        instruction=instruction, wallet=key(5), market=key(1), position=key(4), nonce=None, valid_until=None,
        sponsored=False, loss_max=0,
    )  # fmt: skip
    if isinstance(own, str):
        flags = PAID if own.endswith("paid") else int(ResolutionFlag.DISPUTER_PAID)
        keys = (bytes(key(1)), bytes(key(5)), bytes(key(3)), bytes(32), bytes(32))
        own = Resolution(*keys, 0, 0, 5, 5, 5, (0,) * 9, 0, 0, 0, 0, 0, flags, 255, 255, bytes(3))
    assert kinds._closed(reading, None, own) is closed
