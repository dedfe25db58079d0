"""Calls of a book that would succeed now, for the hostile tests."""

from collections.abc import Callable, Mapping
from typing import Final

from idl import addresses
from idl.limits import market_id
from tests.programs.books import BUY, NO, SELL, YES, Desk, dealt, desk
from tests.programs.pools import CREATOR, created
from tests.programs.slots import with_account
from tests.programs.world import USDC, Call, World, key


def _order(world: World, k: int) -> Call:
    made = desk(world, k=k)
    world.do(made.order("bob", BUY, NO, 40, 7))
    return with_account(made.order("alice", BUY, YES, 60, 9), "place_order", "payer", "erin")


def _rested(world: World, k: int) -> Desk:
    """A book with an order of alice that is dead, and one of bob that is not."""
    made = desk(world, k=k)
    world.do(made.order("alice", BUY, YES, 50, 9, expiry=world.now + 5))
    world.do(made.order("bob", BUY, NO, 40, 7))
    world.at(world.now + 5)
    return made


def _order_again(world: World, k: int) -> Call:
    made = dealt(world, 20, k=k)
    return with_account(made.order("alice", SELL, YES, 60, 9), "place_order", "payer", "erin")


def _swept_by_anyone(world: World, k: int) -> Call:
    made = _rested(world, k)
    world.do(made.cancel_all("alice"))
    return made.sweep("alice", "erin")


def _seated(world: World, k: int) -> Desk:
    """A position with a seat, and free collateral in it."""
    made = dealt(world, 20, k=k)
    world.do(made.order("alice", SELL, YES, 60, 9))
    world.do(made.order("dave", BUY, YES, 60, 4))
    return made


def _seated_and_decided(world: World, k: int) -> Desk:
    made = _seated(world, k)
    made.decide(0)
    return made


def _activate_book(world: World, k: int) -> Call:
    made = created(world, k=k, engine=2, lot_k=10)
    return with_account(Desk(world, made.address, made.mint).activate(), "activate", "payer", "erin")


def _close_book(world: World, k: int) -> Call:
    world.do(_activate_book(world, k))
    made = Desk(world, addresses.market(key(CREATOR), market_id(world.slot, k)).address, USDC)
    made.decide(0)
    return made.close_book("erin")


LIVES: Final[Mapping[str, Callable[[World, int], Call]]] = {
    "place_order": _order,
    "cancel_order": lambda world, k: _rested(world, k).cancel("alice", 0, 1),
    "cancel_all": lambda world, k: _rested(world, k).cancel_all("alice"),
    "prune": lambda world, k: _rested(world, k).prune(),
    "sweep_seat": lambda world, k: _rested(world, k).sweep("alice"),
    "close_book": _close_book,
}
VARIANTS: Final[Mapping[str, Callable[[World, int], Call]]] = {
    "activate of a book": _activate_book,
    "place_order again": _order_again,
    "sweep_seat by anyone": _swept_by_anyone,
    "withdraw of a seat": lambda world, k: _seated(world, k).withdraw("alice", 2_000),
    "claim of a seat": lambda world, k: _seated_and_decided(world, k).claim("alice"),
    "pay_out of a seat": lambda world, k: _seated_and_decided(world, k).pay_out("alice", "bob"),
}
