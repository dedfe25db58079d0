"""Names to addresses: whom and what the model's words stand for on the real chain."""

import struct
from collections.abc import Iterator
from typing import Final

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from idl import addresses
from idl.enums import Engine
from idl.program import WSOL_MINT
from localnet.wallets import wallet
from tests.model import offered
from tests.model.nouns import SOL_MINT, Market
from tests.model.nouns import World as Model
from tests.programs.pools import CREATOR
from tests.programs.world import MINTS, USDC, USDC_2022, Call, World, key

MINT_OF: Final = {"USDC": USDC, "USDC_2022": USDC_2022, SOL_MINT: WSOL_MINT}
TRANSFER: Final = 3
Place = tuple[str | int, ...]
NOWHERE: Final = Model(0, 0, {}, {}, None, {})  # type: ignore[arg-type]


class Stall(*offered.CALLS):  # type: ignore[misc]
    """A market of any engine, with the calls of all of them."""

    __slots__ = ()


class Stage:
    """The real world's addresses by their names, and the names by their addresses."""

    TRADERS: Final = ("alice", "bob", "dave", "erin")
    HOSTILE: Final = "mallory"
    PEOPLE: Final = (*TRADERS, CREATOR, "oracle", "treasury", "authority", "guardian", "council", HOSTILE)
    FEES: Final = "fees"
    # A crowd, for what only many can do: fill a book's seats.
    GUESTS: Final = tuple(f"guest {n}" for n in range(52))
    EVERYBODY: Final = (*PEOPLE, *GUESTS)

    def __init__(self, world: World) -> None:
        self.world = world
        self.pools: dict[int, Stall] = {}
        self.model = NOWHERE
        self.fixed: dict[Pubkey, Place] = {}
        self.names: dict[Pubkey, Place] = {}
        for mint, address in MINT_OF.items():
            self.fixed[addresses.mint_rule(address).address] = ("mint_rule", mint)
        for name in self.EVERYBODY:
            self.fixed[key(name)] = ("wallet", name)
            for mint, address in MINT_OF.items():
                self.fixed[addresses.ata(key(name), address, MINTS[address]).address] = ("token", name, mint)
        self.fixed[addresses.config().address] = ("config",)
        if offered.POOL:
            self._know_pool(addresses.pool(key(CREATOR)).address)
        self.reset()

    def _know_pool(self, pool: Pubkey) -> None:
        self.fixed[pool] = ("pool",)
        self.fixed[addresses.reserve(pool).address] = ("reserve",)
        self.fixed[addresses.dividends(pool).address] = ("dividends",)
        for name in self.PEOPLE:
            self.fixed[addresses.holder(pool, key(name)).address] = ("holder", name)

    def reset(self) -> None:
        """Forget every market."""
        self.model = NOWHERE
        self.pools.clear()
        self.names = dict(self.fixed)
        self.places = {place: where for where, place in self.names.items()}

    def transfer(self, program: Pubkey, source: Pubkey, to: Pubkey, who: str, amount: int) -> Call:
        """A plain transfer of tokens by their owner."""
        metas = [AccountMeta(source, False, True), AccountMeta(to, False, True), AccountMeta(key(who), True, False)]
        return Call(Instruction(program, struct.pack("<BQ", TRANSFER, amount), metas), (wallet(who),))

    def decided(self, k: int) -> bool:
        """Whether the payout of a market stands."""
        return self.model.markets[k].decided

    def open(self, market: Market, address: Pubkey) -> None:
        """Know a market and everything that can belong to it."""
        self.pools[market.k] = Stall(self.world, address, MINT_OF[market.terms.mint])
        for where, place in self._places(market.k, address):
            self.names[where], self.places[place] = place, where

    def _places(self, k: int, address: Pubkey) -> Iterator[tuple[Pubkey, Place]]:
        yield address, ("market", k)
        yield addresses.vault(address).address, ("vault", k)
        yield addresses.bond_vault(address).address, ("bonds", k)
        if offered.BOOK:
            yield offered.book_address(address).address, ("book", k)
        if self.model.markets[k].terms.engine == Engine.BOOK:
            yield from ((addresses.position(address, key(name)).address, ("position", k, name)) for name in self.GUESTS)
        yield addresses.resolution(address).address, ("resolution", k)
        for name in self.PEOPLE:
            yield addresses.position(address, key(name)).address, ("position", k, name)
            for round in (0, 1):
                yield addresses.vote(address, round, key(name)).address, ("vote", k, round, name)
