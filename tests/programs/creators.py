"""One creator's pool in a World, and the calls of its life: each method gives what a well-meaning wallet would send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from solders.instruction import AccountMeta
from solders.pubkey import Pubkey

from idl import addresses
from idl import instructions as ix
from idl.accounts import Holder, Pool
from idl.limits import U64_MAX
from idl.maths import curve
from idl.program import WSOL_MINT
from localnet.wallets import wallet
from tests.programs import tokens
from tests.programs.world import MINTS, SOL, USDC, Call, World, key

CREATOR: Final = "carol"
FANS: Final = ("alice", "bob", "dave", "erin")
A, C, LOCK_S = 3, 1_000, 100
RICH: Final = 10**12


@dataclass(frozen=True, slots=True)
class Shares:
    """A pool's addresses in its world."""

    world: World
    creator: str
    mint: Pubkey

    @property
    def address(self) -> Pubkey:
        """The pool."""
        return addresses.pool(key(self.creator)).address

    @property
    def token_program(self) -> Pubkey:
        """The program of the mint."""
        return MINTS[self.mint]

    @property
    def reserve(self) -> Pubkey:
        """The token account of the shares' price."""
        return addresses.reserve(self.address).address

    @property
    def dividends(self) -> Pubkey:
        """The token account of the dividends."""
        return addresses.dividends(self.address).address

    @property
    def state(self) -> Pool:
        """The account."""
        found = self.world.account(self.address)
        assert isinstance(found, Pool)
        return found

    def holder(self, name: str) -> Pubkey:
        """A wallet's holder."""
        return addresses.holder(self.address, key(name)).address

    def held(self, name: str) -> Holder:
        """A holder that exists."""
        found = self.world.account(self.holder(name))
        assert isinstance(found, Holder)
        return found

    def ata(self, name: str) -> Pubkey:
        """A wallet's token account."""
        return addresses.ata(key(name), self.mint, self.token_program).address

    def balance(self, name: str) -> int:
        """The tokens in it."""
        return tokens.amount(self.world.svm, self.ata(name))

    def cost(self, n: int) -> int:
        """What the next n shares cost."""
        return curve.cost(self.state.a, self.state.c, self.state.supply, n)

    def _token(self) -> dict[str, Pubkey]:
        return {"mint": self.mint, "token_program": self.token_program}

    def _pool(self) -> dict[str, Pubkey]:
        return {"pool": self.address, "dividends": self.dividends, **self._token()}

    def _trade(self, nonce: int, valid: int | None) -> dict[str, int]:
        return {"nonce": nonce, "valid_until": self.world.slot + 10 if valid is None else valid}

    # calls

    def create(
        self, *, a: int = A, c: int = C, lock_s: int = LOCK_S, shares: int = 10, max_cost: int = U64_MAX,
        nonce: int = 1, valid: int | None = None, payer: str | None = None,
    ) -> Call:  # fmt: skip
        """By the creator."""
        who, pays = wallet(self.creator), wallet(payer or self.creator)
        one = ix.create_pool(
            a=a, c=c, lock_s=lock_s, shares=shares, max_cost=max_cost, **self._trade(nonce, valid), **self._pool(),
            reserve=self.reserve, holder=self.holder(self.creator), creator=who.pubkey(), payer=pays.pubkey(),
            creator_token=self.ata(self.creator),
        )  # fmt: skip
        return Call(one, (who, pays))

    def buy(
        self, name: str, shares: int, *, max_cost: int = U64_MAX, nonce: int = 1, valid: int | None = None,
        payer: str | None = None,
    ) -> Call:  # fmt: skip
        """From the wallet's token account."""
        who, pays = wallet(name), wallet(payer or name)
        one = ix.buy_shares(
            shares=shares, max_cost=max_cost, **self._trade(nonce, valid), **self._pool(), reserve=self.reserve,
            holder=self.holder(name), owner=who.pubkey(), payer=pays.pubkey(), owner_token=self.ata(name),
        )  # fmt: skip
        return Call(one, (who, pays))

    def sell(
        self, name: str, shares: int, *, min_out: int = 0, nonce: int = 9, valid: int | None = None,
        destination: Pubkey | None = None,
    ) -> Call:  # fmt: skip
        """By default to the wallet's token account."""
        one = ix.sell_shares(
            shares=shares, min_out=min_out, **self._trade(nonce, valid), **self._pool(), reserve=self.reserve,
            holder=self.holder(name), owner=key(name), destination=destination or self.ata(name),
        )  # fmt: skip
        return Call(one, (wallet(name),))

    def sync(self) -> Call:
        """By anyone."""
        one = ix.sync_dividends(pool=self.address, dividends=self.dividends, token_program=self.token_program)
        return Call(one, (wallet("payer"),))

    def claim(self, name: str, *, destination: Pubkey | None = None) -> Call:
        """By the owner, by default to the wallet's token account."""
        one = ix.claim_dividend(
            **self._pool(), holder=self.holder(name), owner=key(name), destination=destination or self.ata(name)
        )
        return Call(one, (wallet(name),))

    def pair(self, name: str) -> list[AccountMeta]:
        """A holder and its destination, for pay_dividends."""
        return [AccountMeta(one, False, True) for one in (self.holder(name), self.ata(name))]

    def bump(self, name: str) -> int:
        """The bump of a wallet's token account."""
        return addresses.ata(key(name), self.mint, self.token_program).bump

    def pay(self, *names: str, bumps: bytes | None = None, remaining: Sequence[AccountMeta] | None = None) -> Call:
        """By anyone, to the canonical destinations."""
        given = bytes(self.bump(name) for name in names) if bumps is None else bumps
        metas = [meta for name in names for meta in self.pair(name)] if remaining is None else remaining
        return Call(ix.pay_dividends(bumps=given, **self._pool(), remaining=metas), (wallet("payer"),))

    # stories

    def earn(self, amount: int) -> None:
        """Dividends come in as a plain transfer would bring them."""
        held = tokens.amount(self.world.svm, self.dividends)
        tokens.put_tokens(
            self.world.svm, self.address, self.mint, held + amount, at=self.dividends, program=self.token_program
        )

    def unlock(self) -> None:
        """Let the longest lock end."""
        self.world.at(self.world.now + self.state.lock_s)


def pooled(world: World, *, creator: str = CREATOR, mint: Pubkey = USDC) -> Shares:
    """A pool that is not made yet; everybody has collateral."""
    shares = Shares(world, creator, mint)
    world.svm.airdrop(key(creator), 100 * SOL)
    for name in (*FANS, creator):
        if world.data(shares.ata(name)) is None:
            amount = RICH if mint != WSOL_MINT else 1_000 * SOL
            tokens.put_tokens(world.svm, key(name), mint, amount, program=shares.token_program)
    return shares


def founded(world: World, *, creator: str = CREATOR, mint: Pubkey = USDC, **terms: int) -> Shares:
    """A pool whose creator holds 10 shares."""
    shares = pooled(world, creator=creator, mint=mint)
    world.do(shares.create(**terms))  # type: ignore[arg-type]
    return shares


def followed(world: World, *, creator: str = CREATOR, mint: Pubkey = USDC, **terms: int) -> Shares:
    """The same, and alice has 20 shares, bob 5; 350 of dividends wait."""
    shares = founded(world, creator=creator, mint=mint, **terms)
    world.do(shares.buy("alice", 20))
    world.do(shares.buy("bob", 5))
    shares.earn(350)
    return shares
