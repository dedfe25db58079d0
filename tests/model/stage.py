"""Names to addresses: whom and what the model's words stand for on the real chain."""

from collections.abc import Iterator
from typing import Any, Final

from solders.pubkey import Pubkey

from idl import addresses
from idl.program import WSOL_MINT
from tests.model.nouns import SOL_MINT, Market
from tests.model.nouns import World as Model
from tests.programs import pools
from tests.programs.pools import CREATOR
from tests.programs.world import MINTS, USDC, USDC_2022, World, key

MINT_OF: Final = {"USDC": USDC, "USDC_2022": USDC_2022, SOL_MINT: WSOL_MINT}
Place = tuple[str | int, ...]


class Stage:
    """The real world's addresses by their names, and the names by their addresses."""

    TRADERS: Final = ("alice", "bob", "dave", "erin")
    HOSTILE: Final = "mallory"
    PEOPLE: Final = (*TRADERS, CREATOR, "oracle", "treasury", "authority", "guardian", "council", HOSTILE)
    FEES: Final = "fees"

    def __init__(self, world: World) -> None:
        self.world = world
        self.pools: dict[int, Any] = {}
        self.model = Model(0, 0, {}, {})
        self.fixed: dict[Pubkey, Place] = {}
        self.names: dict[Pubkey, Place] = {}
        for name in self.PEOPLE:
            self.fixed[key(name)] = ("wallet", name)
            for mint, address in MINT_OF.items():
                self.fixed[addresses.ata(key(name), address, MINTS[address]).address] = ("token", name, mint)
        self.fixed[addresses.config().address] = ("config",)
        self.reset()

    def reset(self) -> None:
        """Forget every market."""
        self.model = Model(0, 0, {}, {})
        self.pools.clear()
        self.names = dict(self.fixed)
        self.places = {place: where for where, place in self.names.items()}

    def decided(self, k: int) -> bool:
        """Whether the payout of a market stands."""
        return self.model.markets[k].decided

    def open(self, market: Market, address: Pubkey) -> None:
        """Know a market and everything that can belong to it."""
        self.pools[market.k] = pools.Pool(self.world, address, MINT_OF[market.terms.mint])
        for where, place in self._places(market.k, address):
            self.names[where], self.places[place] = place, where

    def _places(self, k: int, address: Pubkey) -> Iterator[tuple[Pubkey, Place]]:
        yield address, ("market", k)
        yield addresses.vault(address).address, ("vault", k)
        yield addresses.bond_vault(address).address, ("bonds", k)
        yield addresses.resolution(address).address, ("resolution", k)
        for name in self.PEOPLE:
            yield addresses.position(address, key(name)).address, ("position", k, name)
            for round in (0, 1):
                yield addresses.vote(address, round, key(name)).address, ("vote", k, round, name)
