"""Every program-derived address, twin of the Rust seeds. Pure computation, nothing is looked up."""

from functools import lru_cache
from typing import NamedTuple

from solders.pubkey import Pubkey

from idl.program import ATA_PROGRAM, CREATOR_ID, MARKET_ID, POSTER_ID, TOKEN_PROGRAM

CACHE_MAX = 65_536


class Pda(NamedTuple):
    """A derived address and its canonical bump."""

    address: Pubkey
    bump: int


@lru_cache(maxsize=CACHE_MAX)
def _find(program: Pubkey, *seeds: bytes) -> Pda:
    return Pda(*Pubkey.find_program_address(list(seeds), program))


def config() -> Pda:
    """The one Config."""
    return _find(MARKET_ID, b"config")


def mint_rule(mint: Pubkey) -> Pda:
    """The bounds of a collateral mint."""
    return _find(MARKET_ID, b"mint", bytes(mint))


def market(creator: Pubkey, id: int) -> Pda:
    """A market by its creator and id (u64, see limits.market_id)."""
    return _find(MARKET_ID, b"market", bytes(creator), id.to_bytes(8, "little"))


def vault(market: Pubkey) -> Pda:
    """The token account that holds a market's collateral."""
    return _find(MARKET_ID, b"vault", bytes(market))


def bond_vault(market: Pubkey) -> Pda:
    """The token account that holds a market's bonds and vote weights."""
    return _find(MARKET_ID, b"bond", bytes(market))


def position(market: Pubkey, owner: Pubkey) -> Pda:
    """A wallet's shares in a market."""
    return _find(MARKET_ID, b"position", bytes(market), bytes(owner))


def book(market: Pubkey) -> Pda:
    """A market's order book."""
    return _find(MARKET_ID, b"book", bytes(market))


def resolution(market: Pubkey) -> Pda:
    """A market's pending outcome with its bonds."""
    return _find(MARKET_ID, b"resolution", bytes(market))


def vote(market: Pubkey, round: int, voter: Pubkey) -> Pda:
    """What a wallet said on a proposed market (round 0) or a disputed one (round 1)."""
    return _find(MARKET_ID, b"vote", bytes(market), bytes([round]), bytes(voter))


def pool(creator: Pubkey) -> Pda:
    """A creator's pool of shares."""
    return _find(CREATOR_ID, b"pool", bytes(creator))


def reserve(pool: Pubkey) -> Pda:
    """The token account that holds the price of all shares of a pool."""
    return _find(CREATOR_ID, b"reserve", bytes(pool))


def dividends(pool: Pubkey) -> Pda:
    """The token account that takes in a pool's dividends."""
    return _find(CREATOR_ID, b"dividends", bytes(pool))


def holder(pool: Pubkey, owner: Pubkey) -> Pda:
    """A wallet's shares in a pool."""
    return _find(CREATOR_ID, b"holder", bytes(pool), bytes(owner))


def event_authority(program: Pubkey = MARKET_ID) -> Pda:
    """The signer of a program's self-calls that carry events."""
    return _find(program, b"__event_authority")


def price(feed: bytes, publish: int) -> Pda:
    """The poster's account of one price update: a feed id of 32 bytes and its publish time (unix seconds)."""
    return _find(POSTER_ID, b"price", feed, publish.to_bytes(8, "little", signed=True))


def ata(owner: Pubkey, mint: Pubkey, token_program: Pubkey = TOKEN_PROGRAM) -> Pda:
    """The canonical token account of a wallet."""
    return _find(ATA_PROGRAM, bytes(owner), bytes(token_program), bytes(mint))
