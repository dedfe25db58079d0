"""For every instruction of the creator program a call that would succeed now, and what may differ in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from idl.program import WSOL_MINT
from tests.programs.creators import followed, founded, pooled
from tests.programs.world import Call, World

CREATORS: Final = {1: "carol", 2: "oracle"}


def _create(world: World, k: int) -> Call:
    return pooled(world, creator=CREATORS[k]).create(payer="erin")


def _buy(world: World, k: int) -> Call:
    return founded(world, creator=CREATORS[k]).buy("alice", 3, payer="erin")


def _buy_again(world: World, k: int) -> Call:
    return followed(world, creator=CREATORS[k]).buy("alice", 3, nonce=2, payer="erin")


def _buy_for_sol(world: World, k: int) -> Call:
    return followed(world, creator=CREATORS[k], mint=WSOL_MINT).buy("alice", 3, nonce=2, payer="erin")


def _sell(world: World, k: int) -> Call:
    shares = followed(world, creator=CREATORS[k])
    shares.unlock()
    return shares.sell("alice", 3)


def _sell_for_sol(world: World, k: int) -> Call:
    shares = followed(world, creator=CREATORS[k], mint=WSOL_MINT)
    shares.unlock()
    return shares.sell("alice", 3)


LIVES: Final[Mapping[str, Callable[[World, int], Call]]] = {
    "create_pool": _create,
    "buy_shares": _buy,
    "sell_shares": _sell,
    "sync_dividends": lambda world, k: followed(world, creator=CREATORS[k]).sync(),
    "claim_dividend": lambda world, k: followed(world, creator=CREATORS[k]).claim("alice"),
    "pay_dividends": lambda world, k: followed(world, creator=CREATORS[k]).pay("alice", "bob"),
}

VARIANTS: Final[Mapping[str, Callable[[World, int], Call]]] = {
    "buy_shares again": _buy_again,
    "buy_shares for SOL": _buy_for_sol,
    "sell_shares for SOL": _sell_for_sol,
    "sync_dividends of SOL": lambda world, k: followed(world, creator=CREATORS[k], mint=WSOL_MINT).sync(),
    "claim_dividend of SOL": lambda world, k: followed(world, creator=CREATORS[k], mint=WSOL_MINT).claim("alice"),
    "pay_dividends of SOL": lambda world, k: followed(world, creator=CREATORS[k], mint=WSOL_MINT).pay("alice", "bob"),
}

# (instruction, slot) -> the ways in which it may differ.
FREE: Final[Mapping[tuple[str, str], set[str]]] = {
    # Any token account of the wallet; what is sold or claimed may go to anybody's.
    ("create_pool", "creator_token"): {"a copy"},
    ("buy_shares", "owner_token"): {"a copy"},
    ("sell_shares", "destination"): {"a copy", "a stranger's"},
    ("claim_dividend", "destination"): {"a copy", "a stranger's"},
}

# Two slots that one account may fill at once: whoever names an account of the pool as destination makes it a gift.
SAME: Final[Mapping[str, set[tuple[str, str]]]] = {
    name: {("reserve", "destination"), ("dividends", "destination")} for name in ("sell_shares", "sell_shares for SOL")
} | {name: {("dividends", "destination")} for name in ("claim_dividend", "claim_dividend of SOL")}
