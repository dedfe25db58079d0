"""Seeded keypairs: the same everywhere, and those the programs were built with."""

from pathlib import Path

import msgspec
from solders.keypair import Keypair

from idl import program
from localnet import wallets


def test_program_ids_are_the_seeded_ones() -> None:
    """The ids in the IDL are the public keys of the seeded program keypairs."""
    assert wallets.program("market").pubkey() == program.MARKET_ID
    assert wallets.program("creator").pubkey() == program.CREATOR_ID
    assert wallets.program("poster").pubkey() == program.POSTER_ID


def test_wallets_differ_and_repeat() -> None:
    """Each name has its own key, the same at every asking."""
    names = (*wallets.PEOPLE, wallets.AUTHORITY, wallets.PAYER, wallets.ORACLE, wallets.TREASURY)
    assert len({wallets.address(name) for name in names}) == len(names)
    assert wallets.address("alice") == wallets.address("alice")


def test_keypair_file(tmp_path: Path) -> None:
    """The file is the JSON array that the Solana tools read, closed to others."""
    path = wallets.write_keypair(wallets.wallet("alice"), tmp_path / "alice.json")
    assert Keypair.from_bytes(bytes(msgspec.json.decode(path.read_bytes()))) == wallets.wallet("alice")
    assert path.stat().st_mode & 0o077 == 0
    with path.open("rb") as held:
        wallets.write_keypair(wallets.wallet("bob"), path)
        assert len(msgspec.json.decode(held.read())) == 64  # who reads it meanwhile has a whole one
    assert [one.name for one in tmp_path.iterdir()] == ["alice.json"]
