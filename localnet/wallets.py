"""Seeded keypairs: the people of the story and the authorities of a localnet, the same on every machine.

Their secrets are public by construction, so they are worth nothing elsewhere. Called by the world, the story and tests.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
from solders.keypair import Keypair
from solders.pubkey import Pubkey

AUTHORITY: Final = "authority"
GUARDIAN: Final = "guardian"
COUNCIL: Final = "council"
TREASURY: Final = "treasury"
PAYER: Final = "payer"
ORACLE: Final = "oracle"
PEOPLE: Final = ("alice", "bob", "carol", "dave", "erin")


@cache
def wallet(name: str) -> Keypair:
    """The keypair of `name`: ed25519 seed = sha256("sealbook localnet wallet " + name)."""
    return Keypair.from_seed(hashlib.sha256(f"sealbook localnet wallet {name}".encode()).digest())


def program(name: str) -> Keypair:
    """The keypair whose public key is the id of program `name` (market, poster, creator)."""
    return Keypair.from_seed(hashlib.sha256(f"sealbook program {name}".encode()).digest())


def address(name: str) -> Pubkey:
    """The public key of wallet `name`."""
    return wallet(name).pubkey()


def write_keypair(key: Keypair, path: Path) -> Path:
    """Write `key` as the Solana tools do, a JSON array of 64 numbers, readable by us alone.

    At once: a service may be reading the one that is there already.
    """
    fresh = path.with_name(f"{path.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_bytes(msgspec.json.encode(list(bytes(key))))
    return fresh.replace(path)
