"""The allowed transitions as data, written down from the specification and not from the program's table."""

from collections.abc import Callable, Mapping
from typing import Final

from tests.model.nouns import Market

Allowed = Mapping[tuple[str, str], frozenset[str]]

# (from, to) -> the instructions that may make it. "" is before the making and after the closing of a market.
TRANSITIONS: Final[Allowed] = {
    ("", "Proposed"): frozenset({"create_market"}),
    ("", "Approved"): frozenset({"create_market"}),
    ("Proposed", "Approved"): frozenset({"tally_proposal"}),
    ("Proposed", "Rejected"): frozenset({"tally_proposal", "reject"}),
    ("Approved", "Rejected"): frozenset({"tally_proposal", "reject"}),
    ("Approved", "Active"): frozenset({"activate"}),
    ("Active", "Void"): frozenset({"record_strike", "void_inactive", "resolve_by_price"}),
    ("Active", "Finalized"): frozenset({"resolve_by_price"}),
    ("Active", "Resolving"): frozenset({"resolve_by_price", "propose_outcome"}),
    ("Resolving", "Finalized"): frozenset({"resolve_by_price", "finalize"}),
    ("Resolving", "Void"): frozenset({"resolve_by_price", "finalize"}),
    ("Resolving", "Disputed"): frozenset({"dispute"}),
    ("Disputed", "Finalized"): frozenset({"tally_dispute"}),
    ("Disputed", "Void"): frozenset({"tally_dispute"}),
    ("Disputed", "Contested"): frozenset({"tally_dispute"}),
    ("Contested", "Finalized"): frozenset({"rule", "finalize"}),
    ("Contested", "Void"): frozenset({"rule", "finalize"}),
    ("Finalized", ""): frozenset({"close_market"}),
    ("Void", ""): frozenset({"close_market"}),
    ("Rejected", ""): frozenset({"close_market"}),
}


def _window_end(market: Market) -> int:
    return market.resolution.window_end if market.resolution is not None else 0


def _inactive(market: Market, now: int) -> bool:
    strike = market.strike
    wide = strike is not None and strike.wide and now >= strike.until
    return now >= market.terms.void_after or (market.halted and now >= market.deadline) or wide


# When an instruction may make a transition, told of the market before it.
WHEN: Final[Mapping[str, Callable[[Market, int], bool]]] = {
    "create_market": lambda market, now: True,
    "reject": lambda market, now: True,
    "close_market": lambda market, now: True,
    "tally_proposal": lambda market, now: now >= market.deadline,
    "activate": lambda market, now: now < market.deadline,
    "record_strike": lambda market, now: market.terms.open <= now < market.terms.void_after,
    "propose_outcome": lambda market, now: market.terms.event <= now < market.terms.void_after,
    "void_inactive": _inactive,
    "resolve_by_price": lambda market, now: (
        market.terms.event <= now < market.terms.void_after if market.state == "Active" else now < _window_end(market)
    ),
    "dispute": lambda market, now: now < _window_end(market),
    "rule": lambda market, now: now < _window_end(market),
    "finalize": lambda market, now: now >= _window_end(market),
    "tally_dispute": lambda market, now: now >= _window_end(market),
}


def allowed(before: str, after: str, instruction: str) -> bool:
    """Whether the table has this transition by this instruction."""
    return before == after or instruction in TRANSITIONS.get((before, after), frozenset())
