"""What the built programs offer. What they do not is not walked: its names stand for nothing here."""

from importlib.util import find_spec
from typing import Any, Final

from idl import accounts, addresses, enums, events, instructions, types
from idl.schema import load
from tests.programs import pools

PROGRAMS: Final = ("market", "creator") if hasattr(accounts, "Holder") else ("market",)
SLOTS: Final = {
    one.name: tuple(slot.name for slot in one.accounts) for name in PROGRAMS for one in load(name).instructions
}
MAKER: Final = "buy" in SLOTS
BOOK: Final = "place_order" in SLOTS
POOL: Final = "buy_shares" in SLOTS
ENGINES: Final = (0, *[1] * MAKER, *[2] * BOOK)


class Nothing:
    """Stands for a type that there is none of."""


def _named(module: Any, name: str) -> Any:
    return getattr(module, name, Nothing)


Book = _named(accounts, "Book")
Holder = _named(accounts, "Holder")
Pool = _named(accounts, "Pool")
Order = _named(types, "Order")
OrderPlaced = _named(events, "OrderPlaced")
Traded = _named(events, "Traded")
PlaceOrderArgs = _named(instructions, "PlaceOrderArgs")
Step = _named(enums, "Step")
OrderKind = _named(enums, "OrderKind")
HAS_BOOK = getattr(enums.Flag, "HAS_BOOK", 64)
book_address = getattr(addresses, "book", lambda market: addresses.Pda(market, 0))


def _calls(module: str, name: str) -> Any:
    found = find_spec(f"tests.programs.{module}")
    return getattr(__import__(f"tests.programs.{module}", fromlist=[name]), name) if found else pools.Pool


CALLS: Final = tuple([_calls("books", "Desk")] * BOOK + [_calls("makers", "Maker")] * MAKER) or (pools.Pool,)
