"""A market with an order book in a World, and the calls of its traders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from solders.pubkey import Pubkey

from idl import addresses
from idl import instructions as ix
from idl.accounts import Book, Position
from idl.enums import Engine, OrderKind, Side
from idl.maths import book as twin
from localnet.wallets import wallet
from tests.programs.pools import CREATOR, Pool, created
from tests.programs.world import USDC, Call, World, key

K: Final = 10
LOT: Final = 100 * K
YES, NO = 0, 1
BUY, SELL = Side.BUY, Side.SELL
LIMIT, IOC, FOK, POST_ONLY = OrderKind


@dataclass(frozen=True, slots=True)
class Desk(Pool):
    """A market's addresses in its world, its book beside them."""

    @property
    def book(self) -> Pubkey:
        """The book's address."""
        return addresses.book(self.address).address

    @property
    def held(self) -> Book:
        """The account."""
        found = self.world.account(self.book)
        assert isinstance(found, Book)
        return found

    @property
    def rules(self) -> twin.Book:
        """The book as its twin sees it."""
        return twin.Book.of(self.held, self.state.lot_k)

    def holding(self, name: str) -> Position:
        """A position that exists."""
        found = self.world.position(self.address, key(name))
        assert found is not None
        return found

    def seated(self, name: str) -> Pubkey | None:
        """The book, if the wallet has a seat in it."""
        found = self.world.position(self.address, key(name))
        return self.book if found is not None and found.seat != twin.NONE else None

    # calls

    def activate(self, **changes: object) -> Call:
        """By the creator, who pays for the book too."""
        return Pool.activate(self, **({"book": self.book} | changes))

    def order(
        self, name: str, side: int, outcome: int, tick: int, lots: int, kind: int = LIMIT, *, nonce: int | None = None,
        matches: int = 16, bound: int | None = None, expiry: int = 0, client: int = 0, valid: int | None = None,
        other: str | None = None,
    ) -> Call:  # fmt: skip
        """From the wallet's credit and token account; by default with the next nonce and without a bound."""
        if nonce is None:
            found = self.world.position(self.address, key(name))
            nonce = found.last_nonce + 1 if found is not None else 1
        open_bound = 0 if side == SELL else 2**64 - 1
        one = ix.place_order(
            side=side, outcome=outcome, tick=tick, lots=lots, kind=kind, expiry=expiry, client_id=client,
            max_matches=matches, bound=open_bound if bound is None else bound, nonce=nonce,
            valid_until=self.world.slot + 10 if valid is None else valid, **self._common(), book=self.book,
            position=self.position(name), owner=key(name), payer=key(name), owner_token=self.ata(name),
            other=self.position(other) if other else None,
        )  # fmt: skip
        return Call(one, (wallet(name),))

    def cancel(self, name: str, index: int, seq: int) -> Call:
        """cancel_order by a wallet."""
        one = ix.cancel_order(index=index, seq=seq, market=self.address, book=self.book, owner=key(name))
        return Call(one, (wallet(name),))

    def cancel_all(self, name: str) -> Call:
        """By a wallet."""
        return Call(ix.cancel_all(market=self.address, book=self.book, owner=key(name)), (wallet(name),))

    def prune(self, n: int = 128) -> Call:
        """By anyone."""
        return Call(ix.prune(n=n, market=self.address, book=self.book), (wallet("payer"),))

    def sweep(self, name: str, caller: str | None = None) -> Call:
        """sweep_seat by its owner, or somebody else."""
        by = caller or name
        one = ix.sweep_seat(market=self.address, book=self.book, position=self.position(name), caller=key(by))
        return Call(one, (wallet(by),))

    def close_book(self, payer: str = CREATOR) -> Call:
        """By anyone."""
        return Call(ix.close_book(market=self.address, book=self.book, payer=key(payer)), (wallet("payer"),))


def desk(world: World, *, mint: Pubkey = USDC, **changes: object) -> Desk:
    """A market with a book that takes orders."""
    terms = {"engine": Engine.BOOK, "lot_k": K} | changes
    pool = created(world, mint=mint, **terms)
    made = Desk(world, pool.address, mint)
    world.do(made.activate())
    return made


def dealt(world: World, lots: int = 20, *, between: tuple[str, str] = ("alice", "bob"), **changes: object) -> Desk:
    """The same after a first match: one wallet has YES, the other NO, both are out of the book."""
    made = desk(world, **changes)
    deal(made, lots, between)
    return made


def deal(made: Desk, lots: int, between: tuple[str, str] = ("alice", "bob")) -> None:
    """Let one wallet buy YES and the other NO at even odds."""
    yes, no = between
    made.world.do(made.order(yes, BUY, YES, 50, lots))
    made.world.do(made.order(no, BUY, NO, 50, lots, IOC))
    if made.seated(yes):
        made.world.do(made.sweep(yes))
