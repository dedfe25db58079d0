"""Changes of Config, votes and disputes in a World: calls of well-meaning wallets, and the markets they are about."""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec
from solders.instruction import AccountMeta
from solders.pubkey import Pubkey

from idl import addresses
from idl import instructions as ix
from idl.accounts import Config, Resolution
from idl.enums import Mode, Round
from idl.events import ConfigTerms
from localnet.wallets import wallet
from tests.programs.pools import Pool, created, opened
from tests.programs.world import TERMS, USDC, Call, World, key

NOBODY: Final = bytes(32)
VOTERS: Final = ("alice", "bob", "carol", "dave", "erin")


# changes of Config


def change(terms: ConfigTerms = TERMS, pending_admin: bytes = NOBODY) -> Call:
    """apply_config_change by anyone."""
    one = ix.apply_config_change(pending_admin=Pubkey(pending_admin), terms=terms)
    return Call(one, (wallet("payer"),))


def announcement(call: Call) -> bytes:
    """What has to be announced: the hash of the arguments."""
    return hashlib.sha256(bytes(call.instruction.data)[8:]).digest()


def announce(hashed: bytes, eta: int, by: str = "authority") -> Call:
    """propose_config_change, by default by the admin."""
    return Call(ix.propose_config_change(hash=hashed, eta=eta, admin=key(by)), (wallet(by),))


def accept(by: str) -> Call:
    """accept_admin."""
    return Call(ix.accept_admin(pending_admin=key(by)), (wallet(by),))


def config(world: World) -> Config:
    """The settings as they are."""
    found = world.account(addresses.config().address)
    assert isinstance(found, Config)
    return found


def announced(world: World, call: Call) -> Call:
    """The change, announced and due."""
    eta = world.now + config(world).config_delay_s
    world.do(announce(announcement(call), eta))
    world.at(eta)
    return call


# proposals


def proposed(world: World, *, mint: Pubkey = USDC, **changes: object) -> Pool:
    """A market that waits for its votes; the settings want them from now on."""
    if config(world).mode != Mode.PROPOSAL:
        world.do(announced(world, change(msgspec.structs.replace(TERMS, mode=Mode.PROPOSAL))))
    return created(world, mint=mint, **changes)


def like(pool: Pool, name: str, side: int = 1, *, weight: int = 1) -> Call:
    """A vote on a proposed market."""
    where = addresses.vote(pool.address, Round.PROPOSAL, key(name)).address
    one = ix.vote(
        round=Round.PROPOSAL, side=side, weight=weight, market=pool.address, vote=where, voter=key(name),
        resolution=None, bond_vault=None, voter_token=None, mint=None, token_program=None,
    )  # fmt: skip
    return Call(one, (wallet(name),))


def take_back(pool: Pool, name: str) -> Call:
    """claim_vote of a vote on a proposal, by anyone."""
    where = addresses.vote(pool.address, Round.PROPOSAL, key(name)).address
    one = ix.claim_vote(
        market=pool.address, vote=where, voter=key(name), resolution=None, bond_vault=None, destination=None,
        mint=None, token_program=None,
    )  # fmt: skip
    return Call(one, (wallet("payer"),))


# disputes


def _bonds(pool: Pool) -> dict[str, Pubkey]:
    return {
        "market": pool.address,
        "resolution": addresses.resolution(pool.address).address,
        "bond_vault": addresses.bond_vault(pool.address).address,
        "mint": pool.mint,
        "token_program": pool.token_program,
    }


def dispute(pool: Pool, name: str = "bob") -> Call:
    """With the bond of the proposal."""
    one = ix.dispute(**_bonds(pool), disputer=key(name), disputer_token=pool.ata(name))
    return Call(one, (wallet(name),))


def vote(pool: Pool, name: str, side: int, weight: int) -> Call:
    """A vote on a dispute."""
    where = addresses.vote(pool.address, Round.DISPUTE, key(name)).address
    one = ix.vote(
        round=Round.DISPUTE, side=side, weight=weight, **_bonds(pool), vote=where, voter=key(name),
        voter_token=pool.ata(name),
    )  # fmt: skip
    return Call(one, (wallet(name),))


def tally(pool: Pool) -> Call:
    """tally_dispute by anyone."""
    one = ix.tally_dispute(market=pool.address, resolution=addresses.resolution(pool.address).address)
    return Call(one, (wallet("payer"),))


def rule(pool: Pool, outcome: int, by: str = "council") -> Call:
    """By default by the council."""
    where = addresses.resolution(pool.address).address
    return Call(ix.rule(outcome=outcome, market=pool.address, resolution=where, council=key(by)), (wallet(by),))


def claim_vote(pool: Pool, name: str, *, destination: Pubkey | None = None) -> Call:
    """claim_vote of a vote on a dispute, by anyone, to the voter's token account."""
    where = addresses.vote(pool.address, Round.DISPUTE, key(name)).address
    one = ix.claim_vote(**_bonds(pool), vote=where, voter=key(name), destination=destination or pool.ata(name))
    return Call(one, (wallet("payer"),))


def resolution(pool: Pool) -> Resolution:
    """A resolution that exists."""
    found = pool.world.resolution(pool.address)
    assert found is not None
    return found


def resolving(world: World, outcome: int = 0, by: str = "oracle", *, mint: Pubkey = USDC, **changes: object) -> Pool:
    """A market of two stakes whose outcome was proposed, by its source or by anyone after its time."""
    pool = opened(world, mint=mint, **changes)
    world.do(pool.stake("alice", 0, 6_000))
    world.do(pool.stake("bob", 1, 7_000))
    world.at(pool.state.event if by == "oracle" else pool.state.resolve_by)
    world.do(pool.propose(outcome, by))
    return pool


def disputed(world: World, outcome: int = 0, by: str = "oracle", *, mint: Pubkey = USDC, **changes: object) -> Pool:
    """The same, and bob disputed it."""
    pool = resolving(world, outcome, by, mint=mint, **changes)
    world.do(dispute(pool))
    return pool


def voted(pool: Pool, *votes: tuple[str, int, int]) -> Pool:
    """Votes cast, and their time over."""
    for name, side, weight in votes:
        pool.world.do(vote(pool, name, side, weight))
    pool.world.at(resolution(pool).window_end)
    return pool


def contested(world: World, outcome: int = 0, by: str = "oracle", *, mint: Pubkey = USDC, **changes: object) -> Pool:
    """A dispute on which nobody voted: the council has to rule."""
    pool = voted(disputed(world, outcome, by, mint=mint, **changes))
    world.do(tally(pool))
    return pool


def orphan(pool: Pool, name: str) -> Call:
    """close_orphan of a vote on a dispute, by anyone."""
    where = addresses.vote(pool.address, Round.DISPUTE, key(name)).address
    metas = [AccountMeta(one, False, True) for one in (where, pool.address, key(name))]
    return Call(ix.close_orphan(remaining=metas), (wallet("payer"),))
