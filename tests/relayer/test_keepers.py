"""What keepers find due at which moment of block time, and whom they pay: pure values in and out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from solders.pubkey import Pubkey

from idl.addresses import ata
from idl.enums import Engine, FeeKind, Flag, ResolutionFlag, SourceKind
from idl.program import WSOL_MINT
from relayer.budget import SECONDS_PER_DAY
from relayer.keepers import (
    claim_bond,
    close_market,
    close_orphan,
    close_resolution,
    collect_fees,
    finalize,
    pay_out,
    tally_proposal,
    void_inactive,
)
from relayer.keepers.kind import Due
from relayer.keepers.world import World
from relayer.mirror import Head, MarketRow, PositionRow, ResolutionRow

NOW = 1_795_000_000
MONTH_S = 30 * SECONDS_PER_DAY


def key(n: int) -> Pubkey:
    """An address of its own."""
    return Pubkey(bytes([n]) * 32)


MARKET, CREATOR, RESOLVER, TREASURY, WINNER, PAYER, DOLLAR = (key(n) for n in range(1, 8))


def market(state: str, **more: Any) -> MarketRow:
    """An optimistic market in SOL in this state, whose deadline is now."""
    row = MarketRow(
        market=MARKET, creator=CREATOR, mint=WSOL_MINT, payer=PAYER, vault_payer=PAYER, fee_to=CREATOR, source=key(9),
        resolver_to=RESOLVER, state=state, created_slot=100, open=NOW - 90, lock=NOW - 60, event=NOW - 60,
        void_after=NOW + 1, deadline=NOW, strike_until=NOW, strike_off=0, supply=(0, 0), fees_owed=(0, 0, 0), escrow=0,
        vault=0, num=1, den=1, engine=Engine.PARIMUTUEL, n=2, source_kind=SourceKind.OPTIMISTIC, flags=0, op=0, mask=1,
        last_seq=7,
    )  # fmt: skip
    return replace(row, **more)


def position(n: int, *, shares: tuple[int, ...] = (5, 0), orphan: bool = False) -> PositionRow:
    """A winner's position."""
    return PositionRow(market=MARKET, address=key(n), owner=WINNER, payer=PAYER, credit=0, shares=shares, orphan=orphan)


def resolution(**more: Any) -> ResolutionRow:
    """A proposal whose window ends now and that owes its bond."""
    row = ResolutionRow(
        market=MARKET, proposer=RESOLVER, disputer=claim_bond.NOBODY, payer=PAYER, window_end=NOW, bond=5, owed=5,
        publish_time=0, proposed=0, final_outcome=0, flags=0,
    )  # fmt: skip
    return replace(row, **more)


def world(*markets: MarketRow, now: int = NOW, slot: int = 500, **more: Any) -> World:
    """What one look reads."""
    head = Head(
        genesis="g", sealed_slot=slot, sealed_height=400, now=now, final_slot=490, final_height=390, tip_slot=slot,
        fresh=True,
    )  # fmt: skip
    given: dict[str, Any] = {"positions": {}, "resolutions": {}, "prices": {}, "tokens": {}} | more
    return World(head=head, treasury=TREASURY, markets=markets, **given)


def named(due: Due) -> set[Pubkey]:
    """The accounts that a crank names."""
    return {Pubkey(k) for step in due.crank.calls for k in step.keys}


@pytest.mark.parametrize(("shift", "due"), [(-1, 0), (0, 1), (1, 1)])
def test_from_the_deadline_on(shift: int, due: int) -> None:
    """An approval that nobody used, a window that ended and a halt that lasted are due from their second on."""
    now = NOW + shift
    assert len(list(tally_proposal.due(world(market("approved"), now=now)))) == due
    assert len(list(finalize.due(world(market("resolving"), now=now, resolutions={MARKET: resolution()})))) == due
    assert len(list(void_inactive.due(world(market("halted", flags=Flag.HALTED, void_after=NOW + 9), now=now)))) == due
    assert len(list(void_inactive.due(world(market("locked", void_after=NOW), now=now)))) == due


@pytest.mark.parametrize("state", ["active", "finalized", "void", "closed"])
def test_nothing_of_another_state(state: str) -> None:
    """No keeper of a state touches a market of another."""
    one = world(market(state, void_after=NOW + 9), resolutions={MARKET: resolution()})
    assert not list(tally_proposal.due(one))
    assert not list(finalize.due(one))
    assert not list(void_inactive.due(one))


def test_late_in_one_state_is_not_in_another() -> None:
    """A market past its last moment is voided while undecided, never once decided."""
    assert [one.episode for one in void_inactive.due(world(market("active", void_after=NOW)))] == ["late"]
    assert not list(void_inactive.due(world(market("finalized", void_after=NOW))))


FEES = {
    "in time": (-1, CREATOR, RESOLVER, "creator", False),
    "late": (0, CREATOR, RESOLVER, "creator-late", True),
    "still late": (MONTH_S - 1, CREATOR, RESOLVER, "creator-late", True),
    "forsaken": (MONTH_S, TREASURY, RESOLVER, "creator-forsaken", True),
}


@pytest.mark.parametrize("when", FEES)
def test_whom_fees_go_to(when: str) -> None:
    """The one named; from the deadline on the treasury beside, and 30 days later the treasury in a creator's place."""
    shift, creator, resolver, episode, treasury_beside = FEES[when]
    found = list(collect_fees.due(world(market("finalized", fees_owed=(3, 2, 1)), now=NOW + shift)))
    assert [one.crank.facts for one in found] == [(kind,) for kind in FeeKind]
    assert found[0].episode == episode
    assert found[2].episode == "protocol"
    assert creator in named(found[0])
    assert resolver in named(found[1])
    assert (CREATOR in named(found[0])) == (creator == CREATOR)
    assert (TREASURY in named(found[0])) == treasury_beside
    assert TREASURY in named(found[2])


def test_no_fee_twice_nor_early() -> None:
    """What is not owed, or not decided, is not collected."""
    assert [o.crank.facts for o in collect_fees.due(world(market("void", fees_owed=(0, 0, 4))))] == [(2,)]
    assert not list(collect_fees.due(world(market("locked", fees_owed=(3, 2, 1)))))


def test_payouts_of_tokens_go_to_token_accounts() -> None:
    """A winner is paid at the canonical account of their mint, a loser of nothing not at all."""
    rows = {MARKET: (position(20), position(21, shares=(0, 5)))}
    (one,) = pay_out.due(world(market("finalized", mint=DOLLAR), positions=rows))
    assert {key(20), ata(WINNER, DOLLAR).address, PAYER} <= named(one)
    assert key(21) not in named(one)


def test_a_skipped_winner_comes_again_on_a_later_day() -> None:
    """Who could not receive is left out until another day, and then tried under a key of that day."""
    rows = {MARKET: (position(20),)}
    decided = market("finalized")
    skipped = str(key(20))
    first = [one.episode for one in pay_out.due(world(decided, positions=rows))]
    assert not list(pay_out.due(world(decided, positions=rows, unpayable=frozenset({skipped}))))
    later = [
        next(iter(pay_out.due(world(decided, positions=rows, retried=frozenset({skipped}), now=NOW + shift)))).episode
        for shift in (0, 60, SECONDS_PER_DAY)
    ]
    assert later[0] == later[1] != later[2]
    assert first[0] not in later


def test_one_batch_at_a_time() -> None:
    """While a batch of a market is under way no second one is proposed."""
    busy = frozenset({(pay_out.NAME, str(MARKET)), (close_orphan.NAME, str(MARKET))})
    rows = {MARKET: (position(20), position(21, orphan=True))}
    assert not list(pay_out.due(world(market("finalized"), positions=rows, busy=busy)))
    assert not list(close_orphan.due(world(positions=rows, busy=busy)))
    (orphans,) = close_orphan.due(world(positions=rows))
    assert key(20) not in named(orphans)
    assert {key(21), PAYER} <= named(orphans)


def test_bond_then_resolution_then_market() -> None:
    """A bond is claimed once, a resolution closed once it owes nothing, a market once nothing is left of it."""
    decided = market("finalized")
    owing, paid = resolution(), resolution(owed=0, flags=ResolutionFlag.PROPOSER_PAID)
    assert len(list(claim_bond.due(world(decided, resolutions={MARKET: owing})))) == 1
    assert not list(claim_bond.due(world(decided, resolutions={MARKET: paid})))
    assert not list(close_resolution.due(world(decided, resolutions={MARKET: owing})))
    assert len(list(close_resolution.due(world(decided, resolutions={MARKET: paid})))) == 1
    assert not list(close_market.due(world(decided, resolutions={MARKET: paid})))
    assert len(list(close_market.due(world(decided)))) == 1


@pytest.mark.parametrize(("slot", "due"), [(249, 0), (250, 0), (251, 1)])
def test_a_market_is_closed_once_its_address_cannot_return(slot: int, due: int) -> None:
    """Only past 150 slots from its making; and never while a winner or a fee is owed."""
    assert len(list(close_market.due(world(market("finalized"), slot=slot)))) == due
    assert not list(close_market.due(world(market("finalized", supply=(1, 0)), slot=slot)))
    assert not list(close_market.due(world(market("finalized", fees_owed=(0, 0, 1)), slot=slot)))
    assert len(list(close_market.due(world(market("finalized", supply=(0, 9)), slot=slot)))) == due
