"""Calls that would succeed now, of the instructions of a market maker; `lives` lists them with the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from idl.program import WSOL_MINT
from tests.programs import tokens
from tests.programs.makers import SUBSIDY, made, maker, settled, traded
from tests.programs.pools import CREATOR
from tests.programs.slots import with_account
from tests.programs.world import USDC, USDC_2022, Call, World, key


def _buy(world: World, k: int) -> Call:
    return with_account(maker(world, k=k).buy("alice", 0, 6_000), "buy", "payer", "erin")


def _split(world: World, k: int) -> Call:
    return with_account(maker(world, k=k).split("alice", 6_000), "split", "payer", "erin")


def _fund(world: World, k: int) -> Call:
    mint = (USDC, USDC_2022)[k - 1]
    return with_account(made(world, mint=mint, k=k).activate(SUBSIDY), "activate", "payer", "erin")


def _again(outcomes: int, *, sells: bool = False) -> Callable[[World, int], Call]:
    """A trade by a position that there is."""

    def life(world: World, k: int) -> Call:
        pool = maker(world, k=k, n=outcomes)
        world.do(pool.split("bob", 9_000))
        world.do(pool.buy("alice", 0, 60_000))
        if sells:
            return pool.sell("alice", 0, 30_000)
        return with_account(pool.buy("alice", outcomes - 1, 6_000, nonce=2), "buy", "payer", "erin")

    return life


def _rest(world: World, k: int) -> Call:
    """A market maker's market that is closed with its subsidy inside."""
    pool = made(world, k=k)
    world.do(with_account(pool.activate(SUBSIDY), "activate", "payer", "erin"))
    pool.decide(2)
    world.do(pool.claim_bond())
    world.do(pool.close_resolution())
    world.at(world.now, slot=pool.state.created_slot + 151)
    return pool.close_market(vault_payer=key("erin"), creator_destination=pool.ata(CREATOR), treasury_destination=None)


def _late_subsidy(world: World, k: int) -> Call:
    """The subsidy for the treasury, since the creator's account is gone."""
    pool = settled(world, mint=USDC, k=k)
    world.at(pool.state.deadline)
    tokens.put(world.svm, pool.ata(CREATOR), b"", key(CREATOR).default(), 0)
    return pool.withdraw_subsidy(treasury_destination=pool.ata("treasury"))


MAKER_LIVES: Final[Mapping[str, Callable[[World, int], Call]]] = {
    "buy": _buy,
    "sell": lambda world, k: traded(world, k=k).sell("bob", 1, 5_000),
    "split": _split,
    "merge": lambda world, k: traded(world, k=k).merge("alice", 6_000),
    "transfer_shares": lambda world, k: traded(world, k=k).transfer("alice", "bob", 0, 500),
    "withdraw_subsidy": lambda world, k: settled(world, k=k).withdraw_subsidy(),
}

MAKER_VARIANTS: Final[Mapping[str, Callable[[World, int], Call]]] = {
    "activate with a subsidy": _fund,
    "buy again": _again(2),
    "buy of 8 again": _again(8),
    "sell of 8": _again(8, sells=True),
    "withdraw_subsidy of SOL": lambda world, k: settled(world, mint=WSOL_MINT, k=k).withdraw_subsidy(),
    "withdraw_subsidy late": _late_subsidy,
    "close_market with a subsidy": _rest,
}
