"""Addresses: twins of the Rust seeds, and two that the world knows."""

import pytest
from solders.pubkey import Pubkey

from idl import addresses
from idl.program import ATA_PROGRAM, CREATOR_ID, MARKET_ID, POSTER_ID, TOKEN_PROGRAM, WSOL_MINT

KEY, OTHER = Pubkey(bytes(32 * [3])), Pubkey(bytes(32 * [4]))


def found(program: Pubkey, *seeds: bytes) -> tuple[Pubkey, int]:
    """The address of seeds, computed by solders."""
    return Pubkey.find_program_address(list(seeds), program)


def test_seeds() -> None:
    """Each address is derived from the seeds of the specification."""
    three, four = bytes(KEY), bytes(OTHER)
    assert addresses.config() == found(MARKET_ID, b"config")
    assert addresses.mint_rule(KEY) == found(MARKET_ID, b"mint", three)
    assert addresses.market(KEY, 258) == found(MARKET_ID, b"market", three, b"\2\1\0\0\0\0\0\0")
    assert addresses.vault(KEY) == found(MARKET_ID, b"vault", three)
    assert addresses.bond_vault(KEY) == found(MARKET_ID, b"bond", three)
    assert addresses.position(KEY, OTHER) == found(MARKET_ID, b"position", three, four)
    assert addresses.resolution(KEY) == found(MARKET_ID, b"resolution", three)
    assert addresses.vote(KEY, 1, OTHER) == found(MARKET_ID, b"vote", three, b"\1", four)
    assert addresses.pool(KEY) == found(CREATOR_ID, b"pool", three)
    assert addresses.reserve(KEY) == found(CREATOR_ID, b"reserve", three)
    assert addresses.dividends(KEY) == found(CREATOR_ID, b"dividends", three)
    assert addresses.holder(KEY, OTHER) == found(CREATOR_ID, b"holder", three, four)
    assert addresses.event_authority() == found(MARKET_ID, b"__event_authority")
    assert addresses.event_authority(POSTER_ID) == found(POSTER_ID, b"__event_authority")
    assert addresses.price(three, -2) == found(POSTER_ID, b"price", three, b"\xfe" + b"\xff" * 7)
    assert addresses.ata(KEY, OTHER) == found(ATA_PROGRAM, three, bytes(TOKEN_PROGRAM), four)


@pytest.mark.parametrize(
    ("owner", "mint", "account"),
    [
        (
            "9M914xMEAud8v7zfB283MXCfa9p4Rwo4aPTjzCpNAnpf",
            str(WSOL_MINT),
            "5AxUKEGrNSy5VQ6BdBzqbWAWhVomeiEWBUxodiU8oLxM",
        ),
        (
            "314Eephqka6VHVnuJSQ9MDWrNyKTPB4hSZZGyxFKdaih",
            "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
            "MmRHLn5gWiF1oVXWdNEgzQW7VUxPKFYi6pdFFNxJi8q",
        ),
    ],
)
def test_known_accounts(owner: str, mint: str, account: str) -> None:
    """Token accounts of two wallets, as mainnet's block 254170887 shows them."""
    assert str(addresses.ata(Pubkey.from_string(owner), Pubkey.from_string(mint)).address) == account


def test_bump_is_part() -> None:
    """An address and its bump make the address again."""
    pda = addresses.position(KEY, OTHER)
    seeds = [b"position", bytes(KEY), bytes(OTHER), bytes([pda.bump])]
    assert Pubkey.create_program_address(seeds, MARKET_ID) == pda.address
