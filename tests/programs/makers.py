"""A market maker's market in a World: the calls of a Pool, and those of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from solders.pubkey import Pubkey

from idl import instructions as ix
from idl.enums import Engine
from idl.maths.lmsr import Curve
from localnet.wallets import wallet
from tests.programs.pools import CREATOR, Pool, created
from tests.programs.world import USDC, Call, World, key

SUBSIDY: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Maker(Pool):
    """A market whose shares come in sets; those of one outcome from the market maker."""

    @property
    def curve(self) -> Curve:
        """What it prices by."""
        return Curve(self.state.b, self.state.inv, self.state.inv_shift)

    @property
    def supply(self) -> tuple[int, ...]:
        """Shares of each outcome, n of them."""
        return self.state.supply[: self.state.n]

    def _until(self, valid: int | None) -> int:
        return self.world.slot + 10 if valid is None else valid

    def _entry(self, name: str) -> dict[str, Pubkey]:
        own = {"position": self.position(name), "owner": key(name), "payer": key(name), "owner_token": self.ata(name)}
        return self._common() | own

    def _exit(self, name: str, to: str | None) -> dict[str, Pubkey]:
        own = {"position": self.position(name), "owner": key(name), "destination": self.ata(to or name)}
        return self._common() | own

    def buy(
        self, name: str, outcome: int, max_cost: int, *, least: int = 0, nonce: int = 1, valid: int | None = None
    ) -> Call:
        """From the wallet's token account."""
        bounds = {"max_cost": max_cost, "min_shares": least, "nonce": nonce, "valid_until": self._until(valid)}
        return Call(ix.buy(outcome=outcome, **bounds, **self._entry(name)), (wallet(name),))

    def sell(
        self, name: str, outcome: int, shares: int, *, least: int = 0, nonce: int = 2, valid: int | None = None,
        to: str | None = None,
    ) -> Call:  # fmt: skip
        """To the wallet's token account."""
        bounds = {"shares": shares, "min_out": least, "nonce": nonce, "valid_until": self._until(valid)}
        return Call(ix.sell(outcome=outcome, **bounds, **self._exit(name, to)), (wallet(name),))

    def split(self, name: str, amount: int, *, nonce: int = 1, valid: int | None = None) -> Call:
        """From the wallet's token account."""
        one = ix.split(amount=amount, nonce=nonce, valid_until=self._until(valid), **self._entry(name))
        return Call(one, (wallet(name),))

    def merge(self, name: str, amount: int, *, nonce: int = 2, valid: int | None = None, to: str | None = None) -> Call:
        """To the wallet's token account."""
        one = ix.merge(amount=amount, nonce=nonce, valid_until=self._until(valid), **self._exit(name, to))
        return Call(one, (wallet(name),))

    def transfer(
        self, name: str, to: str, outcome: int, shares: int, *, nonce: int = 3, valid: int | None = None
    ) -> Call:
        """transfer_shares by the giver."""
        one = ix.transfer_shares(
            outcome=outcome, shares=shares, nonce=nonce, valid_until=self._until(valid), market=self.address,
            from_=self.position(name), to=self.position(to), owner=key(name),
        )  # fmt: skip
        return Call(one, (wallet(name),))

    def withdraw_subsidy(self, **changes: object) -> Call:
        """By anyone, to the creator."""
        given: dict[str, object] = {**self._common(), "destination": self.wallet_of(CREATOR)}
        return Call(ix.withdraw_subsidy(**(given | changes)), (wallet("payer"),))  # type: ignore[arg-type]


def made(world: World, *, mint: Pubkey = USDC, **changes: object) -> Maker:
    """A market maker's market that its creator has not opened yet."""
    pool = created(world, mint=mint, **({"engine": int(Engine.LMSR)} | changes))
    return Maker(pool.world, pool.address, pool.mint)


def maker(world: World, *, mint: Pubkey = USDC, subsidy: int = SUBSIDY, **changes: object) -> Maker:
    """A market maker's market that is open."""
    pool = made(world, mint=mint, **changes)
    world.do(pool.activate(subsidy))
    return pool


def traded(world: World, *, mint: Pubkey = USDC, **changes: object) -> Maker:
    """The same with a set split, a purchase on each side, and so with two positions."""
    pool = maker(world, mint=mint, **changes)
    world.do(pool.split("alice", 50_000))
    world.do(pool.buy("bob", 1, 20_000))
    return pool


def settled(world: World, *, mint: Pubkey = USDC, outcome: int = 0, **changes: object) -> Maker:
    """The same, decided."""
    pool = traded(world, mint=mint, **changes)
    pool.decide(outcome)
    return pool
